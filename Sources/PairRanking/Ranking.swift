/// The order that comparisons of all ordered pairs of candidates give (LLM-Blender, arXiv 2306.02561).
public struct Ranking: Sendable, Hashable {
    /// `comparisons[i][j]`: logit that candidate i is better than j, where i was shown first; 0 for i = j.
    public let comparisons: [[Float]]
    /// mean over j of `comparisons[i][j] - comparisons[j][i]`, the candidate itself counted; higher is better.
    public let scores: [Float]
    /// 1 for the best; equal scores share the better rank.
    public let ranks: [Int]

    /// - Precondition: `comparisons` is square.
    public init(comparisons: [[Float]]) {
        let indices = comparisons.indices
        precondition(comparisons.allSatisfy { $0.count == comparisons.count }, "one comparison for each ordered pair")
        let scores = indices.map { i in
            indices.reduce(Float(0)) { $0 + (comparisons[i][$1] - comparisons[$1][i]) } / Float(max(1, indices.count))
        }
        self.comparisons = comparisons
        self.scores = scores
        ranks = scores.map { score in 1 + scores.count { $0 > score } }
    }

    /// Index of the best candidate, of equal ones the first; `nil` without candidates.
    public var best: Int? { ranks.firstIndex(of: 1) }

    /// Index of the worst candidate, of equal ones the last; `nil` without candidates or if all are equal.
    public var worst: Int? {
        guard let last = ranks.max(), last > 1 else { return nil }
        return ranks.lastIndex(of: last)
    }

    /// Share of pairs in which both orders prefer the candidate at the same place; 0 for fewer than two candidates.
    public var inconsistency: Double {
        var pairs = 0
        var inconsistent = 0
        for i in comparisons.indices {
            for j in comparisons.indices where j > i {
                pairs += 1
                if comparisons[i][j] * comparisons[j][i] > 0 { inconsistent += 1 }
            }
        }
        return pairs == 0 ? 0 : Double(inconsistent) / Double(pairs)
    }
}
