import LanguageModel
import Tokenization

/// A model small enough to reason about: a token that stands among its ancestors is likely, any other is not.
/// One token per word.
final class OverlapModel: TreeScorer, Tokenizer, @unchecked Sendable {
    static let known: Float = -0.5
    static let unknown: Float = -6

    private var ids: [String: Int32] = [:]
    private(set) var treeCount = 0

    func score(_ trees: [TokenTree]) -> [TreeScores] {
        treeCount += trees.count
        return trees.map { tree in
            TreeScores(logProbabilities: tree.segments.indices.map { index in
                guard tree.segments[index].isScored else { return [] }
                var seen: Set<Int32> = []
                var parent = tree.segments[index].parent
                while let current = parent {
                    seen.formUnion(tree.segments[current].tokens)
                    parent = tree.segments[current].parent
                }
                return tree.segments[index].tokens.map { seen.contains($0) ? Self.known : Self.unknown }
            })
        }
    }

    var vocabularyCount: Int { ids.count }
    var endOfTurn: Int32 { -1 }
    var beginOfSequence: Int32? { nil }

    func encode(_ text: String, parsingSpecialTokens: Bool) -> [Int32] {
        let words = text.split(whereSeparator: \.isWhitespace).map { $0.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "$" } }
        // A text of white space alone is a token too.
        return (words.isEmpty ? [" "] : words).map { word in
            let id = ids[word] ?? Int32(ids.count)
            ids[word] = id
            return id
        }
    }

    func decode(_ tokens: some Sequence<Int32>, skippingSpecialTokens: Bool) -> String {
        tokens.map { id in ids.first { $0.value == id }?.key ?? "" }.joined(separator: " ")
    }

    func bytes(of id: Int32) -> [UInt8] { Array(decode([id], skippingSpecialTokens: true).utf8) }
    func isSpecial(_ id: Int32) -> Bool { false }
    func id(ofToken token: String) -> Int32? { ids[token] }
}
