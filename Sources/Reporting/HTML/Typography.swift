/// The report's own words and numbers, set as print sets them. Never applied to model text.
package enum Typography {
    /// Keeps a number and its unit on one line and sets minus signs and comparisons as such.
    package static func set(_ text: String) -> String {
        var output = ""
        var previous: Character = " "
        var rest = text[...]
        while let character = rest.first {
            let next = rest.dropFirst().first
            if character == "<" || character == ">", next == "=" {
                output += character == "<" ? "≤" : "≥"
                rest = rest.dropFirst(2)
                previous = "="
                continue
            }
            if character == " ", next == "%", previous.isNumber {
                output += "\u{A0}"
            } else if character == " ", previous == "p", next == "<" || next == "=" {
                output += "\u{A0}"
            } else if character == " ", previous == "<" || previous == ">" || previous == "=", next?.isNumber == true {
                output += "\u{A0}"
            } else if character == "-", next?.isNumber == true, previous == " " || previous == "[" || previous == "(" {
                output += "−"
            } else if character == "-", next?.isNumber == true, previous == "e", isExponent(output) {
                // A hyphen would let the line break within the number.
                output += "−"
            } else {
                output.append(character)
            }
            previous = character
            rest = rest.dropFirst()
        }
        return output
    }

    /// Whether the text ends with a digit and "e", as `4e` in `4e-5` does.
    private static func isExponent(_ text: String) -> Bool { text.dropLast().last?.isNumber == true }
}
