/// GPT-2's one-to-one map between bytes and printable scalars, in which byte-level vocabularies are spelled.
///
/// Printable Latin-1 bytes stand for themselves; the other 68 take U+0100, U+0101, ... in order, so a space
/// is spelled `Ġ` (U+0120). Source: `bytes_to_unicode` in openai/gpt-2 `src/encoder.py`.
enum ByteAlphabet {
    /// Scalar of each byte, 256 entries.
    static let scalars: [Unicode.Scalar] = {
        var substitute: UInt16 = 0x100
        return (UInt8.min...UInt8.max).map { byte in
            if isPrintable(byte) { return Unicode.Scalar(byte) }
            defer { substitute += 1 }
            return Unicode.Scalar(substitute) ?? "\u{FFFD}"
        }
    }()

    /// Byte of each scalar in U+0000...U+0143; -1 where the scalar is not in the alphabet.
    private static let bytes: [Int16] = {
        var bytes = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
        return bytes
    }()

    private static func isPrintable(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
    }

    static func byte(of scalar: Unicode.Scalar) -> UInt8? {
        guard scalar.value < 0x144 else { return nil }
        let byte = bytes[Int(scalar.value)]
        return byte < 0 ? nil : UInt8(byte)
    }

    /// Bytes that a vocabulary entry stands for; `nil` if a scalar of it is outside the alphabet.
    static func bytes(ofSpelling spelling: String) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(spelling.utf8.count)
        for scalar in spelling.unicodeScalars {
            guard let byte = byte(of: scalar) else { return nil }
            result.append(byte)
        }
        return result
    }
}
