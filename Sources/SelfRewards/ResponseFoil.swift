import Preferences

/// A text that a reward worth the name puts below the response it was made from.
public enum ResponseFoil: String, Sendable, Hashable, Codable, CaseIterable {
    /// A response to another instruction.
    case other = "another instruction's response"
    /// The first half of its words.
    case half = "its first half"
    /// Its words in random order.
    case scrambled = "its words scrambled"

    /// - Parameters:
    ///   - response: what a model wrote for the instruction.
    ///   - other: what it wrote for another one.
    ///   - random: orders the words; used by `scrambled` only.
    public func text(of response: String, other: String, random: inout SeededRandom) -> String {
        let words = response.words
        switch self {
        case .other: return other
        case .half: return words.prefix((words.count + 1) / 2).joined(separator: " ")
        case .scrambled: return random.shuffled(words).joined(separator: " ")
        }
    }
}
