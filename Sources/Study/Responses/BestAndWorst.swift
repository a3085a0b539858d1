import Notebook
import Preferences

/// Makes at most one pair of an instruction's responses: the best against the worst.
package struct BestAndWorst: Sendable, Codable, Hashable {
    /// What may become of responses that ended at the token limit.
    package var truncated: TruncatedSamples
    /// Smallest difference of the scores; pairs below it, and equal scores, are no preference.
    package var minimumGap: Double

    /// Why an instruction gives no pair.
    package enum Drop: String, CaseIterable {
        /// Fewer than two responses can be used, or no one that can be chosen is better than another.
        case unusable
        /// The ranker scored fewer than two of them.
        case unscored
        /// The best and the worst have equal scores.
        case tie
        /// Their scores differ by less than the minimum.
        case close
    }

    package enum Outcome: Equatable {
        case pair(chosen: Int, rejected: Int)
        case drop(Drop)
    }

    package struct Candidate {
        package var index: Int
        package var score: Double?
        package var isEmpty: Bool
        package var isCutOff: Bool

        package init(index: Int, score: Double?, isEmpty: Bool = false, isCutOff: Bool = false) {
            self.index = index
            self.score = score
            self.isEmpty = isEmpty
            self.isCutOff = isCutOff
        }
    }

    package init(truncated: TruncatedSamples, minimumGap: Double = 0) {
        self.truncated = truncated
        self.minimumGap = minimumGap
    }

    /// Of equal scores the first is the best and the last is the worst.
    package func pair(of candidates: [Candidate]) -> Outcome {
        let usable = candidates.filter { !$0.isEmpty && (!$0.isCutOff || truncated != .exclude) }
        guard usable.count >= 2 else { return .drop(.unusable) }
        let scored = usable.compactMap { candidate in candidate.score.map { (candidate: candidate, score: $0) } }
        guard scored.count >= 2 else { return .drop(.unscored) }
        let choosable = scored.filter { !$0.candidate.isCutOff || truncated == .allow }
        guard let highest = choosable.map(\.score).max(), let lowest = scored.map(\.score).min(),
            let best = choosable.first(where: { $0.score == highest }),
            let worst = scored.last(where: { $0.score == lowest })
        else { return .drop(.unusable) }
        guard best.score > worst.score else {
            return .drop(scored.contains { $0.score != best.score } ? .unusable : .tie)
        }
        guard best.score - worst.score >= minimumGap else { return .drop(.close) }
        return .pair(chosen: best.candidate.index, rejected: worst.candidate.index)
    }
}
