import Foundation

/// SentencePiece's normalisation rules as its models carry them (`precompiled_charsmap`): a double-array trie
/// (Darts) over the UTF-8 of what is replaced, and the replacements, each ended by a zero byte.
///
/// Layout: byte count of the trie as UInt32, the trie as UInt32 units, the replacements; little endian.
struct PrecompiledCharacterMap: Sendable {
    private let units: [UInt32]
    private let replacements: [UInt8]

    /// - Throws: `TokenizationError` if the sizes do not fit the data or a replacement is not UTF-8.
    init(base64: String, source: String, field: String) throws(TokenizationError) {
        func invalid(_ reason: String) -> TokenizationError {
            .invalid(source: source, field: field, reason: reason)
        }
        guard let data = Data(base64Encoded: base64) else { throw invalid("is not base64") }
        let bytes = Array(data)
        func word(at offset: Int) -> UInt32 {
            bytes[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        guard bytes.count >= 4 else { throw invalid("ends before the size of its trie") }
        let size = Int(word(at: 0))
        guard size % 4 == 0, size > 0, size <= bytes.count - 4 else {
            throw invalid("announces a trie of \(size) bytes, and holds \(bytes.count - 4)")
        }
        units = stride(from: 4, to: 4 + size, by: 4).map(word(at:))
        replacements = Array(bytes[(4 + size)...])
        guard String(validating: replacements, as: UTF8.self) != nil else { throw invalid("replacements are not UTF-8") }
    }

    /// As `tokenizers` applies it: to each grapheme cluster of fewer than six bytes as a whole, to the scalars of
    /// the others. A rule for the beginning of a cluster replaces the whole cluster, which drops what follows.
    func apply(to text: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for character in text {
            let utf8 = Array(character.utf8)
            if utf8.count < 6, let replacement = replacement(forPrefixOf: utf8) {
                result += replacement
                continue
            }
            for scalar in character.unicodeScalars {
                let utf8 = Array(scalar.utf8)
                result += replacement(forPrefixOf: utf8) ?? utf8[...]
            }
        }
        return result
    }

    /// The replacement of the shortest beginning of `key` that has one.
    private func replacement(forPrefixOf key: [UInt8]) -> ArraySlice<UInt8>? {
        guard let start = shortestMatch(key), start < replacements.count else { return nil }
        let end = replacements[start...].firstIndex(of: 0) ?? replacements.count
        return replacements[start..<end]
    }

    /// Every index comes from the file, so every one is checked.
    private func shortestMatch(_ key: [UInt8]) -> Int? {
        var node = Self.offset(units[0])
        for byte in key where byte != 0 {
            node ^= Int(byte)
            guard units.indices.contains(node) else { return nil }
            let unit = units[node]
            // The highest bit marks a leaf, which no label equals.
            guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
            node ^= Self.offset(unit)
            guard units.indices.contains(node) else { return nil }
            if unit >> 8 & 1 == 1 { return Int(units[node] & 0x7FFF_FFFF) }
        }
        return nil
    }

    private static func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 0x200) >> 6)) }
}
