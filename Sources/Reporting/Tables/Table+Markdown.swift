extension Table {
    /// A GitHub-flavoured Markdown table under its caption. No cell can break it: see ``MarkdownEscaping``.
    public func markdown() -> String {
        func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        var output = "**\(MarkdownEscaping.inline(caption))**\n\n"
        output += row(columns.map { column in
            MarkdownEscaping.inline(column.detail.map { "\(column.header) \($0)" } ?? column.header)
        })
        output += row(columns.map { $0.alignment == .trailing ? "---:" : ":---" })
        for line in rows {
            output += row(line.cells.map { cell in
                let text = MarkdownEscaping.inline(cell.line)
                let linked = cell.link.map { "[\(text)](\(MarkdownEscaping.destination($0)))" } ?? text
                return cell.tone == .strong && !linked.isEmpty ? "**\(linked)**" : linked
            })
        }
        for note in foot { output += "\n\(MarkdownEscaping.inline(note))\n" }
        return output
    }
}

/// Escaping for GitHub-flavoured Markdown, where any ASCII punctuation may stand behind a backslash
/// (CommonMark 0.31, section 2.4).
public enum MarkdownEscaping {
    /// For text inside a paragraph or a table cell: one line, nothing in it is markup.
    public static func inline(_ text: String) -> String {
        Escaping.replacing(in: VisibleText.of(text)) { byte in
            switch byte {
            case UInt8(ascii: "\n"): "<br>"
            case UInt8(ascii: "\t"): " "
            case UInt8(ascii: "<"): "&lt;"
            case UInt8(ascii: ">"): "&gt;"
            case UInt8(ascii: "&"): "&amp;"
            case UInt8(ascii: "|"), UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "*"), UInt8(ascii: "_"),
                UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "~"), UInt8(ascii: "$"), UInt8(ascii: "#"):
                "\\" + String(UnicodeScalar(byte))
            default: nil
            }
        }
    }

    /// For the address of a link.
    static func destination(_ target: String) -> String {
        Escaping.replacing(in: target) { byte in
            switch byte {
            case 0...0x20, 0x7F, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"),
                UInt8(ascii: "\\"), UInt8(ascii: "|"):
                "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            default: nil
            }
        }
    }

    /// A fenced block that the text cannot end: the fence is longer than any run of backticks in it.
    public static func fenced(_ text: String, language: String = "") -> String {
        var longest = 0
        var run = 0
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: max(3, longest + 1))
        let body = VisibleText.of(text)
        return "\(fence)\(language)\n\(body)\(body.hasSuffix("\n") ? "" : "\n")\(fence)\n"
    }
}
