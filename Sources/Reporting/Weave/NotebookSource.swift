/// A notebook in percent format: source that compiles as it is, cut into cells by comment lines.
///
/// `// %% [markdown]` opens a cell of prose, whose lines are comments; `// %%`, with or without a title,
/// opens a cell of code. What stands before the first marker, and what follows prose without being a
/// comment, is a code cell too. Markers may be indented, as
/// inside a function; their cells are shown without that indentation. The format is that of Jupytext and
/// of several editors, with Swift's comment sign.
public struct NotebookSource: Sendable, Equatable {
    public enum Kind: String, Sendable { case markdown, code }

    public struct Cell: Sendable, Equatable {
        public var kind: Kind
        /// From the marker's line, e.g. `// %% Train`.
        public var title: String?
        /// Prose without comment signs, or code, without empty lines at either end.
        public var text: String
        /// Lines in the source, from the marker on, counted from 1.
        public var lines: ClosedRange<Int>
    }

    public let cells: [Cell]

    public init(parsing source: String) {
        var cells: [Cell] = []
        var body: [Substring] = []
        var kind = Kind.code
        var title: String?
        var start = 1
        var number = 0
        var indentation = 0
        func close() {
            let text = Self.text(of: body, kind, indentation: indentation)
            let isEmpty = text.isEmpty && title == nil
            if !isEmpty { cells.append(Cell(kind: kind, title: title, text: text, lines: start...max(start, number))) }
        }
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
            if let marker = Self.marker(line) {
                close()
                (kind, title) = marker
                indentation = line.prefix { $0 == " " }.count
                body = []
                start = number + 1
            } else {
                if kind == .markdown, Self.isCode(line) {
                    close()
                    (kind, title) = (.code, nil)
                    body = []
                    start = number + 1
                    indentation = line.prefix { $0 == " " }.count
                }
                body.append(line.last == "\r" ? line.dropLast() : line)
            }
            number += 1
        }
        close()
        self.cells = cells
    }

    /// Whether the line cannot be prose: it is neither empty nor a comment.
    private static func isCode(_ line: Substring) -> Bool {
        guard let first = line.first(where: { !$0.isWhitespace }) else { return false }
        return first != "/" || !line.drop { $0 == " " }.hasPrefix("//")
    }

    private static func marker(_ line: Substring) -> (Kind, String?)? {
        let line = line.drop { $0 == " " }
        guard line.hasPrefix("// %%") else { return nil }
        var rest = line.dropFirst(5).drop { $0 == " " }
        // `// %%%` and the like are not markers.
        guard line.dropFirst(5).first.map({ $0.isWhitespace }) ?? true else { return nil }
        var kind = Kind.code
        for word in ["[markdown]", "[md]"] where rest.hasPrefix(word) {
            kind = .markdown
            rest = rest.dropFirst(word.count).drop { $0 == " " }
        }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return (kind, rest.isEmpty ? nil : String(rest))
    }

    private static func text(of lines: [Substring], _ kind: Kind, indentation: Int) -> String {
        func isBlank(_ line: Substring?) -> Bool { line?.allSatisfy(\.isWhitespace) ?? false }
        // Braces that end what the cell stands in are not the cell's.
        func endsSurroundings(_ line: Substring?) -> Bool {
            guard let line, line.contains("}") else { return false }
            let indent = line.prefix { $0 == " " }.count
            return indent < indentation && line.dropFirst(indent).allSatisfy { $0 == "}" || $0 == " " }
        }
        var lines = lines
        while isBlank(lines.first) { lines.removeFirst() }
        while isBlank(lines.last) || endsSurroundings(lines.last) { lines.removeLast() }
        return lines.map { line in
            switch kind {
            case .code:
                return line.dropFirst(min(indentation, line.prefix { $0 == " " }.count))
            case .markdown:
                let content = line.drop { $0 == " " }
                guard content.hasPrefix("//") else { return line }
                let prose = content.dropFirst(2)
                return prose.first == " " ? prose.dropFirst() : prose
            }
        }.joined(separator: "\n").withoutBlankEnds
    }
}

extension String {
    /// Without line breaks at either end, which empty comment lines leave.
    fileprivate var withoutBlankEnds: String {
        var text = self[...]
        while text.first == "\n" { text.removeFirst() }
        while text.last == "\n" { text.removeLast() }
        return String(text)
    }
}
