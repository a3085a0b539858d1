/// Which of two summaries of one article wins: the study's preference function in its three published
/// variants, as a pure function of correct answers and words.
///
/// | variant | both >= 3 correct | otherwise, unequal | otherwise, equal |
/// |---|---|---|---|
/// | `article` (the published article) | shorter | more correct | shorter |
/// | `training` (the code that builds pairs) | shorter, if lengths differ by >= 3 words | more correct | no winner |
/// | `evaluation` (the code that computes win rates) | shorter | more correct | shorter |
public enum WinRule: String, Sendable, Codable, CaseIterable {
    case article, training, evaluation

    /// Correct answers from which on only length matters.
    static let enough = 3
    /// The least difference in words that `training` sees.
    static let leastLengthDifference = 3

    public enum Winner: Sendable { case first, second, tie }

    /// What decided.
    public enum Reason: String, Sendable, Codable, CaseIterable {
        /// One of the two is no summary at all: empty, invalid, or without a judge's answer.
        case validity
        case accuracy
        case lengthBothGood
        case lengthLowTie
        case undecided
    }

    public struct Summary: Sendable, Equatable {
        /// Questions answered correctly; `nil` for a failed summary.
        public var correct: Int?
        public var words: Int
        public init(correct: Int?, words: Int) {
            self.correct = correct
            self.words = words
        }
    }

    public struct Decision: Sendable, Equatable {
        public var winner: Winner
        public var reason: Reason

        public init(winner: Winner, reason: Reason) {
            self.winner = winner
            self.reason = reason
        }

        /// 1 for the first, 0 for the second, a half for a tie.
        public var score: Double {
            switch winner {
            case .first: 1
            case .second: 0
            case .tie: 0.5
            }
        }
    }

    public func decide(_ first: Summary, _ second: Summary) -> Decision {
        guard let a = first.correct, let b = second.correct else {
            if first.correct != nil { return Decision(winner: .first, reason: .validity) }
            if second.correct != nil { return Decision(winner: .second, reason: .validity) }
            return Decision(winner: .tie, reason: .validity)
        }
        if a >= Self.enough && b >= Self.enough {
            let tooClose = self == .training && abs(first.words - second.words) < Self.leastLengthDifference
            return tooClose
                ? Decision(winner: .tie, reason: .undecided)
                : shorter(first, second, reason: .lengthBothGood)
        }
        if a != b { return Decision(winner: a > b ? .first : .second, reason: .accuracy) }
        return self == .training
            ? Decision(winner: .tie, reason: .undecided)
            : shorter(first, second, reason: .lengthLowTie)
    }

    private func shorter(_ first: Summary, _ second: Summary, reason: Reason) -> Decision {
        if first.words == second.words { return Decision(winner: .tie, reason: .undecided) }
        return Decision(winner: first.words < second.words ? .first : .second, reason: reason)
    }
}
