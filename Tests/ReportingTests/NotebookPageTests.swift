import Foundation
import Reporting
import Testing

private let source = """
    import Study

    // %% [markdown]
    // # A sweep
    //
    // Which *beta* is best? See <b>below</b> and `x | y`.
    //
    // - one
    // - two
    //
    // | beta | rate |
    // | ---: | :--- |
    // | 0.1 | a\\|b |

    // %% Train
    let model = try await study.train(beta: 0.1) // the middle
    print("done \\(model)")

    // %% Evaluate
    // A comment stays code.
    try await study.evaluate(model)
    """

private let steps = [
    WovenNotebook.RecordedStep(name: "train", line: 16, reason: "beta changed", output: "| loss |\n| ---: |\n| 0.61 |"),
    WovenNotebook.RecordedStep(name: "Evaluate", line: nil, reason: "new", output: "won <script>alert(1)</script> **82 %**"),
    WovenNotebook.RecordedStep(name: "gone", line: 99, reason: "new", output: "old"),
]

@Suite struct NotebookPageTests {
    @Test func cellsAreCutAtTheirMarkers() {
        let cells = NotebookSource(parsing: source).cells
        #expect(cells.map(\.kind) == [.code, .markdown, .code, .code])
        #expect(cells.map(\.title) == [nil, nil, "Train", "Evaluate"])
        #expect(cells[0].text == "import Study")
        #expect(cells[1].text.hasPrefix("# A sweep\n\nWhich *beta* is best?"))
        #expect(cells[3].text == "// A comment stays code.\ntry await study.evaluate(model)")
        #expect(cells[2].lines == 15...18)
    }

    @Test func indentedCellsLoseTheirIndentationAndTheBracesAround() {
        let cells = NotebookSource(parsing: """
            struct S {
                func run() {
                    // %% [markdown]
                    // ## Prose
                    //
                    // %%
                    if x {
                        y()
                    }
                }
            }

            """).cells
        #expect(cells.map(\.kind) == [.code, .markdown, .code])
        #expect(cells[1].text == "## Prose")
        #expect(cells[2].text == "if x {\n    y()\n}")
    }

    @Test func codeAfterProseNeedsNoMarker() {
        let cells = NotebookSource(parsing: "// %% [markdown]\n// # Title\n// Prose.\n\nimport Study\n\nlet x = 1 // one\n").cells
        #expect(cells.map(\.kind) == [.markdown, .code])
        #expect(cells[0].text == "# Title\nProse.")
        #expect(cells[1].text == "import Study\n\nlet x = 1 // one")
    }

    @Test func outputsStandUnderTheirCells() {
        let notebook = WovenNotebook(title: "fallback", source: source, steps: steps)
        #expect(notebook.title == "A sweep")
        #expect(notebook.cells.map { $0.steps.map(\.name) } == [[], [], ["train"], ["Evaluate"]])
        #expect(notebook.unplaced.map(\.name) == ["gone"])
    }

    @Test func thePageShowsProseCodeAndOutputAsTextOnly() {
        let html = WovenNotebook(title: "t", source: source, steps: steps).html()
        #expect(html.contains("Which <em>beta</em> is best? See &lt;b&gt;below&lt;/b&gt; and <code>x | y</code>."))
        #expect(html.contains("<td class=\"t\">a|b</td>"))
        #expect(html.contains("<span class=\"k\">let</span> model"))
        #expect(html.contains("<span class=\"c\">// the middle</span>"))
        #expect(html.contains("<td class=\"n\">0.61</td>"))
        #expect(html.contains("won &lt;script&gt;alert(1)&lt;/script&gt; <strong>82 %</strong>"))
        #expect(!html.contains("<script"))
        #expect(html.components(separatedBy: "<h1>").count == 2)
    }

    /// Against the required fields of nbformat 4.5; `browser/check_notebook.py` runs nbformat itself.
    @Test func theJupyterExportIsAValidNotebook() throws {
        let text = try WovenNotebook(title: "t", source: source, steps: steps).jupyter()
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(document["nbformat"] as? Int == 4)
        #expect(document["nbformat_minor"] as? Int == 5)
        let metadata = try #require(document["metadata"] as? [String: [String: String]])
        #expect(metadata["kernelspec"]?["name"] == "swift")
        let cells = try #require(document["cells"] as? [[String: Any]])
        let ids = cells.compactMap { $0["id"] as? String }
        #expect(ids.count == cells.count && Set(ids).count == ids.count)
        for cell in cells {
            #expect(cell["metadata"] is [String: Any] && cell["source"] is [String])
            if cell["cell_type"] as? String == "code" {
                #expect(cell.keys.contains("execution_count"))
                for output in try #require(cell["outputs"] as? [[String: Any]]) {
                    #expect(output["output_type"] as? String == "display_data")
                    #expect((output["data"] as? [String: [String]])?["text/markdown"] != nil)
                }
            }
        }
        let code = try #require(cells[2]["source"] as? [String]).joined()
        #expect(code == "let model = try await study.train(beta: 0.1) // the middle\nprint(\"done \\(model)\")")
    }

    @Test(arguments: ["**", "`", "[a](", "| |\n|-|", "```", "> ", "- ", "1. ", "***a**", "# ", "[[x](javascript:alert(1))", "\\"])
    func unfinishedMarkdownIsShownAsItStands(_ text: String) {
        let html = WovenNotebook(title: "t", source: "// %% [markdown]\n// x\n", steps: [
            .init(name: "n", line: nil, reason: "r", output: text)
        ]).html()
        #expect(!html.contains("javascript:alert(1)\""))
        #expect(html.hasSuffix("</html>\n"))
    }
}
