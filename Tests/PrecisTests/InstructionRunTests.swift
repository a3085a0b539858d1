import Foundation
import Notebook
import Testing

/// `compare`, `runs show` and `export results` on experiments on instructions.
@Suite final class InstructionRunTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("precis-tests-" + UUID().uuidString)
    private var path: String { folder.path }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A run of one round, two responses to each of two instructions, and a comparison on one held-out instruction.
    private func run(
        seed: Int, response: String = "a second", score: Double = 2, after: String = "after", isEmpty: Bool = false
    ) async throws -> String {
        let store = try Store(workspace: folder, access: .readWrite)
        let console = Console(format: .text, isTerminal: false) { _, _ in }
        let notebook = try Notebook(
            store: store, experiment: "pairrm", preset: "smoke", settings: ["seed": .int(seed)],
            provenance: .current(numericMode: "float32"), console: console)
        try await notebook.run {
            guard !isEmpty else { return }
            let ranker = RankerRecord(name: "a ranker", isRelative: false, identity: ["seed": .int(seed)])
            try store.save(ranker: ranker)
            let (set, training) = ("responses-\(seed)", "training-\(seed)")
            try store.save(
                training: TrainingRecord(key: training, experiment: "pairrm", label: "LoRA", settings: [:], state: .running, seconds: 0))
            let texts = ["First?", "Second?", "Held out?"]
            let instructions = texts.enumerated().map { position, text in
                InstructionRecord(
                    setKey: "instructions", id: Store.instructionID(text), position: position,
                    split: position < 2 ? "train" : "held-out", name: "i\(position)", text: text)
            }
            try store.save(instructions: instructions, setKey: "instructions")
            func sample(_ text: String, _ id: String, _ index: Int) -> SampleRecord {
                SampleRecord(
                    setKey: set, articleID: id, sampleIndex: index, tokens: [1], text: text, words: text.split(separator: " ").count,
                    finishReason: "endOfTurn", logProbability: -1)
            }
            for (position, instruction) in instructions.prefix(2).enumerated() {
                let responses = ["one", position == 1 ? response : "a second"]
                try store.save(
                    samples: responses.enumerated().map { sample($0.element, instruction.id, $0.offset) },
                    prompts: [
                        PromptRecord(
                            setKey: set, articleID: instruction.id, messages: [PromptMessage(role: "user", content: instruction.text)])
                    ])
                let group = Store.responseGroupKey(instruction: instruction.text, responses: responses)
                try store.save(
                    responseScores: [1, position == 1 ? score : 2].enumerated().map {
                        ResponseScoreRecord(
                            rankerKey: ranker.key, groupKey: group, position: $0.offset, score: $0.element, readings: [nil, 3],
                            measures: ["expected": 2.5])
                    })
            }
            try store.save(
                pairs: [
                    PairRecord(
                        pairSetKey: "pairs-\(seed)", position: 0, setKey: set, articleID: instructions[0].id, chosenIndex: 1,
                        rejectedIndex: 0, reason: "best-and-worst")
                ], pairSetKey: "pairs-\(seed)")
            try store.save(
                responseRound: ResponseRoundRecord(
                    runID: notebook.runID, round: 1, startLabel: "original", trainedLabel: "LoRA", instructionSetKey: "instructions",
                    responseSetKey: set, responsesPerInstruction: 2, rankerKey: ranker.key, pairSetKey: "pairs-\(seed)",
                    pairDrops: ["tie": 1], instructionDrops: [:], trainingKey: training))
            try store.save(
                responseComparison: ResponseComparisonRecord(
                    runID: notebook.runID, name: "LoRA against original", round: 1, challengerLabel: "LoRA",
                    opponentLabel: "original", rankerKey: ranker.key, instructionSetKey: "instructions"),
                rows: [
                    ResponseComparisonRowRecord(
                        position: 0, instructionID: instructions[2].id, challenger: sample(after, instructions[2].id, 0),
                        challengerScore: 3, opponent: sample("before", instructions[2].id, 0), opponentScore: 1)
                ])
        }
        return notebook.runID
    }

    /// Instructions are compared row by row: a text, a score, or a held-out response that differs is found.
    @Test func runsOnInstructionsAreComparedByTheirRows() async throws {
        let first = try await run(seed: 1)
        let same = try Program.run("compare", first, try await run(seed: 2), "--workspace", path)
        #expect(same.status == 0 && same.output.contains("the same results in every row"), "\(same)")
        #expect(same.output.contains("round 1"))
        let others = [
            (try await run(seed: 3, response: "another"), "round 1"), (try await run(seed: 4, score: 2.5), "round 1"),
            (try await run(seed: 5, after: "other words"), "LoRA against original"),
        ]
        for (other, name) in others {
            let result = try Program.run("compare", first, other, "--json", "--workspace", path)
            let members = try result.json().members
            #expect(result.status == 3 && members["same_results"] == false, "\(result)")
            guard case .array(let parts)? = members["responses"] else {
                Issue.record("no responses: \(result)")
                continue
            }
            let differing = parts.filter { $0.members["rows_that_differ"] != [] }
            #expect(differing.map { $0.members["name"] } == [.string(name)], "\(result)")
        }
    }

    @Test func runsWithoutResultsAreNotTheSame() async throws {
        let (first, second) = (try await run(seed: 1, isEmpty: true), try await run(seed: 2, isEmpty: true))
        let nothing = try Program.run("compare", first, second, "--workspace", path)
        #expect(nothing.status == 66 && nothing.output.contains("neither has results to compare"), "\(nothing)")
        #expect(!nothing.output.contains("same results"))
        let json = try Program.run("compare", first, second, "--json", "--workspace", path)
        #expect(try json.json().members["same_results"] == .null)
        let full = try await run(seed: 3)
        let one = try Program.run("compare", first, full, "--workspace", path)
        #expect(one.status == 3 && one.output.contains("Responses only in \(full)"), "\(one)")
    }

    @Test func aRunOnInstructionsIsShown() async throws {
        let id = try await run(seed: 1)
        let text = try Program.run("runs", "show", id, "--workspace", path)
        for part in ["Rounds on instructions", "Comparisons on held-out instructions", "a ranker"] {
            #expect(text.output.contains(part), "\(part): \(text)")
        }
        let members = try Program.run("runs", "show", id, "--json", "--workspace", path).json().members
        guard case .array(let rounds)? = members["rounds"], case .array(let comparisons)? = members["comparisons"] else {
            Issue.record("no rounds, or no comparisons")
            return
        }
        #expect(rounds.count == 1 && rounds[0].members["pairs"] == 1 && rounds[0].members["pair_drops"] == ["tie": 1])
        #expect(comparisons.count == 1 && comparisons[0].members["wins"] == 1 && comparisons[0].members["losses"] == 0)
    }

    @Test func rowsOnInstructionsAreExported() async throws {
        let id = try await run(seed: 1, response: "one <b> more")
        let lines = try Program.run("export", "results", "--run", id, "--workspace", path).jsonLines().map(\.members)
        #expect(lines.map { $0["kind"] } == ["response", "response", "response", "response", "comparison"])
        let response = try #require(lines.dropFirst(3).first)
        #expect(response["response"] == "one <b> more" && response["words"] == 3 && response["instruction"] == "Second?")
        #expect(response["readings"] == [nil, 3] && response["sample"] == 1 && response["measures"] == ["expected": 2.5])
        let comparison = try #require(lines.last)
        #expect(comparison["challenger"]?.members["response"] == "after" && comparison["opponent"]?.members["score"] == 1)
        #expect(comparison["instruction"] == "Held out?" && comparison["split"] == "held-out")
        let held = try Program.run("export", "results", "--run", id, "--split", "held-out", "--workspace", path).jsonLines()
        #expect(held.count == 1)
    }
}
