import Foundation
import Notebook
import Testing

/// Self-rewarding on a tiny random model, through the built binary.
@Suite struct SelfRewardingTests {
    /// The fixture's model with room for the rubric, whose every character is a token.
    private func model(in folder: TemporaryFolder) throws -> String {
        let source = Repository.file("Tests/LanguageModelTests/Fixtures/tiny-llama")
        let target = folder.url.appendingPathComponent("tiny-llama")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        for name in ["model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
            try FileManager.default.copyItem(
                at: source.appendingPathComponent(name), to: target.appendingPathComponent(name))
        }
        let configuration = try String(contentsOf: source.appendingPathComponent("config.json"), encoding: .utf8)
        let longer = configuration.replacing("\"max_position_embeddings\": 256", with: "\"max_position_embeddings\": 8192")
        try #require(longer != configuration)
        try Data(longer.utf8).write(to: target.appendingPathComponent("config.json"))
        return target.path
    }

    private func examples(in folder: TemporaryFolder, scores: [Int] = [4, 1]) throws -> String {
        let lines = scores.map {
            #"{"instruction": "Name a colour.", "response": "Blue.", "judgement": "It names one.", "score": \#($0)}"#
        }
        let file = folder.url.appendingPathComponent("examples.jsonl")
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        return file.path
    }

    private func arguments(_ model: String, _ examples: String, _ workspace: TemporaryFolder) -> [String] {
        [
            "run", "--workspace", workspace.url.path, "--model", model, "--preset", "smoke", "--rounds", "2",
            "--judge-examples", examples, "--set", "rewards.attempts=20", "--set", "responses.maximum_tokens=24",
            "--set", "rewards.judgement_tokens=16", "--set", "training.checkpoint_steps=1", "--threads", "1",
        ]
    }

    /// Weights of every trained model, by folder name.
    private func weights(_ workspace: TemporaryFolder) throws -> [String: Data] {
        let folder = workspace.url.appendingPathComponent("weights")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).reduce(into: [:]) { found, name in
            found[name] = try Data(contentsOf: folder.appendingPathComponent(name).appendingPathComponent("model.safetensors"))
        }
    }

    /// Rounds with the instructions, responses and scores that they name.
    private func rows(_ workspace: TemporaryFolder) throws -> [String] {
        let store = try Store(workspace: workspace.url, access: .readOnly)
        let run = try #require(try store.runs(experiment: "self-rewarding").first)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        func text(_ rows: [some Encodable]) throws -> [String] {
            try rows.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
        }
        return try store.responseRounds(runID: run.id).flatMap { round in
            var round = round
            let scores = try store.responseScores(rankerKey: round.rankerKey).sorted { $0.key < $1.key }.flatMap(\.value)
            let rows =
                try text(store.instructions(setKey: round.instructionSetKey)) + text(store.samples(setKey: round.responseSetKey))
                + text(scores) + text(store.pairs(pairSetKey: round.pairSetKey))
            round.runID = ""
            return try text([round]) + rows
        }
    }

    @Test("killed at random moments, two rounds and their warm-up end with the same bytes")
    func killedRunsContinueToTheSameBytes() async throws {
        let program = try Program(product: "self-rewarding")
        let inputs = try TemporaryFolder()
        let (model, examples) = (try model(in: inputs), try examples(in: inputs))
        let whole = try TemporaryFolder()
        let uninterrupted = try await program.run(arguments(model, examples, whole), timeout: .seconds(180))
        try #require(uninterrupted.exitCode == 0, "\(uninterrupted)")
        #expect(uninterrupted.standardOutput.contains("How often a response is preferred to a worse text"))
        #expect(try weights(whole).count == 3)
        #expect(try rows(whole).count > 20)

        let killed = try TemporaryFolder()
        let arguments = arguments(model, examples, killed)
        var kills = 0
        for attempt in 0..<6 {
            let running = try program.start(arguments)
            let share = (Double(attempt) + Double.random(in: 0.2...1)) / 7
            try await Task.sleep(for: uninterrupted.duration * share)
            if running.isRunning { kills += 1 }
            running.kill()
            _ = try? await running.result()
        }
        #expect(kills > 0, "no run was killed")
        let finished = try await program.run(arguments, timeout: .seconds(180))
        #expect(finished.exitCode == 0, "\(finished)")
        #expect(try weights(killed) == weights(whole))
        #expect(try rows(killed) == rows(whole))

        let again = try await program.run(arguments, timeout: .seconds(60))
        #expect(again.exitCode == 0 && !again.standardError.contains("never run"), "\(again)")
    }

    /// One round without a warm-up: every response has its expected score, whatever the reward; PairRM compares where it
    /// is there.
    @Test(arguments: [["--ranker", Repository.file("Tests/PairRankingTests/Fixtures/pairrm").path], ["--set", "rewards.mode=expected"]])
    func aRoundRecordsTheExpectedScore(_ options: [String]) async throws {
        let inputs = try TemporaryFolder(), workspace = try TemporaryFolder()
        let result = try await Program(product: "self-rewarding").run(
            [
                "run", "--workspace", workspace.url.path, "--model", try model(in: inputs), "--preset", "smoke", "--set",
                "rewards.attempts=20", "--set", "responses.maximum_tokens=16", "--set", "rewards.judgement_tokens=8", "--set",
                "rewards.check_instructions=2", "--threads", "1",
            ] + options, timeout: .seconds(120))
        try #require(result.exitCode == 0, "\(result)")
        let store = try Store(workspace: workspace.url, access: .readOnly)
        let run = try #require(try store.runs().first)
        let round = try #require(try store.responseRounds(runID: run.id).first)
        let scores = try store.scoredGroups(of: round).flatMap(\.scores)
        let isExpected = options.contains("rewards.mode=expected")
        #expect(scores.count == 12)
        for score in scores {
            let expected = try #require(score.measures["expected"])
            #expect((0...5).contains(expected) && score.measures["digit mass"] != nil && score.readings.count == 1)
            #expect((score.score == expected) == isExpected)
        }
        let rankers = try store.responseComparisons(runID: run.id).compactMap { try store.ranker(key: $0.rankerKey) }
        #expect(rankers.contains(where: \.isRelative) == options.contains("--ranker"), "\(rankers.map(\.name))")
        let report = try await Program(product: "report").run(["--workspace", workspace.url.path])
        let markdown = try String(contentsOf: workspace.url.appendingPathComponent("report/report.md"), encoding: .utf8)
        #expect(report.exitCode == 0 && markdown.contains("The chosen reward (") && markdown.contains("M0 is the model as it came"), "\(report)")
        #expect(markdown.contains("PairRM did not compare") == !options.contains("--ranker"))
        #expect(markdown.contains("not the mean of the scores") == true)
    }

    /// A random model writes no score: the remedy names settings of self-rewarding. An example without room is counted.
    @Test func withoutPairsTheRewardsSettingsAreNamed() async throws {
        let inputs = try TemporaryFolder(), workspace = try TemporaryFolder()
        let file = inputs.url.appendingPathComponent("long.jsonl")
        let lines = [10, 9000].map {
            #"{"instruction": "Count.", "response": "\#(String(repeating: "1", count: $0))", "judgement": "No.", "score": 1}"#
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let result = try await Program(product: "self-rewarding").run(
            arguments(try model(in: inputs), file.path, workspace) + ["--rounds", "1", "--set", "rewards.mode=text"])
        #expect(result.exitCode == 1 && !result.standardError.contains("responses.per_instruction"), "\(result)")
        for text in ["rewards.mode", "rewards.candidates"] { #expect(result.standardError.contains(text), "\(text): \(result)") }
        #expect(result.standardOutput.contains("Left out: 1 that do not fit"), "\(result)")
    }

    @Test func planRunsNothingAndNamesEveryRound() async throws {
        let inputs = try TemporaryFolder(), workspace = try TemporaryFolder()
        var arguments = arguments(try model(in: inputs), try examples(in: inputs), workspace)
        arguments[0] = "plan"
        let plan = try await Program(product: "self-rewarding").run(arguments)
        #expect(plan.exitCode == 0, "\(plan)")
        for text in ["check the reward", "write instructions", "M1", "grade responses"] {
            #expect(plan.standardOutput.contains(text), "\(text): \(plan)")
        }
        #expect(!FileManager.default.fileExists(atPath: workspace.url.appendingPathComponent("precis.sqlite").path))
    }

    @Test(arguments: [
        (["--judge-examples", "/no/such/file.jsonl"], 66, "/no/such/file.jsonl"), (["--rounds", "0"], 64, "--rounds"),
    ])
    func badOptionsAreNamed(options: [String], status: Int32, text: String) async throws {
        let inputs = try TemporaryFolder(), workspace = try TemporaryFolder()
        let result = try await Program(product: "self-rewarding").run(
            ["run", "--workspace", workspace.url.path, "--model", try model(in: inputs), "--preset", "smoke"] + options)
        #expect(result.exitCode == status && result.standardError.contains(text), "\(result)")
    }

    @Test func aBadExampleIsNamedWithItsLine() async throws {
        let inputs = try TemporaryFolder(), workspace = try TemporaryFolder()
        let result = try await Program(product: "self-rewarding").run(
            arguments(try model(in: inputs), try examples(in: inputs, scores: [3, 9]), workspace))
        #expect(result.exitCode == 65 && result.standardError.contains("examples.jsonl:2"), "\(result)")
    }
}
