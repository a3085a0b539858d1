/// Which of two summaries of one article is preferred: the study's heuristic in its three published variants.
///
/// | variant | both at least 3 correct | otherwise, unequal | otherwise, equal |
/// |---|---|---|---|
/// | `article`, as the article describes it | shorter | more correct | shorter |
/// | `training`, as the study's code builds pairs | shorter, if lengths differ by 3 words or more | more correct | no pair |
/// | `evaluation`, as the study's code counts wins | shorter | more correct | shorter |
public enum PreferenceFunction: String, Sendable, Hashable, Codable, CaseIterable {
    case article, training, evaluation

    /// Correct answers from which on only length matters.
    public static let sufficientCorrect = 3
    /// The least difference in words that `training` sees.
    public static let minimumLengthDifference = 3

    public func compare(_ first: ScoredSummary, _ second: ScoredSummary) -> PreferenceOutcome {
        if min(first.correct, second.correct) >= Self.sufficientCorrect {
            if self == .training, abs(first.words - second.words) < Self.minimumLengthDifference {
                return .none(.similarLength)
            }
            return shorter(first, second, because: .shorterBothAtLeast3)
        }
        if first.correct != second.correct {
            return PreferenceOutcome(preferred: first.correct > second.correct ? .first : .second, reason: .moreAccurate)
        }
        return self == .training ? .none(.equalAccuracy) : shorter(first, second, because: .shorterLowTie)
    }

    private func shorter(
        _ first: ScoredSummary, _ second: ScoredSummary, because reason: PreferenceOutcome.Reason
    ) -> PreferenceOutcome {
        if first.words == second.words { return .none(.equalLength) }
        return PreferenceOutcome(preferred: first.words < second.words ? .first : .second, reason: reason)
    }
}

/// What the preference function sees of a summary.
public struct ScoredSummary: Sendable, Hashable, Codable {
    /// Questions answered correctly from it, 0...5.
    public var correct: Int
    /// Runs of characters that are not white space.
    public var words: Int

    public init(correct: Int, words: Int) {
        self.correct = correct
        self.words = words
    }

    /// Of a summary as it was judged; `nil` for one that failed and loses to any other.
    public init?(correct: Int?, words: Int, failures: [SummaryFailure]) {
        guard let correct, words > 0, !failures.contains(where: \.leavesNothing) else { return nil }
        self.init(correct: correct, words: words)
    }
}

/// The preferred one of two, and the rule that said so.
public struct PreferenceOutcome: Sendable, Hashable, Codable {
    public enum Side: String, Sendable, Hashable, Codable { case first, second }

    public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        case shorterBothAtLeast3
        case moreAccurate
        /// Equal accuracy, below 3.
        case shorterLowTie
        /// One of the two is no summary: empty, invalid or without a judge's answer.
        case onlyValid
        // No preference:
        case equalLength
        case similarLength
        case equalAccuracy
        case neitherValid
    }

    /// `nil` where neither is preferred.
    public var preferred: Side?
    public var reason: Reason

    public init(preferred: Side?, reason: Reason) {
        self.preferred = preferred
        self.reason = reason
    }

    public static func none(_ reason: Reason) -> PreferenceOutcome { PreferenceOutcome(preferred: nil, reason: reason) }
}

extension PreferenceFunction {
    /// The same where either summary may have failed (`nil`): a summary beats a failure, two failures tie.
    public func compare(_ first: ScoredSummary?, _ second: ScoredSummary?) -> PreferenceOutcome {
        switch (first, second) {
        case (let first?, let second?): compare(first, second)
        case (_?, nil): PreferenceOutcome(preferred: .first, reason: .onlyValid)
        case (nil, _?): PreferenceOutcome(preferred: .second, reason: .onlyValid)
        case (nil, nil): .none(.neitherValid)
        }
    }
}
