/// What is wrong with a summary as a text. Several can hold at once.
public enum SummaryFailure: String, Sendable, Hashable, Codable, CaseIterable {
    /// At least as many characters as the article.
    case tooLong
    case invalidCharacters
    /// Cut off at the limit of tokens.
    case tokenLimit
    /// Says the same words again and again.
    case repetition
    case empty
    /// No answer of the judge could be read.
    case judgeFailed

    /// Whether it leaves no summary to measure: no question right, nothing compressed, lost to any summary. One that
    /// hit the token limit or repeats itself counts as failed too, but is measured as it stands.
    public var leavesNothing: Bool {
        switch self {
        case .tooLong, .invalidCharacters, .empty, .judgeFailed: true
        case .tokenLimit, .repetition: false
        }
    }
}

/// A summary's length and failures, all that is measured without a judge.
public struct SummaryMeasure: Sendable, Hashable, Codable {
    /// Lengths of a summary that can be in a pair: 5 to 199 words.
    public static let usableWords = 5..<200
    /// A run of this many words that comes `repeatedRunCount` times is a repetition.
    static let repeatedRunLength = 4
    static let repeatedRunCount = 3

    public var words: Int
    /// Words of the summary per word of the article.
    public var compression: Double
    /// In the order of `SummaryFailure.allCases`.
    public var failures: [SummaryFailure]

    /// - Parameters:
    ///   - hitTokenLimit: whether sampling stopped at its limit instead of at an end token.
    ///   - allowsArticleCharacters: count only characters that the article does not have either as invalid.
    public init(summary: String, article: Article, hitTokenLimit: Bool, allowsArticleCharacters: Bool = false) {
        words = summary.wordCount
        compression = Double(words) / Double(max(article.wordCount, 1))
        let check = allowsArticleCharacters ? CharacterCheck(allowingCharactersOf: article) : CharacterCheck()
        var failures: Set<SummaryFailure> = []
        if words == 0 { failures.insert(.empty) }
        if summary.count >= article.text.count { failures.insert(.tooLong) }
        if !check.accepts(summary) { failures.insert(.invalidCharacters) }
        if hitTokenLimit { failures.insert(.tokenLimit) }
        if Self.repeatsItself(summary) { failures.insert(.repetition) }
        self.failures = SummaryFailure.allCases.filter(failures.contains)
    }

    /// Whether the study's pair building would use it, given that the judge answered.
    public var isUsable: Bool {
        Self.usableWords.contains(words) && !failures.contains(.invalidCharacters) && !failures.contains(.judgeFailed)
    }

    /// Whether some run of four words, without regard to case and punctuation, comes three times.
    static func repeatsItself(_ text: String) -> Bool {
        let words = text.lowercased().words.map { $0.filter { $0.isLetter || $0.isNumber } }.filter { !$0.isEmpty }
        guard words.count >= repeatedRunLength * repeatedRunCount else { return false }
        var counts: [ArraySlice<String>: Int] = [:]
        for start in 0...(words.count - repeatedRunLength) {
            let run = words[start..<start + repeatedRunLength]
            counts[run, default: 0] += 1
            if counts[run] == repeatedRunCount { return true }
        }
        return false
    }
}
