/// Byte-level byte-pair encoding (GPT-2, Llama 3, SmolLM).
///
/// Text is cut into words (`PreTokenizer`), a word into bytes, and pairs of symbols merge in the order of the
/// list of merges. Ids equal those of Hugging Face's `tokenizers` for the same files.
///
/// Where the vocabulary lacks a byte and names no unknown token, the byte is dropped and its neighbours may merge,
/// as in `tokenizers`. SmolLM2 lacks 21: six C0 controls, the lead bytes of planes 4 to 11, and those that no
/// UTF-8 holds.
public struct BytePairTokenizer: Tokenizer {
    let vocabulary: Vocabulary
    /// Pairs by rank, as spelled in the files.
    let merges: [(left: Int32, right: Int32)]
    let addedTokens: [AddedToken]
    public let preTokenizer: PreTokenizer
    /// Whether a word that is a token is taken whole, whatever the merges give (Llama 3).
    let ignoresMerges: Bool
    /// Stands for a byte that the vocabulary lacks.
    let unknown: UnknownToken?
    public let endOfTurn: Int32
    public let beginOfSequence: Int32?

    private let table: MergeTable
    private let matcher: AddedTokenMatcher
    /// Token of each byte; -1 where the vocabulary lacks it.
    private let byteTokens: [Int32]
    /// Normal tokens by the bytes they stand for, only where `ignoresMerges`.
    private let wholeWords: [[UInt8]: Int32]

    /// - Parameter merges: pairs of token ids with the token that they form, by rank.
    init(
        vocabulary: Vocabulary, merges: [(left: Int32, right: Int32, result: Int32)], addedTokens: [AddedToken],
        preTokenizer: PreTokenizer, ignoresMerges: Bool, unknown: UnknownToken? = nil, endOfTurn: Int32,
        beginOfSequence: Int32?
    ) {
        self.vocabulary = vocabulary
        self.merges = merges.map { ($0.left, $0.right) }
        self.addedTokens = addedTokens
        self.preTokenizer = preTokenizer
        self.ignoresMerges = ignoresMerges
        self.unknown = unknown
        self.endOfTurn = endOfTurn
        self.beginOfSequence = beginOfSequence
        table = MergeTable(ranked: merges)
        matcher = AddedTokenMatcher(addedTokens)
        byteTokens = ByteAlphabet.scalars.map { vocabulary.id(of: String(Character($0))) ?? -1 }
        wholeWords = ignoresMerges ? Self.wholeWords(of: vocabulary) : [:]
    }

    private static func wholeWords(of vocabulary: Vocabulary) -> [[UInt8]: Int32] {
        var words: [[UInt8]: Int32] = Dictionary(minimumCapacity: vocabulary.count)
        for id in 0..<Int32(vocabulary.count) where vocabulary.kind(of: id) == .normal {
            words[Array(vocabulary.bytes(of: id))] = id
        }
        return words
    }

    public var vocabularyCount: Int { vocabulary.count }

    public func id(ofToken token: String) -> Int32? { vocabulary.id(of: token) }

    public func isSpecial(_ id: Int32) -> Bool { vocabulary.kind(of: id) == .control }

    public func bytes(of id: Int32) -> [UInt8] { Array(vocabulary.bytes(of: id)) }

    /// Bytes without a token, in order.
    package var missingBytes: [UInt8] {
        byteTokens.indices.filter { byteTokens[$0] < 0 }.map(UInt8.init)
    }
}

// MARK: - Encoding

extension BytePairTokenizer {
    /// Complexity: O(n) in the length of the text, O(m log m) in the length of a word.
    public func encode(_ text: String, parsingSpecialTokens: Bool) -> [Int32] {
        var text = text
        return text.withUTF8 { bytes in
            var ids: [Int32] = []
            ids.reserveCapacity(bytes.count / 3)
            var merger = BytePairMerger(table: table)
            let text = UTF8Text(bytes: bytes)
            var start = 0
            matcher.forEachMatch(in: text, parsingSpecialTokens: parsingSpecialTokens) { match in
                encode(text, start..<match.range.lowerBound, into: &ids, with: &merger)
                ids.append(match.id)
                start = match.range.upperBound
            }
            encode(text, start..<bytes.count, into: &ids, with: &merger)
            return ids
        }
    }

    private func encode(
        _ text: UTF8Text, _ range: Range<Int>, into ids: inout [Int32], with merger: inout BytePairMerger
    ) {
        preTokenizer.forEachWord(in: text, range: range) { word in
            if ignoresMerges, let id = wholeWords[Array(text.bytes[word])] {
                ids.append(id)
                return
            }
            let start = ids.count
            for position in word {
                let id = byteTokens[Int(text.bytes[position])]
                if id >= 0 {
                    ids.append(id)
                } else if let unknown, !(unknown.isFused && ids.count > start && ids.last == unknown.id) {
                    ids.append(unknown.id)
                }
            }
            merger.merge(&ids, from: start)
        }
    }
}

// MARK: - Decoding

extension BytePairTokenizer {
    public func decode(_ ids: some Sequence<Int32>, skippingSpecialTokens: Bool) -> String {
        var bytes: [UInt8] = []
        for id in ids where !(skippingSpecialTokens && isSpecial(id)) { bytes += vocabulary.bytes(of: id) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What stands for text that a vocabulary cannot express.
struct UnknownToken: Sendable, Hashable {
    var id: Int32
    /// Whether neighbouring unknowns become one token.
    var isFused: Bool
}
