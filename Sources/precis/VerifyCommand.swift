import ArgumentParser
import Notebook
import Reporting

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Recompute stored numbers from the rows they come from.",
        discussion: "Ends with exit code 3 where a number differs.")

    @Flag(name: .long, help: "Also compare weights files with their hashes, which takes seconds for each.")
    var weights = false

    @OptionGroup var options: ReaderOptions

    func run() throws {
        let store = try options.store()
        var audit = try store.audit(countWords: { $0.split(whereSeparator: \.isWhitespace).count })
        if weights { audit.merge(try store.auditWeights()) }
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

    private static func text(_ audit: StoreAudit) -> String {
        let findings = audit.findings.map { $0.description + "\n" }.joined()
        let counts = audit.checked.sorted { $0.key < $1.key }.map { ["\($0.key)", "\($0.value)"] }
        let caption = "\(audit.checkedCount) values checked, \(audit.findings.count) differ"
        return findings + Table(caption, ["table", "values"], numbers: ["values"], rows: counts).text()
    }
}
