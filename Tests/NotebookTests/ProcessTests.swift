import Foundation
import Notebook
import Testing

/// What happens to a workspace when processes end or meet; each test runs a part of itself in a child process.
@Suite("Processes")
struct ProcessTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Stores 40 samples one by one, those that are missing, and is killed after `stopAt` of them.
    static func sample(_ workspace: String, stopAt: Int? = nil) async throws -> String {
        let store = try Store(workspace: URL(fileURLWithPath: workspace), access: .readWrite)
        let clock = ManualClock()
        let notebook = try makeNotebook(store, clock: clock)
        return try await notebook.run {
            try await notebook.cell("sample", inputs: ["seed": 21]) { cell in
                let present = try store.sampleIndices(setKey: cell.key.hex)["a"] ?? []
                let progress = try cell.progress(total: 40, completed: present.count)
                for index in 0..<40 where !present.contains(index) {
                    let text = "summary \(index)"
                    try store.save(samples: [
                        SampleRecord(
                            setKey: cell.key.hex, articleID: "a", sampleIndex: index, tokens: [Int32(index)], text: text,
                            words: 2, finishReason: "endOfTurn", logProbability: -Double(index))
                    ])
                    clock.advance(seconds: 2)
                    try progress.advance()
                    if index + 1 == stopAt { kill(getpid(), SIGKILL) }
                }
                return cell.reason
            }
        }
    }

    @Test("a killed run continues when started again, and ends like one that was not killed")
    func killedRun() async throws {
        let path = folder.url.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            _ = try await ProcessTests.sample(path, stopAt: 13)
        }
        do {
            let store = try Store(workspace: folder.url, access: .readOnly)
            #expect(try store.runs().map(\.state) == [.running], "it had no chance to say otherwise")
            #expect(!store.isBeingWritten)
        }
        #expect(try await Self.sample(path) == "resumed: 13 of 40 present")

        let whole = try TemporaryFolder()
        _ = try await Self.sample(whole.url.path)
        let resumed = try Store(workspace: folder.url, access: .readOnly)
        let uninterrupted = try Store(workspace: whole.url, access: .readOnly)
        let run = try #require(try resumed.runs().first)
        #expect(run.state == .done)
        #expect(try resumed.sessions(runID: run.id).map(\.state) == [.interrupted, .done])
        let cell = try #require(try resumed.cells(runID: run.id).first)
        let expected = try #require(try uninterrupted.cells(runID: run.id).first)
        #expect(cell.key == expected.key && cell.seconds == expected.seconds && cell.completed == 40)
        let samples = try resumed.samples(setKey: cell.key)
        #expect(samples.count == 40)
        #expect(try samples == uninterrupted.samples(setKey: cell.key))
    }

    @Test("a second process cannot write, and can read")
    func lock() async throws {
        let store = try Store(workspace: folder.url, access: .readWrite)
        let notebook = try makeNotebook(store)
        let (path, runID) = (folder.url.path, notebook.runID)
        await #expect(processExitsWith: .exitCode(ExitStatus.cannotWrite.rawValue)) { [path = path as String, runID = runID as String] in
            let workspace = URL(fileURLWithPath: path)
            let reader = try Store(workspace: workspace, access: .readOnly)
            guard try reader.runs().map(\.id) == [runID], reader.isBeingWritten else { exit(1) }
            do {
                _ = try Store(workspace: workspace, access: .readWrite)
            } catch {
                exit(FailureReport(error).exitStatus.rawValue)
            }
        }
    }

    @Test("the first signal lets the unit at hand finish")
    func firstSignal() async throws {
        let path = folder.url.path
        await #expect(processExitsWith: .exitCode(130)) { [path = path as String] in
            Interruption.handleSignals()
            let store = try Store(workspace: URL(fileURLWithPath: path), access: .readWrite)
            let notebook = try makeNotebook(store, interruption: .signals)
            do {
                try await notebook.run {
                    try await notebook.cell("work", inputs: [:]) { cell in
                        await signalProcess(SIGINT)
                        cell.show("the unit at hand")
                        try cell.checkInterruption()
                    }
                }
            } catch {
                exit(FailureReport(error).exitStatus.rawValue)
            }
        }
        let store = try Store(workspace: folder.url, access: .readOnly)
        let run = try #require(try store.runs().first)
        #expect(run.state == .interrupted)
        #expect(try store.cells(runID: run.id).map(\.output) == ["the unit at hand"])
    }

    @Test func theSecondSignalEndsTheProcess() async {
        await #expect(processExitsWith: .exitCode(130)) {
            Interruption.handleSignals()
            await signalProcess(SIGINT)
            kill(getpid(), SIGINT)
            try await Task.sleep(for: .seconds(10))
            exit(1)
        }
        await #expect(processExitsWith: .exitCode(143)) {
            Interruption.handleSignals()
            await signalProcess(SIGTERM)
            kill(getpid(), SIGTERM)
            try await Task.sleep(for: .seconds(10))
            exit(1)
        }
    }
}

/// Sends this process a signal and waits until it has arrived. `raise` would not do: the threads that run
/// tasks block signals.
private func signalProcess(_ signal: Int32) async {
    kill(getpid(), signal)
    while !Interruption.signals.isRequested { await Task.yield() }
}
