import Foundation
import Testing

/// A run and the people at its terminals.
struct InterruptionTests {
    private func start(_ workspace: TemporaryFolder, environment: [String: String?] = [:]) throws -> RunningProgram {
        try Program(product: "baseline").start(
            ["run", "--workspace", workspace.url.path] + StudyTests.tiny, environment: environment)
    }

    private func status(_ workspace: TemporaryFolder) async throws -> [String: Any] {
        let result = try await Program(product: "precis").run(["status", "--json", "--workspace", workspace.url.path])
        try #require(result.exitCode == 0, "\(result)")
        return try #require(JSONSerialization.jsonObject(with: Data(result.standardOutput.utf8)) as? [String: Any])
    }

    @Test("a second terminal sees the run; Ctrl-C stops it so that it can go on")
    func statusAndInterrupt() async throws {
        let workspace = try TemporaryFolder()
        let run = try start(workspace, environment: ["NO_COLOR": "1"])
        try await run.wait(for: "[questions]", timeout: .seconds(120))
        #expect(try await status(workspace)["state"] as? String == "running")
        run.interrupt()
        let result = try await run.result(timeout: .seconds(120))
        #expect(result.exitCode == 130, "\(result)")
        #expect(result.standardError.contains("run the same command to continue"))
        #expect(!result.standardError.contains("\u{1B}") && !result.standardOutput.contains("\u{1B}"))
        #expect(try await status(workspace)["state"] as? String == "interrupted")
    }

    @Test("Ctrl-C twice does not wait for the unit at hand")
    func interruptTwice() async throws {
        let workspace = try TemporaryFolder()
        let run = try start(workspace)
        try await run.wait(for: "[questions]", timeout: .seconds(120))
        run.interrupt()
        try await run.wait(for: "once more to stop now")
        run.interrupt()
        #expect(try await run.result(timeout: .seconds(20)).exitCode == 130)
    }
}
