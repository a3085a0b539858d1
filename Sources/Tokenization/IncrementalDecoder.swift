/// Text of tokens as they arrive; a character split over tokens is held back until it is whole.
///
/// What `append` and `finish` return, joined, is what `decode` gives for the same ids, except that
/// SentencePiece vocabularies count a run of ill-formed byte tokens differently.
public struct IncrementalDecoder: Sendable {
    private let tokenizer: any Tokenizer
    private var pending: [UInt8] = []
    private var isAtStart = true

    public init(_ tokenizer: any Tokenizer) { self.tokenizer = tokenizer }

    /// Text that became certain with this token; empty for special tokens.
    public mutating func append(_ id: Int32) -> String {
        guard !tokenizer.isSpecial(id) else { return "" }
        var bytes = tokenizer.bytes(of: id)
        if isAtStart, let first = bytes.first {
            isAtStart = false
            if tokenizer.addsLeadingSpace, first == UInt8(ascii: " ") { bytes.removeFirst() }
        }
        pending += bytes
        let certain = pending.count - Self.unfinishedTail(of: pending)
        defer { pending.removeFirst(certain) }
        return String(decoding: pending[..<certain], as: UTF8.self)
    }

    /// The rest: U+FFFD if the last character never became whole.
    public mutating func finish() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }

    /// Bytes at the end that could be the start of a longer character, 0...3.
    private static func unfinishedTail(of bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let byte = bytes[bytes.count - length]
            if byte & 0xC0 == 0x80 { continue }
            let needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return needed > length ? length : 0
        }
        return 0
    }
}
