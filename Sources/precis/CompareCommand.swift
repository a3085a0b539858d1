import ArgumentParser
import Notebook
import Reporting
import Statistics

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Show what two runs, or two systems, differ in.",
        discussion: """
            A and B are runs (`baseline-3f2a91`) or systems of runs (`beta-sweep-77c0de/dpo`); the start of a run's \
            identifier is enough. Differences are B minus A, paired by article, with 95 % bootstrap intervals. Of \
            experiments on instructions the responses, scores, pairs and comparisons are compared row by row. \
            Ends with exit code 3 where results differ, 0 where every row is the same, 66 where neither has any.
            """)

    @Argument(help: "A run, or run/system.")
    var a: String

    @Argument(help: "A run, or run/system.")
    var b: String

    @Option(name: .long, help: "Split of the systems, when a system is named.")
    var split = "test"

    @OptionGroup var options: ReaderOptions

    func run() throws {
        let store = try options.store()
        let (first, second) = (try Side(a, store: store), try Side(b, store: store))
        guard (first.system == nil) == (second.system == nil) else {
            throw ValidationError("Compare two runs, or two systems: name a system on both sides or on neither.")
        }
        if let firstSystem = first.system, let secondSystem = second.system {
            let system = try store.compare(
                evaluation(firstSystem, of: first.run, in: store), evaluation(secondSystem, of: second.run, in: store))
            let comparison = try SystemDifference(system, label: "\(a) -> \(b)")
            options.answer(json: comparison.json, text: Self.table([comparison]))
            if !system.isIdentical { throw ExitCode(ExitStatus.difference.rawValue) }
        } else {
            let comparison = try store.compare(first.run, second.run)
            let systems = try comparison.systems.map { try SystemDifference($0, label: "\($0.name) (\($0.split))") }
            options.answer(json: Self.json(comparison, systems), text: Self.text(comparison, systems))
            guard comparison.hasResults else { throw ExitCode(ExitStatus.missingInput.rawValue) }
            if !comparison.hasSameResults { throw ExitCode(ExitStatus.difference.rawValue) }
        }
    }

    private struct Side {
        var run: RunRecord
        var system: String?

        init(_ text: String, store: Store) throws {
            let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
            run = try store.run(matching: parts.first ?? text)
            system = parts.count > 1 ? parts[1] : nil
        }
    }

    private func evaluation(_ system: String, of run: RunRecord, in store: Store) throws -> EvaluationRecord {
        if let evaluation = try store.evaluation(runID: run.id, systemName: system, split: split) { return evaluation }
        let known = try store.evaluations(runID: run.id).map { "\($0.systemName) (\($0.split))" }
        throw UserFailure(
            "cannot find the system \"\(system)\"", location: run.id, why: "it was not measured on the \(split) split",
            remedy: "use one of: " + known.joined(separator: ", "), exitStatus: .missingInput)
    }

    private static func text(_ comparison: RunComparison, _ systems: [SystemDifference]) -> String {
        func list(_ title: String, _ lines: [String]) -> String {
            lines.isEmpty ? "" : "\n\(title)\n" + lines.map { "  \($0)\n" }.joined()
        }
        var text = "\(comparison.first.id) -> \(comparison.second.id): "
            + (comparison.hasSameResults
                ? "the same results in every row\n" : comparison.hasResults ? "results differ\n" : "neither has results to compare\n")
        text += list("Settings", comparison.settings.map(\.description))
        text += list("Provenance", comparison.provenance.map(\.description))
        text += list("Steps with another key", comparison.changedCells)
        text += list("Systems only in \(comparison.first.id)", comparison.systemsOnlyInFirst)
        text += list("Systems only in \(comparison.second.id)", comparison.systemsOnlyInSecond)
        text += list("Responses only in \(comparison.first.id)", comparison.responsesOnlyInFirst)
        text += list("Responses only in \(comparison.second.id)", comparison.responsesOnlyInSecond)
        if !systems.isEmpty { text += "\n" + table(systems) }
        return comparison.responses.isEmpty ? text : text + "\n" + table(comparison.responses)
    }

    private static func table(_ responses: [RunComparison.Responses]) -> String {
        Table(
            "Rounds and comparisons on instructions", ["name", "rows of both", "rows that differ"],
            numbers: ["rows of both", "rows that differ"],
            rows: responses.map { [$0.name, "\($0.rowCount)", "\($0.differingRows.count)"] }
        ).text()
    }

    private static func table(_ systems: [SystemDifference]) -> String {
        Table(
            "Second minus first, paired by article",
            ["system", "articles", "rows that differ", "accuracy", "words", "compression"],
            numbers: ["articles", "rows that differ", "accuracy", "words", "compression"],
            rows: systems.map { system in
                [
                    system.label, "\(system.pairedCount)", "\(system.differingCount)",
                    system.accuracy.map(NumberFormat.percentagePoints) ?? "",
                    system.words.map { NumberFormat.plain($0, signed: true) } ?? "",
                    system.compression.map(NumberFormat.percentagePoints) ?? "",
                ]
            }
        ).text()
    }

    private static func json(_ comparison: RunComparison, _ systems: [SystemDifference]) -> KeyValue {
        func list(_ differences: [KeyValueDifference]) -> KeyValue {
            .array(
                differences.map {
                    ["path": .string($0.path), "first": $0.old ?? .null, "second": $0.new ?? .null]
                })
        }
        return [
            "first": .string(comparison.first.id), "second": .string(comparison.second.id),
            "same_results": comparison.hasResults ? .bool(comparison.hasSameResults) : .null, "settings": list(comparison.settings),
            "provenance": list(comparison.provenance),
            "changed_steps": .array(comparison.changedCells.map(KeyValue.string)),
            "systems": .array(systems.map(\.json)),
            "systems_only_in_first": .array(comparison.systemsOnlyInFirst.map(KeyValue.string)),
            "systems_only_in_second": .array(comparison.systemsOnlyInSecond.map(KeyValue.string)),
            "responses": .array(
                comparison.responses.map {
                    [
                        "name": .string($0.name), "rows": .int($0.rowCount),
                        "rows_that_differ": .array($0.differingRows.map(KeyValue.string)),
                    ]
                }),
            "responses_only_in_first": .array(comparison.responsesOnlyInFirst.map(KeyValue.string)),
            "responses_only_in_second": .array(comparison.responsesOnlyInSecond.map(KeyValue.string)),
        ]
    }
}
