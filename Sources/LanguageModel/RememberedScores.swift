/// A scorer that computes each tree once: a judge is asked the same of the same text from several sides, when its questions
/// are chosen, its rule is tuned and its answers are checked. The model's weights do not change meanwhile.
public final class RememberedScores: TreeScorer {
    private let scorer: any TreeScorer
    private let capacity: Int
    private var scores: [TokenTree: TreeScores] = [:]
    /// In a ring, the oldest at `next`.
    private var trees: [TokenTree] = []
    private var next = 0

    /// - Parameter capacity: trees; when there are more, the oldest are forgotten. One of a thousand tokens takes about 10 KB.
    public init(of scorer: any TreeScorer, capacity: Int = 4096) {
        self.scorer = scorer
        self.capacity = max(1, capacity)
    }

    /// - Throws: What the scorer throws; nothing is remembered of that call.
    public func score(_ trees: [TokenTree]) throws -> [TreeScores] {
        var results = trees.map { scores[$0] }
        var places: [TokenTree: [Int]] = [:]
        let missing = trees.indices.filter { index in
            guard results[index] == nil else { return false }
            places[trees[index], default: []].append(index)
            return places[trees[index]]?.count == 1
        }
        let computed = missing.isEmpty ? [] : try scorer.score(missing.map { trees[$0] })
        for (index, computed) in zip(missing, computed) {
            for place in places[trees[index]] ?? [] { results[place] = computed }
            remember(computed, of: trees[index])
        }
        return results.compactMap { $0 }
    }

    private func remember(_ computed: TreeScores, of tree: TokenTree) {
        if trees.count < capacity {
            trees.append(tree)
        } else {
            scores[trees[next]] = nil
            trees[next] = tree
            next = (next + 1) % capacity
        }
        scores[tree] = computed
    }
}
