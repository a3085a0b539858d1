/// Colours for Swift code on a page: keywords, strings, comments and numbers. A reading aid, not a parser.
enum SwiftHighlighting {
    private static let keywords: Set<String> = [
        "actor", "any", "as", "associatedtype", "async", "await", "break", "case", "catch", "class", "continue", "default",
        "defer", "do", "else", "enum", "extension", "false", "fileprivate", "for", "func", "guard", "if", "import", "in",
        "init", "inout", "internal", "is", "let", "mutating", "nil", "package", "private", "protocol", "public", "repeat",
        "return", "self", "Self", "some", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true",
        "try", "typealias", "var", "where", "while",
    ]

    static func markup(_ code: String) -> [Markup] {
        var output: [Markup] = []
        var plain = ""
        var rest = code[...]
        func emit(_ text: Substring, _ style: String?) {
            guard let style else {
                plain += text
                return
            }
            if !plain.isEmpty { output.append(.text(plain)) }
            plain = ""
            output.append(.make(.span, .class(style), text: String(text)))
        }
        while let character = rest.first {
            let token: Substring
            var style: String?
            if rest.hasPrefix("//") {
                token = rest.prefix { $0 != "\n" }
                style = "c"
            } else if rest.hasPrefix("\"\"\"") {
                let body = rest.dropFirst(3)
                let end = body.firstRange(of: "\"\"\"")?.upperBound ?? body.endIndex
                token = rest[..<end]
                style = "s"
            } else if character == "\"" {
                token = string(rest)
                style = "s"
            } else if character.isLetter || character == "_" || character == "@" || character == "#" {
                token = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "@" || $0 == "#" }
                style = keywords.contains(String(token)) || character == "@" || character == "#" ? "k" : nil
            } else if character.isNumber {
                token = rest.prefix { $0.isNumber || $0.isLetter || $0 == "." || $0 == "_" }
                style = "d"
            } else {
                token = rest.prefix(1)
            }
            emit(token, style)
            rest = rest.dropFirst(token.count)
        }
        if !plain.isEmpty { output.append(.text(plain)) }
        return output
    }

    /// A string literal on one line, up to its closing quote.
    private static func string(_ text: Substring) -> Substring {
        var isEscaped = false
        for index in text.indices.dropFirst() {
            if text[index] == "\n" { return text[..<index] }
            if text[index] == "\"", !isEscaped { return text[...index] }
            isEscaped = text[index] == "\\" && !isEscaped
        }
        return text
    }
}
