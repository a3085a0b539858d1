import Foundation
import LanguageModel

/// PairRM (Jiang et al. 2023, arXiv 2306.02561): a DeBERTa encoder that reads an instruction and two answers, with a
/// head that scores each answer from the hidden states at its marker and at the instruction's.
public final class PairRanker: Sendable {
    /// An instruction and its answers.
    public struct Candidates: Sendable, Hashable {
        public var source: String
        public var texts: [String]
        public init(source: String, texts: [String]) {
            self.source = source
            self.texts = texts
        }
    }

    public let encoder: DisentangledEncoder
    /// Files that results depend on, for hashes of them: configuration, tokenizer, weights.
    public let files: [String]
    package let input: PairInput
    let head: Head

    /// tanh(x W1 + b1) W2 + b2 of the states of source and candidate, [2 hidden] -> [tasks].
    struct Head: Sendable {
        let dense: LinearLayer
        let scores: LinearLayer
    }

    init(encoder: DisentangledEncoder, input: PairInput, head: Head, files: [String]) {
        self.encoder = encoder
        self.input = input
        self.head = head
        self.files = files
    }

    /// Rows of one pass: enough to keep the cores busy, few enough to stay out of the way of the weights.
    static let rowsPerBatch = 2048

    /// Compares all ordered pairs of each group's answers.
    /// - Parameter progress: called with the pairs done so far and their total.
    /// - Throws: only `CancellationError`, between batches.
    public func rank(_ groups: [Candidates], progress: (_ done: Int, _ total: Int) -> Void = { _, _ in })
        throws -> [Ranking]
    {
        var pairs: [(group: Int, left: Int, right: Int)] = []
        for (index, group) in groups.enumerated() {
            for left in group.texts.indices {
                for right in group.texts.indices where left != right { pairs.append((index, left, right)) }
            }
        }
        let sources = groups.map { input.encode($0.source) }
        let texts = groups.map { $0.texts.map(input.encode) }
        var comparisons = groups.map { group in
            [[Float]](repeating: [Float](repeating: 0, count: group.texts.count), count: group.texts.count)
        }
        var start = 0
        while start < pairs.count {
            try Task.checkCancellation()
            // There is no padding, so pairs of different lengths share a batch at no cost.
            var batch: [PairInput.Sequence] = []
            var rows = 0
            for pair in pairs[start...] {
                let next = input.sequence(
                    source: sources[pair.group], first: texts[pair.group][pair.left],
                    second: texts[pair.group][pair.right])
                guard batch.isEmpty || rows + next.ids.count <= Self.rowsPerBatch else { break }
                rows += next.ids.count
                batch.append(next)
            }
            for (pair, logit) in zip(pairs[start...], logits(of: batch)) {
                comparisons[pair.group][pair.left][pair.right] = logit
            }
            start += batch.count
            progress(start, pairs.count)
        }
        return comparisons.map(Ranking.init)
    }

    /// The ranking of one instruction's answers.
    public func rank(_ texts: [String], for source: String) throws -> Ranking {
        try rank([Candidates(source: source, texts: texts)]).first ?? Ranking(comparisons: [])
    }

    /// For each sequence the logit that its first candidate is better: mean over tasks of the difference of scores.
    func logits(of sequences: [PairInput.Sequence]) -> [Float] {
        let size = encoder.configuration.hiddenSize
        let count = sequences.count
        // [left and right of each sequence, source and candidate]
        let states = FloatBuffer(count: 2 * count * 2 * size)
        encoder.withHiddenStates(of: sequences.map(\.ids)) { hidden, ranges in
            for (index, sequence) in sequences.enumerated() {
                for (side, candidate) in [sequence.first, sequence.second].enumerated() {
                    let destination = states.pointer + (2 * index + side) * 2 * size
                    destination.update(from: hidden + (ranges[index].lowerBound + sequence.source) * size, count: size)
                    (destination + size).update(
                        from: hidden + (ranges[index].lowerBound + candidate) * size, count: size)
                }
            }
        }
        let inner = FloatBuffer(count: 2 * count * head.dense.outputs)
        head.dense.apply(states.pointer, rows: 2 * count, into: inner.pointer, pool: encoder.pool)
        for index in 0..<inner.count { inner.pointer[index] = tanhf(inner.pointer[index]) }
        let tasks = head.scores.outputs
        let scores = FloatBuffer(count: 2 * count * tasks)
        head.scores.apply(inner.pointer, rows: 2 * count, into: scores.pointer, pool: encoder.pool)
        return (0..<count).map { index in
            let left = scores.pointer + 2 * index * tasks
            return (0..<tasks).reduce(Float(0)) { $0 + (left[$1] - left[tasks + $1]) } / Float(tasks)
        }
    }
}
