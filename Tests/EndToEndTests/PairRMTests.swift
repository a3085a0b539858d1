import Foundation
import Notebook
import Testing

/// The experiment `pairrm` on a tiny random model with a small random PairRM, through the built programs.
@Suite struct PairRMTests {
    private static let model = Repository.file("Tests/LanguageModelTests/Fixtures/tiny-llama").path
    private static let ranker = Repository.file("Tests/PairRankingTests/Fixtures/pairrm").path

    /// Ten instructions, three of them held out, in LIMA's form and in Alpaca's.
    private func instructions(in folder: TemporaryFolder) throws -> String {
        let lines = (0..<10).map { index in
            index.isMultiple(of: 2)
                ? #"{"id": "q\#(index)", "conversations": ["Say \#(index) | <b>."], "held_out": \#(index > 5)}"#
                : #"{"id": "q\#(index)", "instruction": "Count to \#(index).", "held_out": \#(index == 9)}"#
        }
        return try folder.write(lines.joined(separator: "\n") + "\n", to: "instructions.jsonl").path
    }

    private func arguments(
        _ instructions: String, _ workspace: TemporaryFolder, threads: Int = 1, ranker: String? = PairRMTests.ranker
    ) -> [String] {
        [
            "run", "--workspace", workspace.url.path, "--model", Self.model, "--preset", "smoke", "--instructions", instructions,
        ] + (ranker.map { ["--ranker", $0] } ?? []) + [
            "--base-model", "someone/tiny", "--set", "responses.maximum_tokens=16", "--set", "training.checkpoint_steps=1",
            "--set", "lora_config.r=2", "--threads", "\(threads)",
        ]
    }

    /// The data set, the adapter and their cards, by their path.
    private func published(_ workspace: TemporaryFolder) throws -> [String: Data] {
        let folder = workspace.url.appendingPathComponent("published")
        let names = try #require(FileManager.default.subpaths(atPath: folder.path))
        return names.reduce(into: [:]) { files, name in
            let url = folder.appendingPathComponent(name)
            if (try? url.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true { files[name] = try? Data(contentsOf: url) }
        }
    }

    @Test func aRunMakesTheDataSetTheAdapterAndTheReport() async throws {
        let program = try Program(product: "pairrm")
        let inputs = try TemporaryFolder(), workspace = try TemporaryFolder()
        let file = try instructions(in: inputs)
        let plan = try await program.run(["plan"] + arguments(file, workspace).dropFirst())
        #expect(plan.exitCode == 0 && plan.standardOutput.contains("PairRM: rank responses"), "\(plan)")
        let run = try await program.run(arguments(file, workspace))
        try #require(run.exitCode == 0, "\(run)")
        for text in ["Scores by PairRM", "PairRM, for these responses: 24 pairs", "Held-out instructions before and after training", "Head to head on held-out instructions"] {
            #expect(run.standardOutput.contains(text), "\(text): \(run)")
        }

        let files = try published(workspace)
        let folder = try #require(files.keys.first).split(separator: "/")[0]
        #expect(Set(files.keys) == Set(["dataset/README.md", "dataset/train.jsonl", "adapter/README.md", "adapter/adapter_config.json", "adapter/adapter_model.safetensors"].map { "\(folder)/\($0)" }))
        let store = try Store(workspace: workspace.url, access: .readOnly)
        let round = try #require(try store.responseRounds(runID: String(folder)).first)
        let pairs = try store.pairs(pairSetKey: round.pairSetKey)
        let rows = try String(decoding: #require(files["\(folder)/dataset/train.jsonl"]), as: UTF8.self).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(!pairs.isEmpty && rows.count == pairs.count)
        for (row, pair) in zip(rows, pairs) {
            let chosen = try #require((row["chosen"] as? [[String: String]])?.first)
            let samples = try store.samples(setKey: pair.setKey, articleID: pair.articleID)
            #expect(chosen == ["role": "assistant", "content": samples[pair.chosenIndex].text])
            #expect(try #require(row["score_chosen"] as? Double) > #require(row["score_rejected"] as? Double))
            #expect((row["instruction_id"] as? String)?.hasPrefix("q") == true)
        }
        let card = try String(decoding: #require(files["\(folder)/dataset/README.md"]), as: UTF8.self)
        #expect(card.hasPrefix("---\nconfigs:\n") && card.contains("| pairs | \(pairs.count) |") && card.contains("PairRM"))
        let modelCard = try String(decoding: #require(files["\(folder)/adapter/README.md"]), as: UTF8.self)
        #expect(modelCard.contains("library_name: peft") && modelCard.contains("Head to head on held-out instructions"))

        #expect(modelCard.contains("base_model: \"someone/tiny\"") && modelCard.contains("from_pretrained(\"someone/tiny\")"))
        for name in ["recipe.lora.alpha", "recipe.lora.dropout", "recipe.lora.targets", "recipe.trainer.epochs", "recipe.trainer.warmupSteps", "recipe.trainer.schedule", "recipe.objective.beta", "responses.temperature", "responses.topP", "responses.truncated"] {
            #expect(modelCard.contains("| \(name) |"), "\(name): \(modelCard)")
        }
        try await tokensAddUp(workspace.url.appendingPathComponent("published/\(folder)/dataset/train.jsonl").path)

        let comparison = try #require(try store.responseComparisons(runID: String(folder)).first)
        let held = try store.rows(ofResponseComparison: #require(comparison.id))
        #expect(held.count == 3 && held.allSatisfy { $0.challengerScore != nil && $0.opponentScore != nil })
        // PairRM compares: what one gains the other loses.
        for row in held { #expect(abs((row.challengerScore ?? 1) + (row.opponentScore ?? 1)) < 1e-5) }

        let report = try await Program(product: "report").run(["--workspace", workspace.url.path])
        try #require(report.exitCode == 0, "\(report)")
        let pages = workspace.url.appendingPathComponent("report")
        let html = try String(contentsOf: pages.appendingPathComponent("report.html"), encoding: .utf8)
        #expect(html.contains("id=\"instructions-pairrm\"") && html.contains("PairRM") && !html.contains("id=\"frontier\""))
        #expect(FileManager.default.fileExists(atPath: pages.appendingPathComponent("notebooks/pairrm.html").path))
    }

    /// `precis score --tokens` gives the terms of its sums.
    private func tokensAddUp(_ pairs: String) async throws {
        let result = try await Program(product: "precis").run([
            "score", "--model", Self.model, "--pairs", pairs, "--precision", "float32", "--threads", "1", "--tokens",
        ])
        let lines = result.standardOutput.split(separator: "\n")
        #expect(result.exitCode == 0 && !lines.isEmpty, "\(result)")
        for line in lines {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            for side in ["chosen", "rejected"] {
                let values = try #require(object[side + "_logprobs"] as? [Double])
                #expect(values.count == object[side + "_tokens"] as? Int)
                #expect(abs(values.reduce(0, +) - (try #require(object[side] as? Double))) < 1e-9)
            }
        }
    }

    /// Without PairRM the model grades itself, the page says what PairRM would take, and a plan with PairRM does not take
    /// the time of the model's own reward for PairRM's.
    @Test func withoutARankerTheModelGradesItself() async throws {
        let program = try Program(product: "pairrm")
        let inputs = try TemporaryFolder(), workspace = try TemporaryFolder()
        let file = try instructions(in: inputs)
        let run = try await program.run(arguments(file, workspace, ranker: nil))
        try #require(run.exitCode == 0, "\(run)")
        #expect(run.standardOutput.contains("PairRM of its published size, which did not rank here"), "\(run)")
        let store = try Store(workspace: workspace.url, access: .readOnly)
        let record = try #require(try store.runs().first)
        let round = try #require(try store.responseRounds(runID: record.id).first)
        let ranker = try #require(try store.ranker(key: round.rankerKey))
        #expect(!ranker.isRelative && ranker.name.hasPrefix("the original model"))
        let report = try await Program(product: "report").run(["--workspace", workspace.url.path])
        let markdown = try String(contentsOf: workspace.url.appendingPathComponent("report/report.md"), encoding: .utf8)
        #expect(report.exitCode == 0 && markdown.contains("PairRM ranks only where") && markdown.contains("Instructions: 4 of"), "\(report)")

        let plan = try await program.run(["plan", "--json"] + arguments(file, workspace).dropFirst())
        let json = try #require(try JSONSerialization.jsonObject(with: Data(plan.standardOutput.utf8)) as? [String: Any])
        let steps = try #require(json["steps"] as? [[String: Any]])
        for name in ["PairRM: rank responses", "PairRM: compare"] {
            let step = try #require(steps.first { ($0["name"] as? String)?.hasPrefix(name) == true }, "\(name)")
            #expect(step["estimated_from"] as? String == "computed" && (step["memory_bytes"] as? Int ?? 0) > 0, "\(step)")
        }
    }

    @Test(arguments: ["pairrm", "self-rewarding"])
    func aJudgeOfSummariesIsRefused(_ experiment: String) async throws {
        let inputs = try TemporaryFolder(), workspace = try TemporaryFolder()
        let arguments = try arguments(instructions(in: inputs), workspace)
        for option in [["--judge", "prompted:original"], ["--baseline", "m@http://127.0.0.1:9"]] {
            let result = try await Program(product: experiment).run(arguments + option)
            #expect(result.exitCode == 64 && result.standardError.contains(option[0]), "\(result)")
        }
        let result = try await Program(product: experiment).run(arguments + ["--base-model", "/a/path"])
        #expect(result.exitCode == 64 && result.standardError.contains("OWNER/NAME"), "\(result)")
    }

    @Test func threadsAndKillsChangeNoByte() async throws {
        let program = try Program(product: "pairrm")
        let inputs = try TemporaryFolder(), whole = try TemporaryFolder(), killed = try TemporaryFolder()
        let file = try instructions(in: inputs)
        let uninterrupted = try await program.run(arguments(file, whole, threads: 2))
        try #require(uninterrupted.exitCode == 0, "\(uninterrupted)")
        let arguments = arguments(file, killed)
        var kills = 0
        for attempt in 0..<6 {
            let running = try program.start(arguments)
            try await Task.sleep(for: uninterrupted.duration * ((Double(attempt) + Double.random(in: 0.2...1)) / 7))
            if running.isRunning { kills += 1 }
            running.kill()
            _ = try? await running.result()
        }
        #expect(kills > 0, "no run was killed")
        let finished = try await program.run(arguments)
        #expect(finished.exitCode == 0, "\(finished)")
        #expect(try published(killed) == published(whole))

        let again = try await program.run(arguments)
        #expect(again.exitCode == 0 && !again.standardError.contains("never run"), "\(again)")
        #expect(try published(killed) == published(whole))
    }

    @Test func brokenInputsAreNamed() async throws {
        let program = try Program(product: "pairrm")
        let inputs = try TemporaryFolder(), workspace = try TemporaryFolder()
        let good = try instructions(in: inputs)
        let bad = try inputs.write("{\"prompt\": \"One?\"}\n{\"prompt\": 2}\n", to: "bad.jsonl").path
        let cases: [(instructions: String, options: [String], status: Int32, texts: [String])] = [
            ("/no/such/file.jsonl", [], 66, ["cannot read the instructions", "/no/such/file.jsonl"]),
            (bad, [], 65, ["bad.jsonl:2", "prompt is no text"]),
            (good, ["--ranker", "/no/such/folder"], 66, ["/no/such/folder"]),
            (good, ["--set", "responses.per_instruction=1"], 78, ["responses.per_instruction", "2 or more"]),
        ]
        for entry in cases {
            let result = try await program.run(arguments(entry.instructions, workspace) + entry.options)
            #expect(result.exitCode == entry.status, "\(entry.texts): \(result)")
            for text in entry.texts { #expect(result.standardError.contains(text), "\(text): \(result)") }
        }
    }
}
