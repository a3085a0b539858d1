extension Table {
    /// A `booktabs` table float that compiles with pdfLaTeX and its default input encoding.
    public func latex() -> String {
        func row(_ cells: [String]) -> String { "    " + cells.joined(separator: " & ") + " \\\\\n" }
        // Columns of sentences share the line's width; the others are as wide as what they hold.
        let isLong = columns.indices.map { index in
            columns[index].alignment == .leading && rows.contains { $0.cells[index].line.count > 32 }
        }
        let width = NumberText.significant(0.7 / Double(max(1, isLong.count { $0 })), digits: 2)
        let alignment = zip(columns, isLong).map { column, isLong in
            isLong ? "p{\(width)\\linewidth}" : column.alignment == .trailing ? "r" : "l"
        }.joined()
        var output = "\\begin{table}\n  \\centering\n  \\caption{\(LaTeXEscaping.text(caption))}\n"
        output += "  \\label{tab:\(id)}\n  \\begin{tabular}{\(alignment)}\n    \\toprule\n"
        output += row(columns.map { column in
            LaTeXEscaping.text(column.detail.map { "\(column.header) \($0)" } ?? column.header)
        })
        output += "    \\midrule\n"
        for (index, line) in rows.enumerated() {
            if line.opensGroup && index > 0 { output += "    \\midrule\n" }
            output += row(line.cells.map { cell in
                let text = LaTeXEscaping.text(cell.line)
                return cell.tone == .strong ? "\\textbf{\(text)}" : text
            })
        }
        output += "    \\bottomrule\n  \\end{tabular}\n"
        for note in foot { output += "  \\par\\smallskip{\\footnotesize \(LaTeXEscaping.text(note))}\n" }
        return output + "\\end{table}\n"
    }
}

enum LaTeXEscaping {
    static func text(_ text: String) -> String {
        var output = ""
        for scalar in VisibleText.of(text).unicodeScalars { output += escaped(scalar) }
        return output
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\\": "\\textbackslash{}"
        case "{", "}", "$", "&", "#", "_", "%": "\\\(scalar)"
        case "^": "\\textasciicircum{}"
        case "~": "\\textasciitilde{}"
        case "<": "\\textless{}"
        case ">": "\\textgreater{}"
        case "|": "\\textbar{}"
        case "\"": "\\textquotedbl{}"
        case "'": "\\textquotesingle{}"
        case "`": "\\textasciigrave{}"
        case "[", "]": "{\(scalar)}"
        case "\n", "\t": " "
        case "–": "--"
        case "—": "---"
        case "−": "\\textminus{}"
        case "×": "\\texttimes{}"
        case "±": "\\textpm{}"
        case "≤": "\\ensuremath{\\le}"
        case "≥": "\\ensuremath{\\ge}"
        case "Δ": "\\ensuremath{\\Delta}"
        case "β": "\\ensuremath{\\beta}"
        case "→": "\\ensuremath{\\to}"
        case "“": "``"
        case "”": "''"
        case "‘": "`"
        case "’": "'"
        case "\u{20}"..."\u{7E}": String(scalar)
        // pdfLaTeX stops at a character its fonts lack; its code point can always be set.
        default: "\\texttt{U+\(String(scalar.value, radix: 16, uppercase: true))}"
        }
    }
}
