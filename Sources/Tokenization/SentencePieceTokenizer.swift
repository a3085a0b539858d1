/// SentencePiece's byte-pair encoding with byte fallback (Llama 2, Mistral 7B).
///
/// Spaces are spelled `▁` (U+2581), text has one put before it, words are not split beforehand, and a scalar that
/// is no token becomes its UTF-8 bytes (`<0xE2>`). Ids equal those of Hugging Face's `tokenizers`.
public struct SentencePieceTokenizer: Tokenizer {
    /// When text gets a `▁` put before it.
    enum SpacePrefix: Sendable, Hashable {
        case never
        /// Every stretch between special tokens (the `Prepend` normaliser; Llama 2 and Mistral v0.1).
        case always
        /// The same, unless the stretch starts with one (`Metaspace`, `always`).
        case unlessPresent
        /// Only at the start of the text (`Metaspace`, `first`).
        case atStartUnlessPresent
    }

    let vocabulary: Vocabulary
    let addedTokens: [AddedToken]
    let spacePrefix: SpacePrefix
    public let endOfTurn: Int32
    public let beginOfSequence: Int32?

    private let table: MergeTable
    private let matcher: AddedTokenMatcher
    private let unknown: UnknownToken?
    /// Tokens of one scalar.
    private let scalarTokens: [Unicode.Scalar: Int32]
    /// Tokens of the 256 bytes; empty unless all exist.
    private let byteTokens: [Int32]

    static let space: Unicode.Scalar = "\u{2581}"

    init(
        vocabulary: Vocabulary, table: MergeTable, addedTokens: [AddedToken], spacePrefix: SpacePrefix,
        unknown: UnknownToken?, endOfTurn: Int32, beginOfSequence: Int32?
    ) {
        self.vocabulary = vocabulary
        self.addedTokens = addedTokens
        self.spacePrefix = spacePrefix
        self.unknown = unknown
        self.endOfTurn = endOfTurn
        self.beginOfSequence = beginOfSequence
        self.table = table
        matcher = AddedTokenMatcher(addedTokens)
        var scalarTokens: [Unicode.Scalar: Int32] = [:]
        for (id, spelling) in vocabulary.spellings.enumerated() {
            let scalars = spelling.unicodeScalars
            if let first = scalars.first, scalars.dropFirst().isEmpty { scalarTokens[first] = Int32(id) }
        }
        self.scalarTokens = scalarTokens
        let byteTokens = (UInt8.min...UInt8.max).compactMap { vocabulary.id(of: Self.spelling(of: $0)) }
        self.byteTokens = byteTokens.count == 256 ? byteTokens : []
    }

    public var vocabularyCount: Int { vocabulary.count }
    public var addsLeadingSpace: Bool { spacePrefix != .never }
    public func id(ofToken token: String) -> Int32? { vocabulary.id(of: token) }
    public func bytes(of id: Int32) -> [UInt8] { Array(vocabulary.bytes(of: id)) }
    public func isSpecial(_ id: Int32) -> Bool { vocabulary.kind(of: id) == .control }

    /// `<0x0A>`
    static func spelling(of byte: UInt8) -> String {
        let hex = String(byte, radix: 16, uppercase: true)
        return "<0x\(hex.count < 2 ? "0" : "")\(hex)>"
    }

    /// Bytes that a vocabulary entry stands for.
    static func bytes(ofSpelling spelling: String, _ kind: TokenKind) -> [UInt8] {
        switch kind {
        case .byte:
            if let byte = UInt8(spelling.dropFirst(3).dropLast(), radix: 16) { return [byte] }
            return Array(spelling.utf8)
        case .control, .userDefined, .unknown, .unused:
            return Array(spelling.utf8)
        case .normal:
            var bytes: [UInt8] = []
            for scalar in spelling.unicodeScalars {
                if scalar == space { bytes.append(UInt8(ascii: " ")) } else { bytes += scalar.utf8 }
            }
            return bytes
        }
    }
}

// MARK: - Encoding

extension SentencePieceTokenizer {
    /// Complexity: O(n log n) in the length of the text.
    public func encode(_ text: String, parsingSpecialTokens: Bool) -> [Int32] {
        var text = text
        return text.withUTF8 { bytes in
            var ids: [Int32] = []
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
        guard !range.isEmpty else { return }
        let start = ids.count
        if wantsPrefix(text, range) { append(Self.space, to: &ids, from: start) }
        var position = range.lowerBound
        while position < range.upperBound {
            let (scalar, length) = text.scalar(at: position)
            append(scalar == " " ? Self.space : scalar, to: &ids, from: start)
            position += length
        }
        merger.merge(&ids, from: start)
    }

    private func wantsPrefix(_ text: UTF8Text, _ range: Range<Int>) -> Bool {
        switch spacePrefix {
        case .never: return false
        case .always: return true
        case .unlessPresent, .atStartUnlessPresent:
            if spacePrefix == .atStartUnlessPresent && range.lowerBound > 0 { return false }
            let first = text.scalar(at: range.lowerBound).scalar
            return first != " " && first != Self.space
        }
    }

    private func append(_ scalar: Unicode.Scalar, to ids: inout [Int32], from start: Int) {
        if let id = scalarTokens[scalar] {
            ids.append(id)
        } else if !byteTokens.isEmpty {
            for byte in scalar.utf8 { ids.append(byteTokens[Int(byte)]) }
        } else if let unknown, !(unknown.isFused && ids.count > start && ids.last == unknown.id) {
            ids.append(unknown.id)
        }
    }
}

// MARK: - Decoding

extension SentencePieceTokenizer {
    /// A run of byte tokens that is not UTF-8 becomes one U+FFFD per byte, as in `tokenizers`.
    public func decode(_ ids: some Sequence<Int32>, skippingSpecialTokens: Bool) -> String {
        var text = ""
        var run: [UInt8] = []
        func endRun() {
            text += String(validating: run, as: UTF8.self) ?? String(repeating: "\u{FFFD}", count: run.count)
            run = []
        }
        for id in ids where !(skippingSpecialTokens && isSpecial(id)) {
            if vocabulary.kind(of: id) == .byte {
                run += vocabulary.bytes(of: id)
            } else {
                endRun()
                text += String(decoding: vocabulary.bytes(of: id), as: UTF8.self)
            }
        }
        endRun()
        if addsLeadingSpace, text.unicodeScalars.first == " " { text.unicodeScalars.removeFirst() }
        return text
    }
}
