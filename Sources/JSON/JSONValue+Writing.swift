extension JSONValue {
    /// RFC 8259 text with members in their own order.
    /// - Parameter indented: two spaces a level, as Hugging Face writes its files; otherwise one line.
    package func text(indented: Bool = false) -> String {
        var output = ""
        write(to: &output, indented: indented, level: 0)
        return output
    }

    private func write(to output: inout String, indented: Bool, level: Int) {
        switch self {
        case .null: output += "null"
        case .bool(let value): output += value ? "true" : "false"
        case .integer(let value): output += String(value)
        case .number(let value): output += value.isFinite ? value.description : "null"
        case .string(let value): Self.write(value, to: &output)
        case .array(let values):
            Self.write(values.count, "[", "]", to: &output, indented, level) { index, output in
                values[index].write(to: &output, indented: indented, level: level + 1)
            }
        case .object(let members):
            Self.write(members.count, "{", "}", to: &output, indented, level) { index, output in
                Self.write(members[index].name, to: &output)
                output += indented ? ": " : ":"
                members[index].value.write(to: &output, indented: indented, level: level + 1)
            }
        }
    }

    private static func write(
        _ count: Int, _ open: String, _ close: String, to output: inout String, _ indented: Bool, _ level: Int,
        element: (Int, inout String) -> Void
    ) {
        output += open
        for index in 0..<count {
            if index > 0 { output += "," }
            if indented { output += "\n" + String(repeating: "  ", count: level + 1) }
            element(index, &output)
        }
        if indented, count > 0 { output += "\n" + String(repeating: "  ", count: level) }
        output += close
    }

    private static func write(_ text: String, to output: inout String) {
        output += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7f}":
                let hex = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: output.unicodeScalars.append(scalar)
            }
        }
        output += "\""
    }
}
