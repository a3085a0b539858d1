extension Table {
    /// A `booktabs` table float that compiles with pdfLaTeX and its default input encoding.
    public func latex() -> String {
        func row(_ cells: [String]) -> String { "    " + cells.joined(separator: " & ") + " \\\\\n" }
        let alignment = columns.map { $0.alignment == .trailing ? "r" : "l" }.joined()
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
