import Foundation
import Testing

/// Remote models through the built programs.
@Suite(.serialized) struct EndpointTests {
    /// Digests of the requests that a server of `study_completions.py` answered, in order.
    private func answered(_ log: URL) -> [String] {
        ((try? String(contentsOf: log, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }

    private func studyServer(_ log: URL, secondsPerCall: Double) async throws -> (server: RunningProgram, url: String) {
        let server = try Program(path: "/usr/bin/env").start([
            "python3", Repository.file("Tests/EndToEndTests/Servers/study_completions.py").path, log.path, "\(secondsPerCall)",
        ])
        try await server.wait(for: "\n")
        return (server, "http://127.0.0.1:\(server.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines))/v1")
    }

    /// kill -9 in the middle of 200 calls, and again: the next run makes the calls that were not kept and no other,
    /// and the key is written nowhere.
    @Test func killedCallsAreNotPaidTwice() async throws {
        let folder = try TemporaryFolder()
        let log = folder.url.appendingPathComponent("calls")
        let (server, url) = try await studyServer(log, secondsPerCall: 0.1)
        defer { server.kill() }
        let key = "sk-test-\(UUID().uuidString)"
        let workspace = folder.url.appendingPathComponent("workspace")
        let model = "openai:study@\(url)"
        // A call for the questions of each article, before anything else is done.
        let arguments = ["run", "--workspace", workspace.path, "--judge", model, "--baseline", model, "--endpoint-concurrency", "4"]
            + StudyTests.tiny
            + [
                "articles.train=197", "articles.development=1", "articles.test=2", "articles.development_share=0.05",
                "articles.test_share=0.05", "articles.maximum_words=2000",
            ].flatMap { ["--set", $0] }
        let program = try Program(product: "baseline")
        var outputs = ""
        for least in [60, 130] {
            let run = try program.start(arguments, environment: ["OPENAI_API_KEY": key])
            let deadline = ContinuousClock.now + .seconds(300)
            while answered(log).count < least, run.isRunning, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(run.isRunning, "the run ended before it was killed: \(run.standardError)")
            run.kill()
            let result = try await run.result()
            outputs += result.standardOutput + result.standardError
        }
        let kept = try await StoredAnswers.count(in: workspace)
        let before = answered(log).count
        // A kill hits the calls under way, of which there were four: answered, but not kept.
        #expect(kept >= 130 - 8 && kept <= before && before - kept <= 8 && before < 200)

        let finished = try await program.run(arguments, environment: ["OPENAI_API_KEY": key], timeout: .seconds(600))
        try #require(finished.exitCode == 0, "\(finished)")
        outputs += finished.standardOutput + finished.standardError
        #expect(finished.standardOutput.contains("200 of 200 articles have 5 questions"))
        let calls = Set(answered(log)).count
        #expect(answered(log).count - before == calls - kept, "exactly the missing calls")
        #expect(try await StoredAnswers.count(in: workspace) == calls)

        let again = try await program.run(arguments, environment: ["OPENAI_API_KEY": key], timeout: .seconds(600))
        #expect(again.exitCode == 0 && answered(log).count - before == calls - kept, "\(again)")
        outputs += again.standardOutput + again.standardError

        try expectNowhere(key, in: workspace, outputs + server.standardOutput + server.standardError)
        let results = try await Program(product: "precis").run(["export", "results", "--workspace", workspace.path])
        for sentences in 2...4 { #expect(results.standardOutput.contains("endpoint-study-\(sentences)")) }
    }

    /// A remote baseline is measured by every experiment on articles, not only by the one that is named after baselines.
    @Test func everyExperimentTakesABaseline() async throws {
        let folder = try TemporaryFolder()
        let (server, url) = try await studyServer(folder.url.appendingPathComponent("calls"), secondsPerCall: 0)
        defer { server.kill() }
        for experiment in ["baseline", "beta-sweep", "sft", "lora-rank64", "iteration2"] {
            let plan = try await Program(product: experiment).run(
                ["plan", "--workspace", folder.url.appendingPathComponent("workspace").path, "--baseline", "openai:study@\(url)"] + StudyTests.tiny)
            #expect(plan.exitCode == 0)
            for sentences in 2...4 {
                #expect(plan.standardOutput.contains("with study, \(sentences) sentences"), "\(experiment): \(plan)")
            }
        }
        let refused = try await Program(product: "pairrm").run(
            ["plan", "--workspace", folder.url.appendingPathComponent("workspace").path, "--baseline", "openai:study@\(url)"])
        #expect(refused.exitCode == 64 && refused.standardError.contains("--baseline"), "\(refused)")
    }
}

/// What a workspace keeps of an endpoint's answers.
enum StoredAnswers {
    /// Answered requests; fails where one is kept twice.
    static func count(in workspace: URL) async throws -> Int {
        let rows = try await query("SELECT COUNT(*), COUNT(DISTINCT requestKey) FROM endpointAnswer", in: workspace)
        let counts = rows.split(separator: " ").compactMap { Int($0) }
        try #require(counts.count == 2)
        #expect(counts[0] == counts[1])
        return counts[0]
    }

    /// The first row of an SQL query's answer, its values parted by blanks.
    static func query(_ statement: String, in workspace: URL) async throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: workspace.path)
        let file = try #require(names.first { $0.hasSuffix(".sqlite") })
        let script = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone())"
        let result = try await Program(path: "/usr/bin/env").run(
            ["python3", "-c", script, workspace.appendingPathComponent(file).path, statement])
        try #require(result.exitCode == 0, "\(result)")
        return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// Fails where `secret` stands in a file of the folder or in what programs wrote.
func expectNowhere(_ secret: String, in folder: URL, _ outputs: String) throws {
    #expect(!outputs.contains(secret))
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    #expect(!names.isEmpty && !names.contains { $0.contains(secret) })
    for name in names {
        let contents = FileManager.default.contents(atPath: folder.appendingPathComponent(name).path) ?? Data()
        #expect(contents.range(of: Data(secret.utf8)) == nil, "\(name)")
    }
}
