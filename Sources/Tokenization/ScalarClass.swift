/// The four kinds of scalar that the pre-tokenisers' regular expressions tell apart.
package enum ScalarClass {
    /// `\p{L}`
    case letter
    /// `\p{N}`
    case number
    /// `\s`
    case space
    /// `[^\s\p{L}\p{N}]`, marks and unassigned scalars included
    case other

    /// Unicode version of the regular-expression engine inside Hugging Face's `tokenizers` (Oniguruma).
    /// Scalars assigned later are `other` there, whatever this toolchain knows about them.
    private static let unicodeMajorVersion = 16

    @inline(__always)
    package init(ascii byte: UInt8) {
        if (byte | 0x20) &- 0x61 < 26 {
            self = .letter
        } else if byte &- 0x30 < 10 {
            self = .number
        } else if byte == 0x20 || byte &- 0x09 < 5 {
            self = .space
        } else {
            self = .other
        }
    }

    package init(_ scalar: Unicode.Scalar) {
        let properties = scalar.properties
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            self = Self.isKnown(properties) ? .letter : .other
        case .decimalNumber, .letterNumber, .otherNumber:
            self = Self.isKnown(properties) ? .number : .other
        default:
            self = properties.isWhitespace ? .space : .other
        }
    }

    private static func isKnown(_ properties: Unicode.Scalar.Properties) -> Bool {
        guard let age = properties.age else { return false }
        return age.major <= unicodeMajorVersion
    }

    /// Whether the `Digits` pre-tokeniser isolates this scalar (Rust's `char::is_numeric`, any Unicode version).
    static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: false
        }
    }
}
