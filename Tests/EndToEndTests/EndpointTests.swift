import Foundation
import Testing

/// Remote models through the built programs.
@Suite(.serialized) struct EndpointTests {
    /// Digests of the requests that the server answered.
    private func answered(_ log: URL) -> [String] {
        ((try? String(contentsOf: log, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }

    /// kill -9 in the middle of the calls, and again: the next run makes the calls that were not kept and no other,
    /// and the key is written nowhere.
    @Test func killedCallsAreNotPaidTwice() async throws {
        let folder = try TemporaryFolder()
        let log = folder.url.appendingPathComponent("calls")
        let server = try Program(path: "/usr/bin/env").start([
            "python3", Repository.file("Tests/EndToEndTests/Servers/slow_completions.py").path, log.path, "0.25",
        ])
        try await server.wait(for: "\n")
        let port = server.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
        let key = "sk-test-\(UUID().uuidString)"
        let workspace = folder.url.appendingPathComponent("workspace")
        let arguments =
            ["run", "--workspace", workspace.path, "--baseline", "openai:slow@http://127.0.0.1:\(port)/v1", "--endpoint-concurrency", "2"]
            + StudyTests.tiny + ["--set", "articles.test=8"]
        let program = try Program(product: "baseline")
        var outputs = ""
        for least in [5, 12] {
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
        let finished = try await program.run(arguments, environment: ["OPENAI_API_KEY": key], timeout: .seconds(600))
        try #require(finished.exitCode == 0, "\(finished)")
        outputs += finished.standardOutput + finished.standardError

        let calls = Dictionary(answered(log).map { ($0, 1) }, uniquingKeysWith: +)
        #expect(calls.count == 24, "three summaries of eight articles")
        // A kill can hit the calls under way, of which there were two: answered, but not kept.
        #expect(calls.values.allSatisfy { $0 <= 3 } && calls.values.reduce(0, +) - calls.count <= 4)

        let before = answered(log).count
        let again = try await program.run(arguments, environment: ["OPENAI_API_KEY": key], timeout: .seconds(600))
        #expect(again.exitCode == 0 && answered(log).count == before, "\(again)")
        outputs += again.standardOutput + again.standardError

        #expect(!outputs.contains(key))
        for name in try FileManager.default.subpathsOfDirectory(atPath: workspace.path) {
            let contents = FileManager.default.contents(atPath: workspace.appendingPathComponent(name).path) ?? Data()
            #expect(contents.range(of: Data(key.utf8)) == nil, "\(name)")
        }
        let results = try await Program(product: "precis").run(["export", "results", "--workspace", workspace.path])
        for sentences in 2...4 { #expect(results.standardOutput.contains("endpoint-slow-\(sentences)")) }
    }
}
