extension KeyValue {
    /// JSON with one spelling per value, after RFC 8785 (JSON Canonicalization Scheme): no white space, object
    /// members sorted by UTF-16 code units, shortest escapes, and numbers as ECMAScript prints them.
    ///
    /// Two deviations, both to keep distinct values distinct: integers are written exactly, also beyond 2^53,
    /// and numbers that are not finite become the bare words `nan`, `inf` and `-inf`.
    public var canonicalJSON: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        case .double(let value): text += Self.canonical(value)
        case .string(let value): Self.write(value, to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { text += "," }
                Self.write(member.key, to: &text)
                text += ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }

    /// ECMAScript's `Number::toString` (ECMA-262, section 6.1.6.1.20), on the shortest digits that read back
    /// as the same number.
    static func canonical(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        if value == 0 { return "0" }
        let sign = value < 0 ? "-" : ""
        let (digits, pointPosition) = shortestDigits(value.magnitude)
        let count = digits.count
        switch pointPosition {
        case count...21:
            return sign + digits + String(repeating: "0", count: pointPosition - count)
        case 1..<count:
            return sign + digits.prefix(pointPosition) + "." + digits.dropFirst(pointPosition)
        case -5...0:
            return sign + "0." + String(repeating: "0", count: -pointPosition) + digits
        default:
            let exponent = pointPosition - 1
            let fraction = count > 1 ? "." + digits.dropFirst() : ""
            return sign + digits.prefix(1) + fraction + "e" + (exponent < 0 ? "-" : "+") + String(exponent.magnitude)
        }
    }

    /// Significant digits d1d2...dn and p such that the value is 0.d1d2...dn x 10^p.
    private static func shortestDigits(_ value: Double) -> (digits: String, pointPosition: Int) {
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = mantissa[0]
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let all = whole + fraction
        let leadingZeros = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leadingZeros))
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return (digits, whole.count - leadingZeros + exponent)
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{8}": text += "\\b"
            case "\u{9}": text += "\\t"
            case "\u{A}": text += "\\n"
            case "\u{C}": text += "\\f"
            case "\u{D}": text += "\\r"
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
