import ArgumentParser
import Foundation
import Notebook
import Reporting

struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List, show and remove runs.", subcommands: [List.self, Show.self, Remove.self],
        defaultSubcommand: List.self)

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List runs, the latest first.")

        @Option(name: .long, help: "Only runs of this experiment.")
        var experiment: String?

        @OptionGroup var options: ReaderOptions

        func run() throws {
            let store = try options.store()
            let statuses = try store.runs(experiment: experiment).map(store.status(of:))
            let rows = statuses.map { status in
                [
                    status.run.id, status.state.rawValue, status.run.preset, TimeText.of(status.run.startedAt),
                    DurationText.of(seconds: status.seconds), "\(status.cells.count)",
                ]
            }
            options.answer(
                json: .array(statuses.map(\.json)),
                text: Table(
                    "\(rows.count) \(rows.count == 1 ? "run" : "runs") in \(options.workspace)",
                    ["run", "state", "preset", "started (UTC)", "time", "steps"], numbers: ["time", "steps"], rows: rows
                ).text())
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a run: settings, provenance, sessions, steps, systems.")

        @Argument(help: ArgumentHelp("The run's identifier or its start.", valueName: "run"))
        var identifier: String

        @OptionGroup var options: ReaderOptions

        func run() throws {
            let store = try options.store()
            let record = try store.run(matching: identifier)
            let details = try RunDetails(store: store, run: record)
            let json = try details.json
            options.answer(json: json, text: details.text)
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm", abstract: "Remove runs with their steps and evaluations.",
            discussion: """
                Samples, judgements, log-probabilities and weights stay: they are found again by their content, so \
                running the experiment again is quick.
                """)

        @Argument(help: "Identifiers of runs, in full.")
        var runs: [String]

        @OptionGroup var options: ReaderOptions

        func run() throws {
            let store = try Store(workspace: options.workspaceURL, access: .readWrite)
            // All or none: a mistyped identifier removes nothing.
            let records = try runs.map { id in
                let record = try store.run(matching: id)
                guard record.id == id else {
                    throw UserFailure(
                        "will not remove \"\(id)\"", why: "it is only the start of an identifier",
                        remedy: "write it in full: \(record.id)", exitStatus: .usage)
                }
                return record
            }
            for record in records { try store.removeRun(id: record.id) }
            options.answer(
                json: ["removed": .array(records.map { .string($0.id) })],
                text: records.map { "removed \($0.id)\n" }.joined())
        }
    }
}
