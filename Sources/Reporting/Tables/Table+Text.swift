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

    private func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(VisibleText.of(text).unicodeScalars.map { $0 == "\n" || $0 == "\t" ? " " : $0 }))
    }
}
