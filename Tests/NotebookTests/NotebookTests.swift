import Foundation
import Notebook
import Testing

@Suite("Notebook")
struct NotebookTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(workspace: folder.url, access: .readWrite)
    }

    @Test func theSameSettingsAreTheSameRun() throws {
        let first = try makeNotebook(store, settings: ["seed": 21, "beta": 0.1])
        let again = try makeNotebook(store, settings: ["beta": 0.10, "seed": 21.0])
        let other = try makeNotebook(store, settings: ["seed": 22, "beta": 0.1])
        #expect(first.runID == again.runID)
        #expect(first.runID != other.runID)
        #expect(first.runID.wholeMatch(of: /baseline-[0-9a-f]{6}/) != nil)
        #expect(try store.sessions(runID: first.runID).map(\.number) == [1, 2])
        let run = try #require(try store.run(id: first.runID))
        #expect(run.provenance == .fixture && run.preset == "quick" && run.source == "// %%\n")
    }

    @Test func reasonsSayWhyACellRuns() async throws {
        func run(_ inputs: [String: KeyValue], version: Int = 1, seed: Int = 21) async throws -> (String, Bool) {
            let notebook = try makeNotebook(store, settings: ["seed": .int(seed)])
            return try await notebook.run {
                try await notebook.cell("train", version: version, inputs: inputs) { ($0.reason, $0.isCached) }
            }
        }
        #expect(try await run(["rate": 1e-5]) == ("never run", false))
        #expect(try await run(["rate": 0.00001]) == ("cached", true))
        #expect(try await run(["rate": 2e-5]) == ("input rate changed 1e-5 -> 2e-5", false))
        #expect(try await run(["rate": 2e-5], version: 2) == ("step version changed 1 -> 2", false))
        #expect(try await run(["rate": 2e-5, "topP": 0.9], version: 2) == ("input topP added (0.9)", false))
        let (reason, isCached) = try await run(["rate": 2e-5, "topP": 0.9], version: 2, seed: 22)
        #expect(isCached && reason.hasPrefix("cached: computed in run baseline-"))
    }

    @Test("a stopped cell continues, and its time adds up")
    func resume() async throws {
        let clock = ManualClock()
        let interruption = Interruption()
        var done = 0
        func run(_ interruption: Interruption, stopAt: Int) async throws -> String {
            let notebook = try makeNotebook(store, interruption: interruption, clock: clock)
            return try await notebook.run {
                try await notebook.cell("sample", inputs: ["n": 960]) { cell in
                    let progress = try cell.progress(total: 960, completed: done)
                    while done < 960 {
                        try cell.checkInterruption()
                        clock.advance(seconds: 2)
                        done += 1
                        try progress.advance()
                        if done == stopAt { interruption.request() }
                    }
                    return cell.reason
                }
            }
        }
        await #expect(throws: Interrupted.self) { try await run(interruption, stopAt: 312) }
        let stopped = try #require(try store.runs().first)
        #expect(stopped.state == .interrupted)
        let cell = try #require(try store.cells(runID: stopped.id).first)
        #expect(cell.state == .interrupted && cell.completed == 312 && cell.total == 960 && cell.seconds == 624)

        clock.advance(seconds: 1000)  // The pause is not work.
        #expect(try await run(Interruption(), stopAt: -1) == "resumed: 312 of 960 present")
        let finished = try #require(try store.cells(runID: stopped.id).first)
        #expect(finished.state == .done && finished.completed == 960 && finished.seconds == 1920)
        #expect(finished.startedAt == cell.startedAt)
        #expect(try store.run(id: stopped.id)?.state == .done)
        #expect(try store.sessions(runID: stopped.id).map(\.state) == [.interrupted, .done])

        #expect(try await run(Interruption(), stopAt: -1) == "cached")
        let rerun = try #require(try store.cells(runID: stopped.id).first)
        #expect(rerun.seconds == 1920, "a cached cell costs what it cost")
    }

    @Test func failuresAreRecorded() async throws {
        struct Broken: Error {}
        let transcript = Transcript()
        let notebook = try makeNotebook(store, transcript: transcript, format: .json)
        await #expect(throws: Broken.self) {
            try await notebook.run { try await notebook.cell("judge", inputs: [:]) { _ in throw Broken() } }
        }
        #expect(try store.cells(runID: notebook.runID).map(\.state) == [.failed])
        #expect(try store.run(id: notebook.runID)?.state == .failed)
        #expect(transcript.output.contains(#""exit_code":70,"#))

        let again = try makeNotebook(store)
        let incomplete = UserFailure("3 articles are left", why: "the endpoint was busy", exitStatus: .incomplete)
        await #expect(throws: UserFailure.self) {
            try await again.run {
                try await again.cell("judge", inputs: [:]) { cell in
                    #expect(cell.reason == "failed before: trying again")
                    throw incomplete
                }
            }
        }
        #expect(try store.run(id: notebook.runID)?.state == .incomplete)
    }

    @Test("cells that a finished run no longer has are forgotten; outputs are kept in order")
    func cells() async throws {
        let transcript = Transcript()
        let first = try makeNotebook(store, transcript: transcript)
        try await first.run {
            try await first.cell("old", inputs: [:]) { $0.show("gone") }
            try await first.cell("kept", inputs: [:], line: 7) { cell in
                cell.show("| a |\n|---|")
                cell.show("text\u{0}")
            }
        }
        #expect(transcript.output == "gone\n| a |\n|---|\ntext\u{2400}\n", "control characters are shown as pictures")
        #expect(try store.cells(runID: first.runID).last?.output == "| a |\n|---|\n\ntext\u{0}", "and stored as they are")
        let second = try makeNotebook(store)
        try await second.run {
            try await second.cell("kept", inputs: [:], line: 9) { $0.show("new output") }
        }
        let cells = try store.cells(runID: first.runID)
        #expect(cells.map(\.name) == ["kept"])
        #expect(cells.map(\.line) == [9])
        #expect(cells.map(\.output) == ["new output"])
    }

    @Test func aNameIsUsedOnce() async throws {
        let notebook = try makeNotebook(store)
        try await notebook.cell("train", inputs: [:]) { _ in }
        let error = await #expect(throws: UserFailure.self) {
            try await notebook.cell("train", inputs: ["beta": 0.1]) { _ in }
        }
        #expect(error?.exitStatus == .internalError)
    }

    @Test("a watcher gets JSON lines and nothing else on standard output")
    func jsonLines() async throws {
        let transcript = Transcript()
        let notebook = try makeNotebook(store, transcript: transcript, format: .json)
        try await notebook.run {
            try await notebook.cell("train", inputs: ["beta": 0.1]) { cell in
                cell.metric("training", step: 3, ["loss": 0.5, "grad_norm": .nan])
                cell.show("**shown**")
                notebook.console.warning("careful")
                notebook.console.send(.checkpoint(name: "train", path: "weights/1.safetensors"))
            }
        }
        let again = try makeNotebook(store, transcript: transcript, format: .json)
        try await again.run { try await again.cell("train", inputs: ["beta": 0.1]) { _ in } }
        let lines = try transcript.output.split(separator: "\n").map {
            try JSONDecoder().decode([String: KeyValue].self, from: Data($0.utf8))
        }
        #expect(
            lines.map { $0["event"] } == [
                "step_started", "metric", "warning", "checkpoint", "step_done", "done", "step_cached", "step_done",
                "done",
            ])
        let key = ContentKey(step: "train", version: 1, inputs: ["beta": 0.1]).hex
        #expect(lines[0]["key"] == .string(key) && lines[0]["reason"] == "never run")
        #expect(lines[1]["values"] == ["loss": 0.5, "grad_norm": nil])
        #expect(lines[5]["exit_code"] == 0 && lines[5]["state"] == "done")
        #expect(transcript.error.contains("**shown**"))
    }

    @Test("runs are found by an unambiguous start of their name")
    func matching() throws {
        let first = try makeNotebook(store, settings: ["seed": 1])
        _ = try makeNotebook(store, settings: ["seed": 2])
        #expect(try store.run(matching: first.runID).id == first.runID)
        #expect(try store.run(matching: String(first.runID.dropLast(1))).id == first.runID)
        for prefix in ["baseline", "none"] {
            let error = #expect(throws: UserFailure.self) { try store.run(matching: prefix) }
            #expect(error?.exitStatus == .missingInput)
        }
    }
}

@Suite("Plans and audits")
struct PlanTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(workspace: folder.url, access: .readWrite)
    }

    @Test("estimates come from the latest finished step of the name, of the same experiment first")
    func estimates() async throws {
        func finish(_ experiment: String, seconds: Double, total: Int, seed: Int) async throws {
            let clock = ManualClock()
            let notebook = try makeNotebook(store, experiment: experiment, settings: ["seed": .int(seed)], clock: clock)
            try await notebook.run {
                try await notebook.cell("sample", inputs: ["seed": .int(seed)]) { cell in
                    let progress = try cell.progress(total: total)
                    clock.advance(seconds: seconds)
                    try progress.advance(by: total)
                }
            }
        }
        func plan(_ experiment: String) throws -> CellPlan {
            try store.plan(experiment: experiment, runID: nil, name: "sample", version: 1, inputs: ["seed": 99])
        }
        #expect(try plan("sft").earlierSeconds == nil)
        try await finish("baseline", seconds: 30, total: 60, seed: 1)
        #expect(try plan("sft").earlierSecondsPerUnit == 0.5)
        #expect(try plan("sft").reason == "never run")
        try await finish("sft", seconds: 40, total: 10, seed: 2)
        #expect(try plan("sft").earlierSecondsPerUnit == 4)
        #expect(try plan("baseline").earlierSeconds == 30)
        #expect(try plan("baseline").reason == "input seed changed 1 -> 99")
        #expect(try store.runs().count == 2, "a plan starts nothing")
    }

    @Test func aFinishedRunIsWholeInOneFile() async throws {
        let notebook = try makeNotebook(store)
        try await notebook.run { try await notebook.cell("work", inputs: [:]) { $0.show("shown") } }
        let other = try TemporaryFolder()
        try FileManager.default.copyItem(at: folder.store, to: other.store)
        let copy = try Store(workspace: other.url, access: .readOnly)
        #expect(try copy.cells(runID: notebook.runID).map(\.output) == ["shown"])
    }

    @Test("a store in a folder that may not be written can be read", .enabled(if: getuid() != 0))
    func readOnlyFolder() async throws {
        let notebook = try makeNotebook(store)
        try await notebook.run {}
        let other = try TemporaryFolder()
        try FileManager.default.copyItem(at: folder.store, to: other.store)
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: other.url.path)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: other.url.path) }
        #expect(try Store(workspace: other.url, access: .readOnly).runs().map(\.id) == [notebook.runID])
        let error = #expect(throws: StoreError.self) { try Store(workspace: other.url, access: .readWrite) }
        #expect(error?.kind == .notWritable)
    }

    @Test func weightsAreComparedWithTheirHash() throws {
        let file = folder.url.appendingPathComponent("model.safetensors")
        try Data("abc".utf8).write(to: file)
        // SHA-256 of "abc", FIPS 180-2, appendix B.1.
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        try store.save(
            training: TrainingRecord(
                key: "t", experiment: "sft", label: "sft", settings: [:], state: .done, seconds: 1,
                weightsPath: "model.safetensors", weightsHash: hash))
        #expect(try store.auditWeights().findings.isEmpty)
        #expect(try store.auditWeights().checkedCount == 1)
        try Data("abd".utf8).write(to: file)
        #expect(try store.auditWeights().findings.count == 1)
        try FileManager.default.removeItem(at: file)
        #expect(try store.auditWeights().findings.first?.recomputed == "a missing file")
    }

    @Test func errorsOfOtherLayersKeepTheirStatus() async throws {
        struct Lower: Error {}
        let transcript = Transcript()
        let notebook = try makeNotebook(store, transcript: transcript, format: .json)
        await #expect(throws: Lower.self) {
            try await notebook.run(reporting: { error in
                FailureReport(UserFailure("no model", why: "\(error)", exitStatus: .missingInput))
            }) { throw Lower() }
        }
        #expect(transcript.output.contains(#""exit_code":66,"#))
        #expect(try store.run(id: notebook.runID)?.state == .failed)
    }
}
