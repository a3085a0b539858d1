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
            abstract: "One JSON line per judged summary, ranked response, and pair of held-out responses.",
            discussion: """
                Fields of summaries: run, experiment, system, kind, round, split, article_id, summary, words, correct \
                (null when the judge failed), answers (null for "Unsure"), failures.
                Of ranked responses (kind "response", split "train"): run, experiment, kind, round, split, system, \
                ranker, instruction_id, instruction, sample, response, words, finish, score (null without one), \
                readings, measures.
                Of two systems' responses to a held-out instruction (kind "comparison", split "held-out"): run, \
                experiment, kind, round, split, comparison, ranker, instruction_id, instruction, and for the \
                challenger and the opponent their label, response, words, finish and score.
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
                for line in try responses(of: run, in: store) { Answer.write(KeyValue.object(line).canonicalJSON + "\n") }
            }
        }

        /// The rows of an experiment on instructions.
        private func responses(of run: RunRecord, in store: Store) throws -> [[String: KeyValue]] {
            func ranker(_ key: String) throws -> KeyValue { .string(try store.ranker(key: key)?.name ?? key) }
            func number(_ value: Double?) -> KeyValue { value.map(KeyValue.double) ?? .null }
            let common: [String: KeyValue] = ["run": .string(run.id), "experiment": .string(run.experiment)]
            var lines: [[String: KeyValue]] = []
            for round in split == nil || split == "train" ? try store.responseRounds(runID: run.id) : [] {
                let name = try ranker(round.rankerKey)
                for group in try store.scoredGroups(of: round) {
                    for (sample, score) in group.rows {
                        let fields: [String: KeyValue] = [
                            "kind": "response", "round": .int(round.round), "split": "train", "system": .string(round.startLabel),
                            "ranker": name, "instruction_id": .string(group.instruction.id),
                            "instruction": .string(group.instruction.text), "sample": .int(sample.sampleIndex),
                            "response": .string(sample.text), "words": .int(sample.words), "finish": .string(sample.finishReason),
                            "score": number(score?.score), "readings": .array((score?.readings ?? []).map(number)),
                            "measures": .object((score?.measures ?? [:]).mapValues(KeyValue.double)),
                        ]
                        lines.append(common.merging(fields) { $1 })
                    }
                }
            }
            for comparison in split == nil || split == "held-out" ? try store.responseComparisons(runID: run.id) : [] {
                let texts = Dictionary(
                    try store.instructions(setKey: comparison.instructionSetKey).map { ($0.id, $0.text) }, uniquingKeysWith: { first, _ in first })
                let name = try ranker(comparison.rankerKey)
                for row in try comparison.id.map(store.rows(ofResponseComparison:)) ?? [] {
                    let fields: [String: KeyValue] = [
                        "kind": "comparison", "round": .int(comparison.round), "split": "held-out",
                        "comparison": .string(comparison.name), "ranker": name, "instruction_id": .string(row.instructionID),
                        "instruction": .string(texts[row.instructionID] ?? ""),
                        "challenger": [
                            "label": .string(comparison.challengerLabel), "response": .string(row.challenger),
                            "words": .int(row.challengerWords), "finish": .string(row.challengerFinish), "score": number(row.challengerScore),
                        ],
                        "opponent": [
                            "label": .string(comparison.opponentLabel), "response": .string(row.opponent),
                            "words": .int(row.opponentWords), "finish": .string(row.opponentFinish), "score": number(row.opponentScore),
                        ],
                    ]
                    lines.append(common.merging(fields) { $1 })
                }
            }
            return lines
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
