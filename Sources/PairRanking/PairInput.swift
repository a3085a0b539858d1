import Tokenization

/// Puts an instruction and two answers into the one sequence that PairRM reads:
/// `[CLS]<|source|>s[SEP][CLS]<|candidate1|>a[SEP][CLS]<|candidate2|>b[SEP]`.
package struct PairInput: Sendable {
    /// Limits in tokens, `[CLS]`, the marker and `[SEP]` included, as PairRM was trained.
    struct Limits: Sendable, Hashable {
        var source = 1224
        /// Of each answer; what the source leaves over of its own limit is shared between both.
        var candidate = 412

        var total: Int { source + 2 * candidate }
    }

    struct Markers: Sendable, Hashable {
        var source: Int32
        var first: Int32
        var second: Int32

        /// Spellings, in that order.
        static let spellings = ["<|source|>", "<|candidate1|>", "<|candidate2|>"]
    }

    let tokenizer: UnigramTokenizer
    let begin: Int32
    let end: Int32
    let markers: Markers
    var limits = Limits()

    /// A sequence, and where its markers stand.
    package struct Sequence: Sendable, Hashable {
        package var ids: [Int32]
        package var source: Int
        package var first: Int
        package var second: Int
    }

    /// Ids of a text. Markers and `[SEP]` that it spells stay text.
    package func encode(_ text: String) -> [Int32] { tokenizer.encode(text) }

    /// - Parameters: ids of `encode`, which are cut at their ends where they are too long.
    package func sequence(source: [Int32], first: [Int32], second: [Int32]) -> Sequence {
        var ids: [Int32] = []
        @discardableResult func append(_ text: [Int32], after marker: Int32, limit: Int) -> Int {
            ids += [begin, marker]
            let position = ids.count - 1
            ids += text.prefix(max(0, limit - 3))
            ids.append(end)
            return position
        }
        let atSource = append(source, after: markers.source, limit: limits.source)
        let limit = (limits.total - ids.count) / 2
        let atFirst = append(first, after: markers.first, limit: limit)
        let atSecond = append(second, after: markers.second, limit: limit)
        return Sequence(ids: ids, source: atSource, first: atFirst, second: atSecond)
    }
}
