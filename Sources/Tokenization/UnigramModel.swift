/// SentencePiece's unigram language model (Kudo 2018, arXiv 1804.10959): of all ways to cut a word into pieces the
/// one whose log-probabilities have the largest sum, found by Viterbi's algorithm in float64.
struct UnigramModel: Sendable {
    private let trie: PieceTrie
    private let ids: [[UInt8]: Int32]
    private let scores: [Double]
    private let unknown: Int32
    private let unknownScore: Double
    /// Tokens of the 256 bytes; empty without byte fallback.
    private let byteTokens: [Int32]

    /// What an unknown scalar costs below the rarest piece (`kUnkPenalty` of SentencePiece).
    private static let unknownPenalty = 10.0

    /// - Parameters:
    ///   - pieces: spellings with log-probabilities, by id.
    ///   - excluded: ids that text never becomes, e.g. of control tokens.
    ///   - byteTokens: the tokens of all bytes for byte fallback, or none.
    init(pieces: [(utf8: [UInt8], score: Double)], unknown: Int32, excluded: Set<Int32>, byteTokens: [Int32]) {
        var ids: [[UInt8]: Int32] = Dictionary(minimumCapacity: pieces.count)
        var entries: [(utf8: [UInt8], id: Int32)] = []
        for (id, piece) in pieces.enumerated() where !excluded.contains(Int32(id)) {
            ids[piece.utf8] = Int32(id)
            entries.append((piece.utf8, Int32(id)))
        }
        self.ids = ids
        trie = PieceTrie(entries)
        scores = pieces.map(\.score)
        self.unknown = unknown
        unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
        self.byteTokens = byteTokens
    }

    private struct Node {
        var score = 0.0
        var start = -1
        var id: Int32 = -1
    }

    /// Appends the ids of a word, which is valid UTF-8. Neighbouring unknown scalars become one unknown token, or
    /// their bytes.
    /// Complexity: O(n) times the length of the longest piece.
    func encode(_ word: [UInt8], into ids: inout [Int32]) {
        // nodes[end]: the best path that ends there.
        var nodes = [Node](repeating: Node(), count: word.count + 1)
        var start = 0
        while start < word.count {
            let score = nodes[start].score
            let length = Self.scalarLength(word[start])
            var hasScalar = false
            trie.forEachPiece(in: word, from: start) { end, id in
                let total = score + scores[Int(id)]
                if nodes[end].start < 0 || total > nodes[end].score {
                    nodes[end] = Node(score: total, start: start, id: id)
                }
                if end - start == length { hasScalar = true }
            }
            let end = min(start + length, word.count)
            if !hasScalar, nodes[end].start < 0 || score + unknownScore > nodes[end].score {
                nodes[end] = Node(score: score + unknownScore, start: start, id: unknown)
            }
            start = end
        }
        appendPath(nodes, word, into: &ids)
    }

    private func appendPath(_ nodes: [Node], _ word: [UInt8], into ids: inout [Int32]) {
        var pieces: [(range: Range<Int>, id: Int32)] = []
        var end = word.count
        while end > 0 {
            let node = nodes[end]
            if node.id == unknown, let last = pieces.last, last.id == unknown {
                pieces[pieces.count - 1].range = node.start..<last.range.upperBound
            } else {
                pieces.append((node.start..<end, node.id))
            }
            end = node.start
        }
        for (range, id) in pieces.reversed() {
            if id != unknown {
                ids.append(id)
            } else if let whole = self.ids[Array(word[range])] {
                // As in `tokenizers`: the joined text is looked up, and may be a piece that scored worse.
                ids.append(whole)
            } else if byteTokens.count == 256 {
                for byte in word[range] { ids.append(byteTokens[Int(byte)]) }
            } else {
                ids.append(unknown)
            }
        }
    }

    private static func scalarLength(_ first: UInt8) -> Int {
        switch first {
        case ..<0x80: 1
        case ..<0xE0: 2
        case ..<0xF0: 3
        default: 4
        }
    }
}
