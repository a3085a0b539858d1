/// Makes characters that a browser would hide, or that would reorder what stands beside them, visible.
///
/// A model writes whatever its sampler draws. Control characters are not allowed in HTML or SVG at
/// all; bidirectional controls can make a line read backwards (Unicode UAX 9, "Trojan Source").
package enum VisibleText {
    package static func of(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var scalars = String.UnicodeScalarView()
        var afterReturn = false
        for scalar in text.unicodeScalars {
            let completesLineEnd = afterReturn && scalar == "\n"
            afterReturn = scalar == "\r"
            if completesLineEnd { continue }
            if !isHidden(scalar) {
                scalars.append(scalar)
            } else if scalar == "\r" {
                scalars.append("\n")
            } else {
                scalars.append(contentsOf: "⟦U+\(hexadecimal(scalar.value))⟧".unicodeScalars)
            }
        }
        return String(scalars)
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0..<0x20, 0x7F..<0xA0: true
        case 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
        case 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
        // Noncharacters: never valid in an HTML document.
        case 0xFDD0...0xFDEF: true
        default: scalar.value & 0xFFFE == 0xFFFE
        }
    }
}
