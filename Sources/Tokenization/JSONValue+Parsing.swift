extension JSONValue {
    /// Parses a whole document (RFC 8259).
    /// - Throws: `TokenizationError.unreadable` with the byte offset of the first error.
    init(parsing bytes: [UInt8], source: String) throws(TokenizationError) {
        var parser = Parser(bytes: bytes, source: source)
        self = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.index == bytes.count else { throw parser.failure("text after the document") }
    }

    private struct Parser {
        /// Deeper nesting than any tokenizer has; bounds the stack.
        static let maximumDepth = 64

        let bytes: [UInt8]
        let source: String
        var index = 0

        init(bytes: [UInt8], source: String) {
            self.bytes = bytes
            self.source = source
        }

        func failure(_ reason: String) -> TokenizationError {
            .unreadable(source: source, reason: "not JSON at byte \(index): \(reason)")
        }

        var next: UInt8? { index < bytes.count ? bytes[index] : nil }

        mutating func skipSpace() {
            while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
        }

        mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
            guard let byte = next, UInt32(byte) == scalar.value else { return false }
            index += 1
            return true
        }

        mutating func expect(_ scalar: Unicode.Scalar) throws(TokenizationError) {
            skipSpace()
            guard accept(scalar) else { throw failure("expected '\(scalar)'") }
        }

        mutating func value(depth: Int) throws(TokenizationError) -> JSONValue {
            guard depth < Self.maximumDepth else { throw failure("nested deeper than \(Self.maximumDepth)") }
            skipSpace()
            switch next {
            case UInt8(ascii: "{"): return try object(depth: depth)
            case UInt8(ascii: "["): return try array(depth: depth)
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "t"): return try word("true", .bool(true))
            case UInt8(ascii: "f"): return try word("false", .bool(false))
            case UInt8(ascii: "n"): return try word("null", .null)
            default: return try number()
            }
        }

        mutating func word(_ text: String, _ value: JSONValue) throws(TokenizationError) -> JSONValue {
            guard bytes[index...].starts(with: text.utf8) else { throw failure("expected \(text)") }
            index += text.utf8.count
            return value
        }

        mutating func object(depth: Int) throws(TokenizationError) -> JSONValue {
            try expect("{")
            skipSpace()
            if accept("}") { return .object([]) }
            var members: [Member] = []
            repeat {
                skipSpace()
                let name = try string()
                try expect(":")
                members.append(Member(name: name, value: try value(depth: depth + 1)))
                skipSpace()
            } while accept(",")
            try expect("}")
            return .object(members)
        }

        mutating func array(depth: Int) throws(TokenizationError) -> JSONValue {
            try expect("[")
            skipSpace()
            if accept("]") { return .array([]) }
            var values: [JSONValue] = []
            repeat {
                values.append(try value(depth: depth + 1))
                skipSpace()
            } while accept(",")
            try expect("]")
            return .array(values)
        }

        mutating func number() throws(TokenizationError) -> JSONValue {
            let start = index
            while let byte = next, "+-.eE0123456789".utf8.contains(byte) { index += 1 }
            guard start < index, let value = Double(String(decoding: bytes[start..<index], as: UTF8.self)),
                value.isFinite
            else {
                index = start
                throw failure("expected a value")
            }
            return .number(value)
        }

        mutating func string() throws(TokenizationError) -> String {
            try expect("\"")
            var content: [UInt8] = []
            while let byte = next {
                index += 1
                switch byte {
                case UInt8(ascii: "\""):
                    guard let string = String(validating: content, as: UTF8.self) else {
                        throw failure("a string that is not UTF-8 ends here")
                    }
                    return string
                case UInt8(ascii: "\\"):
                    content += try escape().utf8
                case ..<0x20:
                    throw failure("a control character inside a string")
                default:
                    content.append(byte)
                }
            }
            throw failure("the string does not end")
        }

        private mutating func escape() throws(TokenizationError) -> Unicode.Scalar {
            guard let byte = next else { throw failure("the string does not end") }
            index += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
            case UInt8(ascii: "b"): return "\u{08}"
            case UInt8(ascii: "f"): return "\u{0C}"
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "t"): return "\t"
            case UInt8(ascii: "u"): return try escapedScalar()
            default: throw failure("an unknown escape")
            }
        }

        /// After `\u`: four digits, or two such escapes that are a surrogate pair.
        private mutating func escapedScalar() throws(TokenizationError) -> Unicode.Scalar {
            let unit = try hexUnit()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard unit < 0xDC00, accept("\\"), accept("u"), case let low = try hexUnit(), 0xDC00...0xDFFF ~= low,
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            else { throw failure("half of a surrogate pair") }
            return scalar
        }

        private mutating func hexUnit() throws(TokenizationError) -> UInt32 {
            guard index + 4 <= bytes.count,
                bytes[index..<index + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let unit = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
            else { throw failure("expected four hexadecimal digits") }
            index += 4
            return unit
        }
    }
}
