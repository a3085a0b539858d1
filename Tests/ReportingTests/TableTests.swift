import Foundation
import Reporting
import Testing

private let hostile = Table(
    id: "t", caption: "A | caption\nof two lines", columns: [.init("Name | x", alignment: .leading), .init("Value", detail: "%")],
    rows: [
        .init([.init("a|b\nc"), .init("1.5", detail: "[1.0, 2.0]", value: 1.5)]),
        .init([.init("`code` *em* [l](javascript:x) <b>\\"), .init("0", value: 0)], opensGroup: true),
        .init([.init("comma, \"quote\"", link: "a b(c)|d")]),
    ], notes: ["50 % & more_"])

@Suite struct TableTests {
    /// Splits a Markdown table row at the bars that are not escaped.
    private func cells(_ line: Substring) -> Int {
        var count = 0
        var isEscaped = false
        for character in line {
            if character == "|", !isEscaped { count += 1 }
            isEscaped = character == "\\" && !isEscaped
        }
        return count - 1
    }

    @Test func markdownRowsKeepTheirColumns() {
        let lines = hostile.markdown().split(separator: "\n").filter { $0.hasPrefix("|") }
        #expect(lines.count == 5)
        for line in lines { #expect(cells(line) == 2) }
        #expect(lines[2].contains("a\\|b<br>c"))
        #expect(lines[3].contains("\\`code\\` \\*em\\* \\[l\\](javascript:x) &lt;b&gt;\\\\"))
        #expect(lines[4].contains("(a%20b%28c%29%7Cd)"))
    }

    @Test func aShortRowIsFilledSoThatNoNumberMoves() {
        #expect(hostile.rows[2].cells.count == 2)
        #expect(hostile.rows[2].cells[1] == .missing)
    }

    @Test func fencesOutlastTheirContent() {
        #expect(MarkdownEscaping.fenced("a\n````\nb").hasPrefix("`````\n"))
    }

    @Test func csvQuotesWhatNeedsIt() {
        let expected = """
            Name | x,Value %,Value % (value)
            "a|b
            c","1.5 [1.0, 2.0]",1.5
            `code` *em* [l](javascript:x) <b>\\,0,0.0
            "comma, ""quote""\",–,

            """
        #expect(hostile.csv() == expected)
    }

    @Test func latexEscapesEverySpecialCharacter() {
        let table = Table(
            id: "t", caption: "c", columns: [.init("x", alignment: .leading)],
            rows: [.init([.init("\\ { } $ & # _ % ^ ~ < > | \" ' ` [a] – ≥ 漢")])])
        let row = table.latex().split(separator: "\n").first { $0.contains("textbackslash") }
        #expect(
            row
                == "    \\textbackslash{} \\{ \\} \\$ \\& \\# \\_ \\% \\textasciicircum{} \\textasciitilde{} \\textless{} \\textgreater{} \\textbar{} \\textquotedbl{} \\textquotesingle{} \\textasciigrave{} {[}a{]} -- \\ensuremath{\\ge} \\texttt{U+6F22} \\\\"
        )
    }

    @Test func htmlHasCaptionScopesAndAScrollableRegion() {
        let html = hostile.markup().html()
        #expect(html.contains("<caption id=\"t-caption\">"))
        #expect(html.contains("role=\"region\" aria-labelledby=\"t-caption\" tabindex=\"0\""))
        #expect(html.components(separatedBy: "<th scope=\"col\"").count == 3)
        #expect(html.components(separatedBy: "<th scope=\"row\"").count == 4)
        #expect(!html.contains("<b>\\"))
    }

    @Test func textColumnsAlign() {
        let table = Table(
            id: "t", caption: "c", columns: [.init("System", alignment: .leading), .init("Rate")],
            rows: [.init([.init("a"), .init("7 %")]), .init([.init("longer name"), .init("12.5 %")])])
        #expect(
            table.text() == """
                c

                System         Rate
                -----------  ------
                a               7 %
                longer name  12.5 %

                """)
    }
}
