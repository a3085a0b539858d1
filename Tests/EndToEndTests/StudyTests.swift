import Foundation
import Testing

/// Experiments as a user runs them: the real model and the real articles, a handful of them.
@Suite(.serialized) struct StudyTests {
    /// The smoke preset made smaller still.
    static let tiny = [
        "--preset", "smoke", "--set", "articles.train=4", "--set", "articles.development=3", "--set", "articles.test=4",
        "--set", "sampling.maximum_tokens=32", "--set", "num_epochs=2", "--set", "judge.calibration_articles=1",
    ]

    private func workspaceArguments(_ workspace: TemporaryFolder) -> [String] {
        ["--workspace", workspace.url.path]
    }

    private func export(_ workspace: TemporaryFolder) async throws -> String {
        let result = try await Program(product: "precis").run(["export", "pairs"] + workspaceArguments(workspace))
        #expect(result.exitCode == 0, "\(result)")
        return result.standardOutput
    }

    /// SHA-256 of every trained adapter's or model's weights, by folder name.
    private func weights(_ workspace: TemporaryFolder) throws -> [String: Data] {
        let folder = workspace.url.appendingPathComponent("weights")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).reduce(into: [:]) { found, name in
            let file = folder.appendingPathComponent(name).appendingPathComponent("adapter_model.safetensors")
            found[name] = try Data(contentsOf: file)
        }
    }

    /// A run killed at random moments and started again ends with the same adapter, to the byte, and the
    /// same pairs as one that was left alone; what was done is not done again.
    @Test func killedRunsContinueToTheSameBytes() async throws {
        let program = try Program(product: "lora-rank64")
        let options = Self.tiny + ["--set", "training.checkpoint_seconds=0"]
        let whole = try TemporaryFolder()
        let uninterrupted = try await program.run(["run"] + options + workspaceArguments(whole), timeout: .seconds(600))
        try #require(uninterrupted.exitCode == 0, "\(uninterrupted)")

        let killed = try TemporaryFolder()
        let arguments = ["run"] + options + workspaceArguments(killed)
        let seconds = uninterrupted.duration / .seconds(1)
        var kills = 0
        for attempt in 0..<4 {
            let running = try program.start(arguments)
            // Later attempts get further; the moment within the attempt is random.
            let share = (Double(attempt) + Double.random(in: 0.2...1)) / 5
            try await Task.sleep(for: .seconds(seconds * share))
            if running.isRunning { kills += 1 }
            running.kill()
            _ = try? await running.result()
        }
        #expect(kills > 0, "no run was killed")
        let finished = try await program.run(arguments, timeout: .seconds(600))
        #expect(finished.exitCode == 0, "\(finished)")
        let expected = try weights(whole)
        #expect(!expected.isEmpty)
        #expect(try weights(killed) == expected)
        let pairs = try await export(whole)
        #expect(!pairs.isEmpty)
        #expect(try await export(killed) == pairs)

        // Pairs built again from the same samples and judgements are the same bytes.
        let store = killed.url.appendingPathComponent("precis.sqlite").path
        let forgotten = try await Program(path: "/usr/bin/env").run([
            "python3", "-c",
            "import sqlite3,sys; d=sqlite3.connect(sys.argv[1]); d.execute('DELETE FROM pair'); "
                + "d.execute(\"DELETE FROM cell WHERE name = 'pairs'\"); d.commit()", store,
        ])
        #expect(forgotten.exitCode == 0, "\(forgotten)")

        let again = try await program.run(arguments, timeout: .seconds(600))
        #expect(again.exitCode == 0, "\(again)")
        #expect(again.standardError.components(separatedBy: "never run").count == 2, "only the pairs: \(again)")
        #expect(again.standardError.contains("[train") && again.standardError.contains("cached"), "\(again)")
        #expect(try await export(killed) == pairs)
    }

    /// Samples, judgements and evaluation rows do not depend on the number of threads; the cache, the report and what
    /// checks it, of the same run.
    @Test func baselineReportAndVerify() async throws {
        let workspace = try TemporaryFolder()
        let program = try Program(product: "baseline")
        // Less room than the longest articles need.
        let options = Self.tiny + ["--set", "context_length=200"]
        let run = try await program.run(
            ["run", "--threads", "1"] + options + workspaceArguments(workspace), timeout: .seconds(600))
        try #require(run.exitCode == 0, "\(run)")
        #expect(run.standardOutput.contains("articles have 5 questions"))
        #expect(run.standardOutput.contains("articles are cut to fit the prompt"))
        // Three development articles give too few questions to tune on.
        #expect(run.standardOutput.contains("standard thresholds, not tuned on this study's articles"))

        try await CacheCheck(workspace: workspace, options: options).changedInputsMissAndOtherSpellingsHit()

        let other = try TemporaryFolder()
        let threaded = try await program.run(
            ["run", "--threads", "2"] + options + workspaceArguments(other), timeout: .seconds(600))
        try #require(threaded.exitCode == 0, "\(threaded)")
        let precis = try Program(product: "precis")
        func results(_ workspace: TemporaryFolder) async throws -> String {
            try await precis.run(["export", "results"] + workspaceArguments(workspace)).standardOutput
        }
        let rows = try await results(workspace)
        #expect(rows.contains("lead-2") && rows.contains("original"))
        #expect(try await results(other) == rows)

        let report = try await Program(product: "report").run(workspaceArguments(workspace), timeout: .seconds(120))
        #expect(report.exitCode == 0, "\(report)")
        let path = String(try #require(report.standardOutput.split(separator: "\n").last))
        let html = try String(contentsOfFile: path, encoding: .utf8)
        #expect(html.contains("Original model") && html.contains("First 2 sentences"))
        #expect(html.contains("Prompts for summaries hold only the beginning of"))
        #expect(html.contains("id=\"judge-rule\"") && html.contains("Answers the judge could not give: none of"))
        // One row per system and article: original, three prompts, three leads, best of n.
        let csv = try String(
            contentsOf: URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("results.csv"),
            encoding: .utf8)
        let lines = csv.split(separator: "\n").dropFirst()
        #expect(!lines.isEmpty && lines.count.isMultiple(of: 8), "\(csv)")
        let checked = try await Program(path: "/usr/bin/env").run([
            "python3", Repository.file("Tests/verify_results.py").path,
            URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("results.csv").path,
            "--against", URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("results.json").path,
        ])
        #expect(checked.exitCode == 0, "\(checked)")
        // Six texts that game the metric; the judge's readings: see `Study.calibrateJudge`.
        #expect(checked.standardOutput.contains("6 texts that game the metric and"), "\(checked)")
        #expect(html.utf8.count < 2_000_000)

        // What the experiment measured of the judge is shown, not measured again.
        let calibration = try await precis.run(
            ["calibrate", "--threads", "2"] + options + workspaceArguments(workspace), timeout: .seconds(300))
        #expect(calibration.exitCode == 0, "\(calibration)")
        #expect(calibration.standardError.contains("[calibrate the judge] cached"), "\(calibration)")
        #expect(calibration.standardError.contains("[tune the judge's rule] cached"), "\(calibration)")
        for row in ["| full article | the judge, every candidate | test |", "| best sample | the judge | test |", "| the statement alone | asked | test |"] {
            #expect(calibration.standardOutput.contains(row), "\(row): \(calibration)")
        }

        #expect(try await precis.run(["verify"] + workspaceArguments(workspace)).exitCode == 0)
        let store = workspace.url.appendingPathComponent("precis.sqlite").path
        let change = try await Program(path: "/usr/bin/env").run([
            "python3", "-c",
            "import sqlite3,sys; d=sqlite3.connect(sys.argv[1]); d.execute('UPDATE evaluationRow SET words = words + 1 WHERE rowid = (SELECT min(rowid) FROM evaluationRow)'); d.commit()",
            store,
        ])
        #expect(change.exitCode == 0, "\(change)")
        let verified = try await precis.run(["verify"] + workspaceArguments(workspace))
        #expect(verified.exitCode == 3, "\(verified)")
    }

    @Test func planRunsNothing() async throws {
        let workspace = try TemporaryFolder()
        let plan = try await Program(product: "beta-sweep").run(
            ["plan"] + Self.tiny + workspaceArguments(workspace), timeout: .seconds(120))
        #expect(plan.exitCode == 0, "\(plan)")
        #expect(plan.standardOutput.contains("never run"))
        #expect(plan.standardOutput.contains("steps would run"))
        #expect(!FileManager.default.fileExists(atPath: workspace.url.appendingPathComponent("precis.sqlite").path))
    }
}

/// Broken inputs: a clear error, the documented exit code, nothing left behind.
@Suite struct BrokenInputTests {
    private func run(_ arguments: [String]) async throws -> ProgramResult {
        let workspace = try TemporaryFolder()
        return try await Program(product: "baseline").run(
            ["run", "--preset", "smoke", "--workspace", workspace.url.path] + arguments, timeout: .seconds(120))
    }

    @Test func truncatedGGUF() async throws {
        let folder = try TemporaryFolder()
        let whole = try FileHandle(forReadingFrom: Repository.cache.appendingPathComponent("SmolLM2-135M-Instruct.Q4_1.gguf"))
        let start = try #require(try whole.read(upToCount: 1 << 20))
        let path = try folder.write(start, to: "cut.gguf").path
        let result = try await run(["--model", path])
        #expect(result.exitCode == 65, "\(result)")
        #expect(result.standardError.contains("cut.gguf"))
    }

    @Test func malformedJSONLine() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("{\"article\": \"One two three.\"}\n{\"article\": oops}\n", to: "news.jsonl").path
        let result = try await run(["--articles", path])
        #expect(result.exitCode == 65, "\(result)")
        #expect(result.standardError.contains("news.jsonl:2"))
    }

    @Test func unknownPreset() async throws {
        let result = try await Program(product: "baseline").run(["run", "--preset", "enormous"])
        #expect(result.exitCode == 64, "\(result)")
        #expect(result.standardError.contains("enormous"))
    }

    @Test func missingModel() async throws {
        let result = try await run(["--model", "/nowhere/model.gguf"])
        #expect(result.exitCode == 66, "\(result)")
    }

    @Test func wrongConfigurationIsReportedAllAtOnce() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "task: preference_tuning\npreference_tuning_config:\n  betta: 0.1\nlearning_rate: fast\nsampling:\n  top_p: 2\n",
            to: "study.yaml"
        ).path
        let result = try await run(["--config", path])
        #expect(result.exitCode == 78, "\(result)")
        for part in ["study.yaml:3", "did you mean preference_tuning_config.beta", "study.yaml:4", "study.yaml:6"] {
            #expect(result.standardError.contains(part), "\(part): \(result)")
        }
    }

    /// The study's own YAML is accepted as it stands.
    @Test func theStudysConfigurationIsAccepted() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            """
            task: "preference_tuning"
            preference_tuning_config:
              beta: 0.03
              logprob_processor_scaling_config:
                custom_resources:
                  accelerator_type:A10G: 1
                concurrency: 2
                batch_size: 2
            learning_rate: 1e-7
            num_epochs: 1
            """, to: "study.yaml"
        ).path
        let result = try await Program(product: "baseline").run(["settings", "--config", path])
        #expect(result.exitCode == 0, "\(result)")
        #expect(result.standardOutput.contains("preference_tuning_config.beta: 0.03"))
    }

    @Test func unwritableWorkspace() async throws {
        let result = try await Program(product: "baseline").run(["run", "--preset", "smoke", "--workspace", "/proc/nothing"])
        #expect(result.exitCode == 73, "\(result)")
    }
}
