import Preferences

extension ArticleOutcome {
    /// Number of questions the judge asks about an article.
    static let questionCount = 5

    /// Whether there is a summary to measure. One that is empty, has invalid characters, is as long as
    /// the article, or got no answer from the judge counts as a failure of its system: no question
    /// right, nothing compressed, and it loses to any summary. A summary that hit the token limit or
    /// repeats itself is counted as a failure too, but measured as it stands.
    var isMeasurable: Bool {
        correct != nil && articleWords > 0
            && !failures.contains { $0 == .empty || $0 == .invalidCharacters || $0 == .tooLong || $0 == .judgeFailed }
    }

    /// The judge gave no answer to a summary that there was.
    var judgeFailed: Bool { correct == nil && !failures.contains(.empty) }

    /// Correct answers, 0 for a failed summary.
    var countedCorrect: Int { isMeasurable ? correct ?? 0 : 0 }

    /// Share of the article's questions answered correctly, 0...1.
    var accuracy: Double {
        Double(countedCorrect) / Double(questions.isEmpty ? Self.questionCount : questions.count)
    }

    /// Summary words per article word; 1, nothing gained, for a failed summary.
    var compression: Double { isMeasurable ? Double(summaryWords) / Double(articleWords) : 1 }

    /// What the preference function sees of it; `nil` for a failed summary.
    var scored: ScoredSummary? {
        isMeasurable ? ScoredSummary(correct: countedCorrect, words: summaryWords) : nil
    }
}

extension ArticleOutcome.Failure {
    /// The failures that the study itself counts.
    static let published: [Self] = [.tooLong, .invalidCharacters]

    var label: String {
        switch self {
        case .tooLong: "as long as the article"
        case .invalidCharacters: "invalid characters"
        case .tokenLimit: "token limit"
        case .repetition: "repetition"
        case .empty: "empty"
        case .judgeFailed: "judge failed"
        }
    }
}
