/// Where a prompted judge's questions come from.
public enum QuestionSource: String, Sendable, Hashable, Codable, CaseIterable {
    /// The judge's model writes them, as in the study.
    case model
    /// Cut from the article, as the embedded judge's: for models that can answer and not write questions, at no cost in
    /// calls, and so that judges can be compared on the same questions.
    case cloze
}
