/// A strict RFC 8259 parser over bytes.
extension JSONValue {
    /// - Throws: ``JSONError`` with the byte offset of the first fault.
    package init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var parser = Parser(bytes: bytes)
        self = try parser.document()
    }

    package init(parsing bytes: [UInt8]) throws(JSONError) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try JSONValue(parsing: bytes) }
        }
        self = try result.get()
    }

    fileprivate struct Parser {
        let bytes: UnsafeRawBufferPointer
        var index = 0
        /// Deeper than any file has it; bounds the stack.
        static let depthLimit = 128

        init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

        mutating func document() throws(JSONError) -> JSONValue {
            skipSpace()
            let value = try value(depth: 0)
            skipSpace()
            guard index == bytes.count else { throw failure("text after the end of the JSON value") }
            return value
        }

        func failure(_ reason: String) -> JSONError { JSONError(.malformed, offset: index, reason: reason) }

        var current: UInt8? { index < bytes.count ? bytes[index] : nil }

        mutating func skipSpace() {
            while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { index += 1 }
        }

        mutating func accept(_ character: Unicode.Scalar) -> Bool {
            guard current == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
            guard accept(character) else { throw failure("expected \"\(character)\"") }
        }

        mutating func value(depth: Int) throws(JSONError) -> JSONValue {
            guard depth < Self.depthLimit else { throw failure("nested deeper than \(Self.depthLimit)") }
            switch current {
            case UInt8(ascii: "{"): return try object(depth: depth)
            case UInt8(ascii: "["): return try array(depth: depth)
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "t"): return try literal("true", .bool(true))
            case UInt8(ascii: "f"): return try literal("false", .bool(false))
            case UInt8(ascii: "n"): return try literal("null", .null)
            case nil: throw failure("ends in the middle of a value")
            default: return try number()
            }
        }

        mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
            let length = text.utf8CodeUnitCount
            guard bytes.count - index >= length,
                bytes[index..<index + length].elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: length))
            else { throw failure("expected \(text)") }
            index += length
            return value
        }

        mutating func object(depth: Int) throws(JSONError) -> JSONValue {
            try expect("{")
            skipSpace()
            if accept("}") { return .object([]) }
            var members: [Member] = []
            var names: Set<ExactName> = []
            repeat {
                skipSpace()
                let start = index
                let name = try string()
                guard names.insert(ExactName(name)).inserted else {
                    throw JSONError(.duplicateName, offset: start, reason: "the name \"\(name)\" occurs twice")
                }
                skipSpace()
                try expect(":")
                skipSpace()
                members.append(Member(name, try value(depth: depth + 1)))
                skipSpace()
            } while accept(",")
            try expect("}")
            return .object(members)
        }

        mutating func array(depth: Int) throws(JSONError) -> JSONValue {
            try expect("[")
            skipSpace()
            if accept("]") { return .array([]) }
            var values: [JSONValue] = []
            repeat {
                skipSpace()
                values.append(try value(depth: depth + 1))
                skipSpace()
            } while accept(",")
            try expect("]")
            return .array(values)
        }

        mutating func number() throws(JSONError) -> JSONValue {
            let start = index
            var isInteger = true
            _ = accept("-")
            let firstDigit = current
            let digits = skipDigits()
            guard digits == 1 || (digits > 1 && firstDigit != UInt8(ascii: "0")) else {
                index = start
                throw failure("expected a value")
            }
            if accept(".") {
                isInteger = false
                guard skipDigits() > 0 else { throw failure("expected digits after the decimal point") }
            }
            if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
                isInteger = false
                index += 1
                if !accept("+") { _ = accept("-") }
                guard skipDigits() > 0 else { throw failure("expected digits of an exponent") }
            }
            let text = String(decoding: bytes[start..<index], as: UTF8.self)
            if isInteger, let value = Int(text) { return .integer(value) }
            guard let value = Double(text) else { throw failure("expected a number") }
            return .number(value)
        }

        mutating func skipDigits() -> Int {
            let start = index
            while let byte = current, (0x30...0x39).contains(byte) { index += 1 }
            return index - start
        }
    }
}

extension JSONValue.Parser {
    fileprivate mutating func string() throws(JSONError) -> String {
        try expect("\"")
        let start = index
        while let byte = current, byte != 0x22, byte != 0x5c, byte >= 0x20 { index += 1 }
        if current == 0x22 {
            // The common case: no escapes.
            guard let text = String(validating: bytes[start..<index], as: UTF8.self) else { throw failure("invalid UTF-8 in a string") }
            index += 1
            return text
        }
        var units = [UInt8](bytes[start..<index])
        while true {
            guard let byte = current else { throw failure("a string is not closed") }
            index += 1
            switch byte {
            case 0x22:
                guard let text = String(validating: units, as: UTF8.self) else { throw failure("invalid UTF-8 in a string") }
                return text
            case 0x5c: units.append(contentsOf: String(try escape()).utf8)
            case 0..<0x20: throw failure("a control character in a string")
            default: units.append(byte)
            }
        }
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard let byte = current else { throw failure("a string is not closed") }
        index += 1
        switch Unicode.Scalar(byte) {
        case "\"", "\\", "/": return Unicode.Scalar(byte)
        case "b": return "\u{8}"
        case "f": return "\u{c}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u":
            let unit = try hexUnit()
            if let scalar = Unicode.Scalar(UInt32(unit)) { return scalar }
            // A surrogate: valid only as the first of a pair; a lone one becomes U+FFFD.
            let next = index
            guard UTF16.isLeadSurrogate(unit), accept("\\"), accept("u") else {
                index = next
                return "\u{FFFD}"
            }
            let trail = try hexUnit()
            guard UTF16.isTrailSurrogate(trail) else {
                index = next
                return "\u{FFFD}"
            }
            return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
        default: throw failure("unknown escape in a string")
        }
    }

    private mutating func hexUnit() throws(JSONError) -> UInt16 {
        guard bytes.count - index >= 4 else { throw failure("a string is not closed") }
        let digits = bytes[index..<index + 4]
        guard digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw failure("expected four hexadecimal digits") }
        index += 4
        return unit
    }
}

/// A member's name, equal to another only when both have the same scalars.
private struct ExactName: Hashable {
    let name: String

    init(_ name: String) { self.name = name }

    static func == (first: ExactName, second: ExactName) -> Bool { first.name.utf8.elementsEqual(second.name.utf8) }

    func hash(into hasher: inout Hasher) {
        // The bytes lie in one piece in every string that was just read.
        if name.utf8.withContiguousStorageIfAvailable({ hasher.combine(bytes: UnsafeRawBufferPointer($0)) }) == nil {
            for byte in name.utf8 { hasher.combine(byte) }
        }
    }
}
