/// Why a generated instruction is not used.
public enum InstructionDrop: String, Sendable, Hashable, Codable, CaseIterable {
    case empty = "empty"
    /// The token limit came first.
    case cutOff = "cut off"
    case tooShort = "too short"
    case tooLong = "too long"
    /// "I'm sorry, but", "As an AI".
    case refusal = "a refusal"
    /// Asks about a text, picture or file that is not there.
    case lacksMaterial = "lacks its material"
    /// Much like a seed or an earlier one, by ROUGE-L.
    case duplicate = "a duplicate"
}
