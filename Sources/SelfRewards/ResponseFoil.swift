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

    /// How far a score prefers a response to its foil: 1, 0, or 0.5 for equal scores; `nil` where either has none.
    ///
    /// Its mean over instructions is the area under the ROC curve of the two within an instruction, which is what the
    /// choice of a pair needs.
    public static func preference(_ response: Double?, over foil: Double?) -> Double? {
        guard let response, let foil else { return nil }
        return response > foil ? 1 : response < foil ? 0 : 0.5
    }
}
