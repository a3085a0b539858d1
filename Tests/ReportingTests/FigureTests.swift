import Foundation
import Reporting
import Testing

private let raw = """
    <?xml version="1.0" encoding="utf-8"  standalone="no"?>
    <svg
     viewBox="0 0 300 200"
     xmlns="http://www.w3.org/2000/svg"
     xmlns:xlink="http://www.w3.org/1999/xlink"
    >
    <title>Gnuplot</title>
    <g id="gnuplot_canvas">
    <rect x="0" y="0" width="300" height="200" fill="#ffffff"/>
    <defs>
    	<circle id='gpDot' r='0.5'/>
    	<path id='gpPt7' stroke='currentColor' d='M0,-1.33 L-1.33,0.67 z'/>
    	<use xlink:href='#gpPt7' id='gpPt8' fill='currentColor' stroke='none'/>
    	<filter id='textbox'><feFlood/></filter>
    </defs>
    <g fill="none" color="#FFFFFF" stroke="currentColor"></g>
    <script>alert(1)</script>
    <g fill="none" color="black" stroke="currentColor" onclick="alert(1)">
    <path stroke='black'  d='M59.15,441.00
     L68.90,441.00 '/><text fill="black"><tspan font-family="Helvetica">Q&amp;A &lt;x></tspan></text>
    <path stroke='rgb(213,  94,   0)' d='M0,0 L1,1'/>
    <use xlink:href='#gpPt8' transform='translate(1,2)' color='rgb(  0, 114, 178)'/>
    <use xlink:href='https://example.org/x.svg#a'/>
    </g></g></svg>
    """

@Suite struct FigureTests {
    @Test func drawingsAreRewrittenForThePage() throws {
        let drawing = try SVGDrawing(id: "f", title: "A <title>", description: "What \"it\" shows", gnuplot: raw)
        let svg = drawing.inline.text
        #expect(svg.hasPrefix("<svg xmlns="))
        #expect(svg.contains("role=\"img\" aria-labelledby=\"f-title\" aria-describedby=\"f-desc\" viewBox=\"0 0 300 200\""))
        #expect(svg.contains("<title id=\"f-title\">A &lt;title&gt;</title><desc id=\"f-desc\">"))
        #expect(svg.contains("id=\"f-gpPt8\"") && svg.contains("href=\"#f-gpPt8\"") && svg.contains("href=\"#f-gpPt7\""))
        // The unused symbol, the background, black, scripts, handlers and foreign documents are gone.
        for gone in ["gpDot", "textbox", "#ffffff", "black", "script", "onclick", "example.org", "Helvetica", "<?xml", "Gnuplot<"] {
            #expect(!svg.contains(gone), "\(gone) is still there")
        }
        #expect(svg.contains("stroke=\"currentColor\" d=\"M59.15,441.00 L68.90,441.00\""))
        #expect(svg.contains("stroke=\"var(--figure-vermilion)\""))
        #expect(svg.contains("color=\"var(--figure-blue)\""))
        #expect(svg.contains(">Q&amp;A &lt;x&gt;<"))
    }

    @Test func aFileAloneHasItsOwnColours() throws {
        let svg = try SVGDrawing(id: "f", title: "t", description: "d", gnuplot: raw).standalone
        #expect(svg.contains("prefers-color-scheme:dark"))
        #expect(svg.contains("fill=\"var(--figure-paper)\""))
    }

    @Test(arguments: ["", "<svg>", "<html viewBox='0 0 1 1'/>", "<svg viewBox='0 0 1 1'><g></svg>", "<svg viewBox='0 0 1 1' x=1/>", "<svg viewBox='0 0 0 0'/>"])
    func brokenDocumentsAreRefused(_ text: String) {
        #expect(throws: SVGDocument.ParseError.self) {
            try SVGDrawing(id: "f", title: "t", description: "d", gnuplot: text)
        }
    }

    @Test func deepNestingIsRefused() {
        let text = "<svg viewBox='0 0 1 1'>" + String(repeating: "<g>", count: 100_000)
        #expect(throws: SVGDocument.ParseError.self) {
            try SVGDrawing(id: "f", title: "t", description: "d", gnuplot: text)
        }
    }

    @Test func labelsCoverNeitherEachOtherNorPoints() {
        let bounds = LabelPlacement.Box(left: 0, top: 0, right: 700, bottom: 400)
        // Eleven points close together, as systems of similar length are.
        let labels = (0..<11).map {
            LabelPlacement.Label(text: "System number \($0)", x: 300 + Double($0 % 4) * 35, y: 180 + Double($0 / 4) * 30)
        }
        let boxes = LabelPlacement.place(labels, in: bounds, obstacles: []).map { placed in
            let width = LabelPlacement.width(placed.label.text)
            let left = placed.anchor == .left ? placed.x : placed.anchor == .right ? placed.x - width : placed.x - width / 2
            return LabelPlacement.Box(left: left + 2, top: placed.y - 6, right: left + width - 4, bottom: placed.y + 6)
        }
        #expect(boxes.count == 11)
        for (index, box) in boxes.enumerated() {
            #expect(box.left >= -4 && box.right <= 704 && box.top >= 0 && box.bottom <= 400)
            for other in boxes[(index + 1)...] {
                let isApart = box.right <= other.left || other.right <= box.left || box.bottom <= other.top || other.bottom <= box.top
                #expect(isApart)
            }
        }
    }

    @Test func aFailingScriptSaysWhy() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("precis-\(UUID().uuidString)'s")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let plot = Plot(id: "bad", script: "set terminal svg\nplot 'no such file'\n", data: [])
        do {
            _ = try #require(Gnuplot()).draw(plot, in: folder)
            Issue.record("a script that reads a missing file was accepted")
        } catch PlotError.scriptFailed(let figure, let messages) {
            #expect(figure == "bad")
            #expect(messages.contains("no such file"))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    /// The command printed under a figure, typed where the report says: it draws, and spoils no file of the report.
    @Test func theCommandUnderAFigureDrawsIt() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("precis-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let gnuplot = try #require(Gnuplot(), "gnuplot is not installed; sh Scripts/install-packages.sh installs it")
        let written = try ReportBuilder(try Study.small(), options: .init(draws: 100, gnuplot: gnuplot)).write(to: folder).files
        func contents() throws -> [String: Data] {
            try Dictionary(uniqueKeysWithValues: written.map { ($0, try Data(contentsOf: folder.appendingPathComponent($0))) })
        }
        let before = try contents()
        #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("figures/frontier-gnuplot.svg").path))
        let page = try String(contentsOf: folder.appendingPathComponent("report.md"), encoding: .utf8)
        let command = try #require(page.split(separator: "\n").first { $0.hasSuffix("gnuplot frontier.gp") })
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", String(command)]
        process.currentDirectoryURL = folder
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let drawn = try String(contentsOf: folder.appendingPathComponent("figures/frontier-gnuplot.svg"), encoding: .utf8)
        #expect(drawn.contains("</svg>") && drawn.contains("DPO"))
        #expect(try contents() == before)
    }
}
