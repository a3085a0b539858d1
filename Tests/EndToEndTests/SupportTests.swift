import Foundation
import Testing

/// The harness itself: a test that relies on it must be able to fail.
struct SupportTests {
    private let sh = Program(path: "/bin/sh")

    @Test func outputAndExitCodeAreKeptApart() async throws {
        let result = try await sh.run(["-c", "echo out; echo err >&2; exit 75"])
        #expect(result.exitCode == 75)
        #expect(result.standardOutput == "out\n" && result.standardError == "err\n")
    }

    @Test func argumentsAreNotSplitOrExpanded() async throws {
        let result = try await Program(path: "/usr/bin/printf").run(["%s|", "a b", "$HOME", "*"])
        #expect(result.standardOutput == "a b|$HOME|*|")
    }

    @Test func environmentAndFolderAreSet() async throws {
        let folder = try TemporaryFolder()
        let result = try await sh.run(
            ["-c", "echo \"$PRECIS_PROBE ${HOME-unset}\"; pwd -P; cat"],
            environment: ["PRECIS_PROBE": "yes", "HOME": nil], in: folder.url)
        #expect(
            result.standardOutput == "yes unset\n\(folder.url.resolvingSymlinksInPath().path)\n", "standard input is empty")
    }

    @Test func moreOutputThanAPipeHolds() async throws {
        let result = try await sh.run(["-c", "i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done"])
        #expect(result.standardOutput.utf8.count == 220_000)
    }

    @Test func aHangingProgramIsKilled() async throws {
        let program = try sh.start(["-c", "trap '' TERM INT; echo ready; while :; do sleep 1; done"])
        try await program.wait(for: "ready")
        await #expect(throws: ProgramError.self) { try await program.result(timeout: .milliseconds(100)) }
        #expect(!program.isRunning)
    }

    @Test func signalsArrive() async throws {
        let program = try sh.start(["-c", "trap 'exit 130' INT; echo ready; while :; do sleep 0.05; done"])
        try await program.wait(for: "ready")
        program.interrupt()
        #expect(try await program.result(timeout: .seconds(10)).exitCode == 130)

        let killed = try sh.start(["-c", "echo ready; sleep 60"])
        try await killed.wait(for: "ready")
        killed.kill()
        #expect(try await killed.result(timeout: .seconds(10)).ending == .killed(signal: SIGKILL))
    }

    @Test func waitingForWhatNeverComesFails() async throws {
        let program = try sh.start(["-c", "echo other"])
        await #expect(throws: ProgramError.self) { try await program.wait(for: "never") }
    }

    @Test func whatIsNotThereCannotStart() async throws {
        await #expect(throws: ProgramError.self) { try await Program(path: "/no/such/program").run() }
    }

    @Test func temporaryFoldersGo() throws {
        var folder: TemporaryFolder? = try TemporaryFolder()
        let file = try #require(folder).write("x", to: "a/b.txt")
        #expect(FileManager.default.fileExists(atPath: file.path))
        folder = nil
        #expect(!FileManager.default.fileExists(atPath: file.path))
    }
}
