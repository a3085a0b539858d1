/// The Markdown that notebooks use, as markup: headings, paragraphs, lists, quotes, fenced code, tables,
/// and code, strong, emphasis and links inside them. HTML in the text is shown as text.
struct MarkdownText {
    private let lines: [Substring]

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.last == "\r" ? $0.dropLast() : $0 }
    }

    func markup() -> [Markup] {
        var blocks: [Markup] = []
        var index = 0
        while index < lines.count {
            let line = Self.trimmed(lines[index])
            if line.isEmpty {
                index += 1
            } else if line.hasPrefix("```") {
                blocks.append(fenced(&index))
            } else if let level = Self.headingLevel(line) {
                let tags: [Markup.Tag] = [.h2, .h2, .h3, .h4]
                blocks.append(.make(tags[min(level, 4) - 1], content: Self.inline(Self.trimmed(line.dropFirst(level)))))
                index += 1
            } else if Self.isTable(lines, index) {
                blocks.append(table(&index))
            } else if Self.item(line) != nil {
                blocks.append(list(&index))
            } else if line.hasPrefix(">") {
                blocks.append(quote(&index))
            } else if line.allSatisfy({ $0 == "-" || $0 == "*" }), line.count >= 3 {
                blocks.append(.make(.hr, content: []))
                index += 1
            } else {
                blocks.append(paragraph(&index))
            }
        }
        return blocks
    }

    // MARK: Blocks

    private func fenced(_ index: inout Int) -> Markup {
        let fence = Self.trimmed(lines[index]).prefix { $0 == "`" }
        let language = Self.trimmed(lines[index]).dropFirst(fence.count)
        var body: [Substring] = []
        index += 1
        while index < lines.count, !Self.trimmed(lines[index]).hasPrefix(fence) {
            body.append(lines[index])
            index += 1
        }
        index += 1
        let code = body.joined(separator: "\n")
        return .make(.pre, .focusable(), content: [
            .make(.code, content: language == "swift" ? SwiftHighlighting.markup(code) : [.text(code)])
        ])
    }

    private func paragraph(_ index: inout Int) -> Markup {
        var text: [String] = []
        while index < lines.count {
            let line = Self.trimmed(lines[index])
            let startsBlock = line.isEmpty || line.hasPrefix("```") || Self.headingLevel(line) != nil || line.hasPrefix(">")
                || Self.item(line) != nil || Self.isTable(lines, index)
            if startsBlock, !text.isEmpty || line.isEmpty { break }
            text.append(String(line))
            index += 1
        }
        return .make(.p, content: Self.inline(text.joined(separator: " ")[...]))
    }

    private func quote(_ index: inout Int) -> Markup {
        var text: [String] = []
        while index < lines.count, Self.trimmed(lines[index]).hasPrefix(">") {
            text.append(String(Self.trimmed(Self.trimmed(lines[index]).dropFirst())))
            index += 1
        }
        return .make(.blockquote, content: Self.inline(text.joined(separator: "\n")[...]))
    }

    private func list(_ index: inout Int) -> Markup {
        let isOrdered = Self.item(Self.trimmed(lines[index]))?.isOrdered ?? false
        var items: [String] = []
        while index < lines.count {
            let line = Self.trimmed(lines[index])
            if let item = Self.item(line), item.isOrdered == isOrdered {
                items.append(String(item.text))
            } else if !line.isEmpty, lines[index].first == " ", let last = items.indices.last {
                items[last] += " " + line
            } else {
                break
            }
            index += 1
        }
        return .make(isOrdered ? .ol : .ul, content: items.map { .make(.li, content: Self.inline($0[...])) })
    }

    private func table(_ index: inout Int) -> Markup {
        let header = Self.cells(lines[index])
        let alignments = Self.cells(lines[index + 1]).map { $0.hasSuffix(":") ? "n" : "t" }
        func alignment(_ column: Int) -> String { alignments.indices.contains(column) ? alignments[column] : "t" }
        index += 2
        var rows: [Markup] = []
        while index < lines.count, lines[index].contains("|") {
            rows.append(.make(.tr, content: Self.cells(lines[index]).prefix(header.count).enumerated().map {
                .make(.td, .class(alignment($0.offset)), content: Self.inline($0.element[...]))
            }))
            index += 1
        }
        let head = Markup.make(.tr, content: header.enumerated().map {
            .make(.th, .scope(.column), .class(alignment($0.offset)), content: Self.inline($0.element[...]))
        })
        return .make(.div, .class("scroll"), .focusable(), content: [
            .make(.table, content: [.make(.thead, content: [head]), .make(.tbody, content: rows)])
        ])
    }

    // MARK: Lines

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line.drop { $0 == " " || $0 == "\t" }
        while let last = line.last, last == " " || last == "\t" { line.removeLast() }
        return line
    }

    private static func headingLevel(_ line: Substring) -> Int? {
        let level = line.prefix { $0 == "#" }.count
        return (1...6).contains(level) && line.dropFirst(level).first == " " ? level : nil
    }

    private static func item(_ line: Substring) -> (isOrdered: Bool, text: Substring)? {
        if line.hasPrefix("- ") || line.hasPrefix("* ") { return (false, line.dropFirst(2)) }
        let digits = line.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count < 4, line.dropFirst(digits.count).hasPrefix(". ") else { return nil }
        return (true, line.dropFirst(digits.count + 2))
    }

    private static func isTable(_ lines: [Substring], _ index: Int) -> Bool {
        guard index + 1 < lines.count, lines[index].contains("|") else { return false }
        let rule = trimmed(lines[index + 1])
        return rule.contains("-") && rule.contains("|") && rule.allSatisfy { "|-: ".contains($0) }
    }

    /// Cells between unescaped bars.
    private static func cells(_ line: Substring) -> [String] {
        var cells: [String] = []
        var cell = ""
        var isEscaped = false
        var body = trimmed(line)
        if body.first == "|" { body = body.dropFirst() }
        for character in body {
            if character == "|", !isEscaped {
                cells.append(String(trimmed(cell[...])))
                cell = ""
            } else {
                cell.append(character)
            }
            isEscaped = character == "\\" && !isEscaped
        }
        if !trimmed(cell[...]).isEmpty { cells.append(String(trimmed(cell[...]))) }
        return cells
    }

    // MARK: Inside a block

    static func inline(_ text: Substring) -> [Markup] {
        var output: [Markup] = []
        var plain = ""
        var rest = text
        func flush() {
            if !plain.isEmpty { output.append(.text(plain)) }
            plain = ""
        }
        while let character = rest.first {
            if character == "\\", let next = rest.dropFirst().first, next.isASCII, next.isPunctuation || next.isSymbol {
                plain.append(next)
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("<br>") {
                flush()
                output.append(.make(.br, content: []))
                rest = rest.dropFirst(4)
            } else if character == "`", let span = delimited(rest, by: rest.prefix { $0 == "`" }) {
                flush()
                output.append(.make(.code, text: String(span.content)))
                rest = span.rest
            } else if rest.hasPrefix("**"), let span = delimited(rest, by: "**") {
                flush()
                output.append(.make(.strong, content: inline(span.content)))
                rest = span.rest
            } else if character == "*", let span = delimited(rest, by: "*") {
                flush()
                output.append(.make(.em, content: inline(span.content)))
                rest = span.rest
            } else if character == "[", let link = link(rest) {
                flush()
                output.append(.make(.a, .link(String(link.target)), content: inline(link.text)))
                rest = link.rest
            } else if let (entity, decoded) = [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\"")].first(where: { rest.hasPrefix($0.0) }) {
                plain += decoded
                rest = rest.dropFirst(entity.count)
            } else {
                plain.append(character)
                rest = rest.dropFirst()
            }
        }
        flush()
        return output
    }

    private static func delimited(_ text: Substring, by mark: Substring) -> (content: Substring, rest: Substring)? {
        let body = text.dropFirst(mark.count)
        guard let first = body.first, first != " ", let end = body.firstRange(of: mark), end.lowerBound > body.startIndex else { return nil }
        return (body[..<end.lowerBound], body[end.upperBound...])
    }

    private static func link(_ text: Substring) -> (text: Substring, target: Substring, rest: Substring)? {
        guard let middle = text.firstRange(of: "]("), let end = text[middle.upperBound...].firstIndex(of: ")") else { return nil }
        let label = text[text.index(after: text.startIndex)..<middle.lowerBound]
        guard !label.contains("[") else { return nil }
        return (label, text[middle.upperBound..<end], text[text.index(after: end)...])
    }
}
