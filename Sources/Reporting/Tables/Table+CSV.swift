extension Table {
    /// The table as CSV (RFC 4180): what is shown, then, for cells that have one, the number behind it.
    public func csv() -> String {
        let numeric = columns.indices.map { index in rows.contains { $0.cells[index].value != nil } }
        var header: [String] = []
        for (column, isNumeric) in zip(columns, numeric) {
            let name = column.detail.map { "\(column.header) \($0)" } ?? column.header
            header += isNumeric ? [name, "\(name) (value)"] : [name]
        }
        var writer = CSVWriter()
        writer.append(header)
        for row in rows {
            writer.append(zip(row.cells, numeric).flatMap { cell, isNumeric in
                isNumeric ? [cell.line, cell.value.map { "\($0)" } ?? ""] : [cell.line]
            })
        }
        return writer.text
    }
}

/// Comma-separated values as in RFC 4180, with line feeds as line ends.
struct CSVWriter {
    private(set) var text = ""

    mutating func append(_ fields: [String]) {
        text += fields.map(Self.quoted).joined(separator: ",") + "\n"
    }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
        }
        guard needsQuotes else { return field }
        return "\"" + Escaping.replacing(in: field) { $0 == UInt8(ascii: "\"") ? "\"\"" : nil } + "\""
    }
}
