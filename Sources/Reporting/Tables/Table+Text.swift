extension Table {
    /// The table in aligned columns, for a terminal.
    public func text() -> String {
        var lines = [columns.map { column in column.detail.map { "\(column.header) \($0)" } ?? column.header }]
        lines += rows.map { $0.cells.map { oneLine($0.line) } }
        let widths = columns.indices.map { index in lines.map { $0[index].count }.max() ?? 0 }
        func joined(_ cells: [String]) -> String {
            var line = zip(zip(cells, widths), columns).map { pair, column in
                let padding = String(repeating: " ", count: pair.1 - pair.0.count)
                return column.alignment == .trailing ? padding + pair.0 : pair.0 + padding
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }
        let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ") + "\n"
        return caption + "\n\n" + joined(lines[0]) + rule + lines.dropFirst().map(joined).joined()
            + foot.map { "\n\($0)\n" }.joined()
    }

    /// The table for a terminal of `width` columns, where cells hold whole texts: columns of equal width, cells wrapped
    /// between words, a rule between rows.
    public func wrappedText(width: Int) -> String {
        let gap = 3
        let column = max(12, (width - gap * (columns.count - 1)) / max(1, columns.count))
        let rule = String(repeating: "-", count: column * columns.count + gap * (columns.count - 1)) + "\n"
        func block(_ cells: [String]) -> String {
            let wrapped = cells.map { Self.wrapped(oneLine($0), width: column) }
            return (0..<(wrapped.map(\.count).max() ?? 0)).map { line in
                var text = wrapped.map { lines in
                    let part = line < lines.count ? lines[line] : ""
                    return part + String(repeating: " ", count: max(0, column - part.count))
                }.joined(separator: String(repeating: " ", count: gap))
                while text.last == " " { text.removeLast() }
                return text + "\n"
            }.joined()
        }
        return caption + "\n\n" + block(columns.map(\.header)) + rule
            + rows.map { block($0.cells.map(\.line)) }.joined(separator: rule) + foot.map { "\n\($0)\n" }.joined()
    }

    /// Lines of at most `width` characters, broken between words where that is possible.
    private static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var rest = word
            if !line.isEmpty, line.count + 1 + rest.count > width {
                lines.append(line)
                line = ""
            }
            while rest.count > width {
                lines.append(String(rest.prefix(width)))
                rest = rest.dropFirst(width)
            }
            if !rest.isEmpty { line += (line.isEmpty ? "" : " ") + rest }
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }

    private func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(VisibleText.of(text).unicodeScalars.map { $0 == "\n" || $0 == "\t" ? " " : $0 }))
    }
}
