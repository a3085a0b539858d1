import ArgumentParser
import Foundation
import Notebook
import Reporting
import Study

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write results or preference pairs for other tools, on standard output.",
        subcommands: [Results.self, Pairs.self])

    struct Results: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One JSON line per judged summary.",
            discussion: """
                Fields: run, experiment, system, kind, round, split, article_id, summary, words, correct (null when \
                the judge failed), answers (null for "Unsure"), failures.
                """)

        @Option(name: .customLong("run"), help: "Only this run (identifier or its start).")
        var identifier: String?

        @Option(name: .long, help: "Only this split.")
        var split: String?

        @Option(name: .long, help: ArgumentHelp("Folder with the store.", valueName: "folder"), completion: .directory)
        var workspace = "workspace"

        func run() throws {
            let store = try Store(workspace: URL(fileURLWithPath: workspace), access: .readOnly)
            let runs = try identifier.map { [try store.run(matching: $0)] } ?? store.runs().sorted { $0.id < $1.id }
            for run in runs {
                for evaluation in try store.evaluations(runID: run.id) where split == nil || evaluation.split == split {
                    guard let id = evaluation.id else { continue }
                    for row in try store.rows(ofEvaluation: id) {
                        Answer.write(Self.json(row, evaluation, run).canonicalJSON + "\n")
                    }
                }
            }
        }

        private static func json(
            _ row: EvaluationRowRecord, _ evaluation: EvaluationRecord, _ run: RunRecord
        ) -> KeyValue {
            [
                "run": .string(run.id), "experiment": .string(run.experiment), "system": .string(evaluation.systemName),
                "kind": .string(evaluation.kind), "round": .int(evaluation.round), "split": .string(evaluation.split),
                "article_id": .string(row.articleID), "summary": .string(row.summary), "words": .int(row.words),
                "correct": row.correct.map(KeyValue.int) ?? .null,
                "answers": .array(row.answers.map { $0.map(KeyValue.int) ?? .null }),
                "failures": .array(row.failures.map(KeyValue.string)),
            ]
        }
    }

    struct Pairs: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Preference pairs in the chat format of TRL and Hugging Face datasets.",
            discussion: """
                One JSON line per pair: "prompt", "chosen" and "rejected", each a list of messages with "role" and \
                "content". `datasets.load_dataset("json", data_files=...)` reads the file; TRL's DPOTrainer takes \
                it as it is. With --to a folder is written that `datasets.load_dataset(FOLDER)` reads: the same pairs, \
                why each was preferred, and a data set card.
                """)

        @Flag(name: .long, help: "List the pair sets instead.")
        var list = false

        @Option(name: .long, help: "Key of the pair set or its start; may be left out when there is only one.")
        var set: String?

        @Option(name: .long, help: ArgumentHelp("Write a data set there instead.", valueName: "folder"), completion: .directory)
        var to: String?

        @OptionGroup var options: ReaderOptions

        func run() throws {
            let store = try options.store()
            let sets = try store.pairSets()
            if list {
                return options.answer(
                    json: .array(sets.map { ["key": .string($0.key), "pairs": .int($0.count)] }),
                    text: Table(
                        "\(sets.count) pair sets", ["key", "pairs"], numbers: ["pairs"],
                        rows: sets.map { [$0.key, "\($0.count)"] }
                    ).text())
            }
            let matches = sets.map(\.key).filter { $0.hasPrefix(set ?? "") }
            guard let key = matches.first, matches.count == 1 else {
                throw UserFailure(
                    "cannot tell which pair set to export", location: options.workspace,
                    why: "\(matches.count) sets match", remedy: "name one of `precis export pairs --list` with --set",
                    exitStatus: sets.isEmpty ? .missingInput : .usage)
            }
            if let to {
                let folder = URL(fileURLWithPath: to)
                // Pairs of responses know their ranker, those of summaries their judge.
                if let round = try store.responseRound(pairSetKey: key) { return try ResponseDataset(round, in: store).write(to: folder) }
                return try PairDataset(pairSetKey: key, in: store).write(to: folder)
            }
            try store.exportPairs(pairSetKey: key) { Answer.write(try $0.jsonLine + "\n") }
        }
    }
}
