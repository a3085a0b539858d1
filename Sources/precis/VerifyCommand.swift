import ArgumentParser
import Foundation
import Notebook
import Reporting
import Study

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Recompute stored numbers from the rows they come from.",
        discussion: "Ends with exit code 3 where a number differs.")

    @Flag(name: .long, help: "Also compare weights files with their hashes, which takes seconds for each.")
    var weights = false

    @Option(
        name: .long, help: ArgumentHelp("Also make the report again and compare every file of this folder with it.", valueName: "folder"),
        completion: .directory)
    var report: String?

    @OptionGroup var options: ReaderOptions

    func run() throws {
        let store = try options.store()
        var audit = try store.audit(countWords: { $0.split(whereSeparator: \.isWhitespace).count })
        if weights { audit.merge(try store.auditWeights()) }
        if let report { audit.merge(try Self.audit(report: URL(fileURLWithPath: report, isDirectory: true), of: store)) }
        options.answer(
            json: [
                "checked": .object(audit.checked.mapValues(KeyValue.int)),
                "differences": .array(
                    audit.findings.map { finding in
                        [
                            "place": .string(finding.place), "quantity": .string(finding.quantity),
                            "stored": .string(finding.stored), "recomputed": .string(finding.recomputed),
                        ]
                    }),
            ], text: Self.text(audit))
        if !audit.findings.isEmpty { throw ExitCode(ExitStatus.difference.rawValue) }
    }

    /// The same store gives the same bytes, so every number in a report is compared with a new one of its own.
    private static func audit(report folder: URL, of store: Store) throws -> StoreAudit {
        guard FileManager.default.fileExists(atPath: folder.appendingPathComponent("results.json").path) else {
            throw UserFailure(
                "cannot verify the report", location: folder.path, why: "there is no results.json in it",
                remedy: "give the folder that `report` wrote", exitStatus: .missingInput)
        }
        let again = FileManager.default.temporaryDirectory.appendingPathComponent("precis-verify-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: again) }
        _ = try ReportBuilder(try StudyResults(reading: store, preset: nil)).write(to: again)
        var audit = StoreAudit()
        for name in try FileManager.default.subpathsOfDirectory(atPath: again.path).sorted() {
            guard let expected = FileManager.default.contents(atPath: again.appendingPathComponent(name).path) else { continue }
            let present = FileManager.default.contents(atPath: folder.appendingPathComponent(name).path) ?? Data()
            let line = Self.firstDifference(present, expected)
            audit.compare("report", name, "the file", stored: present, recomputed: expected) { Self.line(line, of: $0) }
        }
        return audit
    }

    /// Number of the first line in which two files differ, from 0.
    private static func firstDifference(_ first: Data, _ second: Data) -> Int {
        zip(first, second).prefix { $0 == $1 }.count { $0.0 == UInt8(ascii: "\n") }
    }

    private static func line(_ index: Int, of file: Data) -> String {
        let lines = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard !file.isEmpty, lines.indices.contains(index) else { return "no line \(index + 1)" }
        return "line \(index + 1), \"\(String(decoding: lines[index].prefix(120), as: UTF8.self))\""
    }

    private static func text(_ audit: StoreAudit) -> String {
        let findings = audit.findings.map { $0.description + "\n" }.joined()
        let counts = audit.checked.sorted { $0.key < $1.key }.map { ["\($0.key)", "\($0.value)"] }
        let caption = "\(audit.checkedCount) values checked, \(audit.findings.count) differ"
        return findings + Table(caption, ["table", "values"], numbers: ["values"], rows: counts).text()
    }
}
