import Foundation
import Reporting
import Testing

/// The fixture's report and its notebook pages in a real browser, and its notebooks by Jupyter's own validator.
/// `make test` installs what this needs (`Scripts/install-browser-checks.sh`); without it the tests fail.
@Suite struct BrowserTests {
    private static let checks = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("browser")

    /// Where the set-up put Playwright, axe and nbformat.
    private static var tools: URL {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["PRECIS_CACHE"], !folder.isEmpty {
            return URL(fileURLWithPath: folder).appendingPathComponent("browser-checks")
        }
        let base = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory() + "/.cache"
        return URL(fileURLWithPath: base).appendingPathComponent("precis/browser-checks")
    }

    private static func requireTools() throws {
        try #require(
            FileManager.default.fileExists(atPath: tools.appendingPathComponent("complete").path),
            "the browser checks are not installed in \(tools.path); sh Scripts/install-browser-checks.sh installs them")
    }

    /// Runs one of the scripts beside this file; returns its exit status and everything it wrote.
    private static func python(_ script: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", checks.appendingPathComponent(script).path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONPATH": tools.path]) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    private static func withReport(_ change: (URL) throws -> Void = { _ in }, _ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("precis-browser-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let gnuplot = try #require(Gnuplot(), "gnuplot is not installed; sh Scripts/install-packages.sh installs it")
        try ReportBuilder(try Study.small(), options: .init(draws: 400, gnuplot: gnuplot)).write(to: folder)
        try change(folder)
        try body(folder)
    }

    @Test(.timeLimit(.minutes(5))) func aBrowserFindsNothingWrong() throws {
        try Self.requireTools()
        try Self.withReport { folder in
            let pages = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("notebooks").path)
                .filter { $0.hasSuffix(".html") }.map { folder.appendingPathComponent("notebooks/\($0)").path }
            #expect(!pages.isEmpty)
            let result = try Self.python("check_report.py", [folder.path] + pages)
            #expect(result.status == 0, "\(result.output)")
            #expect(result.output.contains("report.html: ok"))
        }
    }

    /// The checks themselves: each of these faults is found.
    @Test(.timeLimit(.minutes(5))) func faultsAreFound() throws {
        try Self.requireTools()
        try Self.withReport { folder in
            let page = folder.appendingPathComponent("report.html")
            var html = try String(contentsOf: page, encoding: .utf8)
            html = html.replacing("</main>", with: """
                <p id="verdict" style="color:#888;background:#fff">grey</p><div style="width:2000px">wide</div><img src="missing.png"></main>
                """)
            // The accuracy in the original's row of the main table.
            let row = try #require(html.range(of: "id=\"results-main\""))
            let number = try #require(html[row.upperBound...].range(of: #"\d+\.\d % <small>\["#.replacing(" %", with: "\u{A0}%"), options: .regularExpression))
            html.replaceSubrange(number, with: "99.9\u{A0}% <small>[")
            try Data(html.utf8).write(to: page)
        } _: { folder in
            let result = try Self.python("check_report.py", [folder.path, "--themes", "light", "--widths", "1200"])
            #expect(result.status == 1)
            for fault in ["id used twice: verdict", "contrast 3.5", "scrolls sideways", "missing.png", "axe ", "results-main"] {
                #expect(result.output.contains(fault), "\(fault) was not found:\n\(result.output)")
            }
        }
    }

    @Test func jupyterReadsTheNotebooks() throws {
        try Self.requireTools()
        try Self.withReport { folder in
            let notebooks = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("notebooks").path)
                .filter { $0.hasSuffix(".ipynb") }.map { folder.appendingPathComponent("notebooks/\($0)").path }
            #expect(!notebooks.isEmpty)
            let result = try Self.python("check_notebook.py", notebooks)
            #expect(result.status == 0, "\(result.output)")
            #expect(result.output.components(separatedBy: ", valid").count == notebooks.count + 1)
        }
    }
}
