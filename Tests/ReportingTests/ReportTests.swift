import Foundation
import Reporting
import Testing

/// The small study under `Fixtures`, and the folders that reports of it are written to.
enum Study {
    static func small() throws -> StudyResults {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/study", withExtension: "json"))
        return try JSONDecoder().decode(StudyResults.self, from: Data(contentsOf: url))
    }

    static func empty() throws -> StudyResults {
        var study = try small()
        study.systems = []
        study.sweeps = []
        study.trainings = []
        study.judge = nil
        study.provenance = []
        return study
    }

    /// Writes a report and hands over its files by name.
    static func report(_ study: StudyResults, gnuplot: Gnuplot? = nil) throws -> [String: String] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("precis-report-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = try ReportBuilder(study, options: .init(draws: 400, gnuplot: gnuplot)).write(to: folder)
        return try Dictionary(uniqueKeysWithValues: output.files.map {
            ($0, try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8))
        })
    }
}

@Suite struct ReportTests {
    /// The whole report, byte for byte. Drawings are left out: they are gnuplot's, and differ between its
    /// versions; their scripts and data are in. Set PRECIS_RECORD_GOLDEN=1 to write new goldens after
    /// looking at what changed.
    @Test func goldenReport() throws {
        let files = try Study.report(try Study.small())
        let names = [
            "report.html", "report.md", "results.json", "results.csv", "results.tex", "judge.csv", "gaming.csv", "fluency.csv",
            "sweeps.csv", "figures/frontier.gp",
            "figures/frontier-points.dat",
        ]
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/golden")
        for name in names {
            let content = try #require(files[name])
            let golden = name.replacing("/", with: "-")
            if ProcessInfo.processInfo.environment["PRECIS_RECORD_GOLDEN"] == "1" {
                try FileManager.default.createDirectory(at: source, withIntermediateDirectories: true)
                try Data(content.utf8).write(to: source.appendingPathComponent(golden))
                continue
            }
            let url = try #require(Bundle.module.url(forResource: "Fixtures/golden/\(golden)", withExtension: nil))
            let expected = try String(contentsOf: url, encoding: .utf8)
            let line = zip(content.split(separator: "\n"), expected.split(separator: "\n")).enumerated().first { $0.element.0 != $0.element.1 }
            #expect(content == expected, "\(name) differs first at line \(line.map { "\($0.offset + 1): \($0.element.0.prefix(200))" } ?? "end")")
        }
    }

    @Test func theSameStudyGivesTheSameBytes() throws {
        let study = try Study.small()
        let gnuplot = try #require(Gnuplot(), "gnuplot is not installed; sh Scripts/install-packages.sh installs it")
        let first = try Study.report(study, gnuplot: gnuplot)
        #expect(first == (try Study.report(study, gnuplot: gnuplot)))
        #expect(first.keys.contains("figures/frontier.svg"))
        let html = try #require(first["report.html"])
        #expect(html.components(separatedBy: "<svg ").count > 3)
        #expect(html.utf8.count < 2_000_000)
    }

    @Test func rowsInAnotherOrderChangeNoEstimate() throws {
        let study = try Study.small()
        var reversed = study
        for index in reversed.systems.indices { reversed.systems[index].outcomes.reverse() }
        #expect(try Study.report(study)["results.json"] == Study.report(reversed)["results.json"])
    }

    @Test func thePageAllowsNothingFromOutside() throws {
        let html = try #require(try Study.report(try Study.small())["report.html"])
        #expect(html.contains("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"))
        for forbidden in ["<script", "<img", "<link", "<iframe", "url(", "@import", " src=\"", " onerror=\"", "javascript:\""] {
            let isPresent = html.contains(forbidden)
            #expect(!isPresent, "\(forbidden) in the page")
        }
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(html.contains("⟦U+202E⟧"))
        #expect(!html.unicodeScalars.contains { $0.value == 0 || $0.value == 0x202E })
    }

    @Test func idsAreUniqueAndLinksLeadSomewhere() throws {
        let html = try #require(try Study.report(try Study.small())["report.html"])
        func values(_ attribute: String) -> [Substring] {
            html.split(separator: " \(attribute)=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
        }
        let ids = values("id")
        #expect(Set(ids).count == ids.count)
        for target in values("href") where target.hasPrefix("#") { #expect(ids.contains(target.dropFirst()), "\(target)") }
    }

    @Test func whatWasNotRunSaysHowToRunIt() throws {
        let files = try Study.report(try Study.empty())
        let html = try #require(files["report.html"])
        for command in ["baseline run", "beta-sweep run", "lora-rank64 run", "iteration2 run"] {
            #expect(html.contains("swift run -c release \(command)"), "\(command)")
        }
        #expect(html.contains("not tested"))
        #expect(files["results.csv"] == "article,system,words,article_words,correct,failures\n")
    }

    @Test func systemsOnOtherArticlesAreRefused() throws {
        var study = try Study.small()
        study.systems[1].outcomes.removeLast()
        #expect(throws: (any Error).self) { try Study.report(study) }
    }

    @Test func everyRowIsInTheCSV() throws {
        let study = try Study.small()
        let csv = try #require(try Study.report(study)["results.csv"])
        #expect(csv.split(separator: "\n").count == 1 + study.systems.reduce(0) { $0 + $1.outcomes.count })
        #expect(csv.hasPrefix("article,system,words,article_words,correct,failures\n"))
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/pdflatex"), "no TeX"))
    func latexCompiles() throws {
        let tex = try #require(try Study.report(try Study.small())["results.tex"])
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("precis-tex-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(tex.utf8).write(to: folder.appendingPathComponent("results.tex"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/pdflatex")
        process.arguments = ["-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "results.tex"]
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
