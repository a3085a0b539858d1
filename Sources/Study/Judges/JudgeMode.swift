/// How a prompted judge's answers are read.
public enum JudgeMode: String, Sendable, Hashable, Codable, CaseIterable {
    /// From the text that the model writes, as in the study.
    case text
    /// From the probabilities of the letters A to E and of "Unsure": for models too weak to keep to a format.
    case letter
}
