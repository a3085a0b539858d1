/// What happens to text before a unigram model sees it: normalisation, then words with `▁` for spaces.
struct UnigramPipeline: Sendable {
    enum Normalization: Sendable {
        /// Takes white space away from the ends.
        case strip(left: Bool, right: Bool)
        case map(PrecompiledCharacterMap)
        /// Replaces every run of two or more spaces.
        case collapseSpaces(by: String)
        case lowercase
    }

    /// When a stretch of text gets a `▁` put before it; never if it starts with one.
    enum Prefix: Sendable { case never, always, atStart }

    var normalizations: [Normalization]
    var prefix: Prefix
    /// Whether text is cut before every `▁`.
    var splits: Bool

    private static let space = Array("\u{2581}".utf8)

    /// The normal form, and whether `strip` took something from its start, so that it no longer is the start of the
    /// text (as `tokenizers` counts).
    func normalize(_ text: String) -> (utf8: [UInt8], losesStart: Bool) {
        var text = text
        var losesStart = false
        for normalization in normalizations {
            switch normalization {
            case .strip(let left, let right):
                var scalars = text.unicodeScalars[...]
                while left, scalars.first?.properties.isWhitespace == true {
                    scalars.removeFirst()
                    losesStart = true
                }
                while right, scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
                text = String(scalars)
            case .map(let map):
                text = String(decoding: map.apply(to: text), as: UTF8.self)
            case .collapseSpaces(let replacement):
                text = Self.collapseSpaces(text, by: replacement)
            case .lowercase:
                text = text.unicodeScalars.reduce(into: "") { $0 += $1.properties.lowercaseMapping }
            }
        }
        return (Array(text.utf8), losesStart)
    }

    private static func collapseSpaces(_ text: String, by replacement: String) -> String {
        var result: [UInt8] = []
        var run = 0
        func endRun() {
            if run == 1 { result.append(0x20) } else if run > 1 { result += replacement.utf8 }
            run = 0
        }
        for byte in text.utf8 {
            if byte == 0x20 {
                run += 1
            } else {
                endRun()
                result.append(byte)
            }
        }
        endRun()
        return String(decoding: result, as: UTF8.self)
    }

    /// Calls `body` with the UTF-8 of each word. `text` is normalised and not empty.
    func forEachWord(in text: String, isFirst: Bool, _ body: ([UInt8]) -> Void) {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte == 0x20 { bytes += Self.space } else { bytes.append(byte) }
        }
        if prefix == .always || (prefix == .atStart && isFirst), !bytes.starts(with: Self.space) {
            bytes = Self.space + bytes
        }
        guard splits else { return body(bytes) }
        var start = 0
        for position in bytes.indices.dropFirst() where bytes[position...].starts(with: Self.space) {
            body(Array(bytes[start..<position]))
            start = position
        }
        body(Array(bytes[start...]))
    }
}
