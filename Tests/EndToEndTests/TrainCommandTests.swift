import Foundation
import Testing

/// `precis train` on a tiny random model, through the built binary.
@Suite(.serialized) struct TrainCommandTests {
    private static let model = Repository.file("Tests/LanguageModelTests/Fixtures/tiny-llama").path

    private func pairs(in folder: TemporaryFolder) throws -> String {
        let lines = (0..<8).map { index in
            """
            {"prompt":[{"role":"user","content":"question \(index)"}],\
            "chosen":[{"role":"assistant","content":"a good answer, number \(index)"}],\
            "rejected":[{"role":"assistant","content":"no \(index)"}]}
            """
        }
        let file = folder.url.appendingPathComponent("pairs.jsonl")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        return file.path
    }

    private func arguments(_ pairs: String, to folder: TemporaryFolder, _ more: [String] = []) -> [String] {
        ["train", "--model", Self.model, "--pairs", pairs, "--to", folder.url.appendingPathComponent("run").path] + more
    }

    private func file(_ folder: TemporaryFolder, _ name: String) throws -> Data {
        try Data(contentsOf: folder.url.appendingPathComponent("run/\(name)"))
    }

    /// Metrics of every update but for its speed.
    private func steps(_ folder: TemporaryFolder) throws -> [String] {
        String(decoding: try file(folder, "steps.jsonl"), as: UTF8.self).split(separator: "\n").map {
            String($0.replacing(/"tokens_per_second":[^,}]*/, with: ""))
        }
    }

    /// Updates made so far.
    private func updates(_ folder: TemporaryFolder) -> Int {
        ((try? file(folder, "steps.jsonl")) ?? Data()).count { $0 == UInt8(ascii: "\n") }
    }

    /// kill -9 at ten random moments of full training, and of an adapter's, ends with the same bytes as no kill.
    @Test(arguments: [("model/model.safetensors", [String]()), ("adapter/adapter_model.safetensors", ["--lora"])])
    func tenKillsChangeNoByte(weights: String, more: [String]) async throws {
        let program = try Program(product: "precis")
        let data = try TemporaryFolder()
        let pairs = try pairs(in: data)
        let options = more + [
            "--set", "num_epochs=150", "--set", "train_batch_size_per_device=2", "--set", "learning_rate=1e-4",
            "--set", "training.checkpoint_steps=1", "--set", "lora_config.lora_dropout=0.1", "--set", "lora_config.r=4",
        ]
        let whole = try TemporaryFolder()
        let uninterrupted = try await program.run(arguments(pairs, to: whole, options), timeout: .seconds(120))
        try #require(uninterrupted.exitCode == 0, "\(uninterrupted)")
        #expect(uninterrupted.standardOutput.split(separator: "\n").count == 600)

        let killed = try TemporaryFolder()
        let arguments = arguments(pairs, to: killed, options)
        var kills = 0
        for attempt in 0..<10 {
            let running = try program.start(arguments)
            // At a random update of each twelfth of the run, and a random moment within it.
            let update = 50 * attempt + Int.random(in: 1...45)
            while running.isRunning, updates(killed) < update { try await Task.sleep(for: .milliseconds(2)) }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...5_000)))
            if running.isRunning { kills += 1 }
            running.kill()
            _ = try? await running.result()
        }
        let finished = try await program.run(arguments, timeout: .seconds(120))
        #expect(finished.exitCode == 0, "\(finished)")
        #expect(kills == 10)
        #expect(try file(killed, weights) == file(whole, weights))
        #expect(try steps(killed) == steps(whole))
        #expect(!FileManager.default.fileExists(atPath: killed.url.appendingPathComponent("run/checkpoint").path))
    }

    @Test func whatIsDoneIsNotDoneAgainAndOtherRunsAreLeftAlone() async throws {
        let program = try Program(product: "precis")
        let folder = try TemporaryFolder()
        let pairs = try pairs(in: folder)
        let first = try await program.run(arguments(pairs, to: folder))
        #expect(first.exitCode == 0, "\(first)")
        let again = try await program.run(arguments(pairs, to: folder))
        #expect(again.exitCode == 0 && again.standardOutput.isEmpty, "\(again)")
        let other = try await program.run(arguments(pairs, to: folder, ["--set", "learning_rate=1"]))
        #expect(other.exitCode == 64 && other.standardError.contains("another model, other pairs or other settings"), "\(other)")
    }

    @Test func badPairsNameTheLine() async throws {
        let program = try Program(product: "precis")
        let folder = try TemporaryFolder()
        let good = try String(contentsOfFile: try pairs(in: folder), encoding: .utf8)
        let path = folder.url.appendingPathComponent("bad.jsonl").path
        try Data((good + "{\"prompt\": [], \"chosen\": 3}\n").utf8).write(to: URL(fileURLWithPath: path))
        let result = try await program.run(arguments(path, to: folder))
        #expect(result.exitCode == 65 && result.standardError.contains("bad.jsonl:9"), "\(result)")
        let missing = try await program.run(arguments(path + "x", to: folder))
        #expect(missing.exitCode == 66, "\(missing)")
    }
}
