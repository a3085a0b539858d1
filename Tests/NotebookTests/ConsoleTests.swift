import Foundation
import Notebook
import Testing

@Suite("Console and errors")
struct ConsoleTests {
    @Test(arguments: [
        (0.0, "0.0 s"), (0.44, "0.4 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1:00"), (158, "2:38"),
        (3599.4, "59:59"), (3849, "1:04:09"), (-1, "?"), (.infinity, "?"), (.nan, "?"),
    ])
    func durations(seconds: Double, text: String) {
        #expect(DurationText.of(seconds: seconds) == text)
    }

    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (25_232_932_864, "23.5 GiB"),
        (.max, "16777216 TiB"),
    ] as [(UInt64, String)])
    func sizes(bytes: UInt64, text: String) {
        #expect(ByteCount.text(bytes) == text)
    }

    private func progress(
        _ transcript: Transcript, isTerminal: Bool, clock: ManualClock, steps: Int, secondsPerStep: Double,
        completed: Int = 0
    ) async throws {
        let folder = try TemporaryFolder()
        let store = try Store(workspace: folder.url, access: .readWrite)
        let notebook = try Notebook(
            store: store, experiment: "baseline", preset: "quick", settings: [:], provenance: .fixture,
            console: transcript.console(isTerminal: isTerminal, width: 40), interruption: Interruption(), source: nil,
            clock: clock.clock)
        try await notebook.run {
            try await notebook.cell("sample", inputs: [:]) { cell in
                let progress = try cell.progress(total: steps, completed: completed, unit: "samples")
                for _ in completed..<steps {
                    clock.advance(seconds: secondsPerStep)
                    try progress.advance()
                }
            }
        }
    }

    @Test("off a terminal: a line every 30 s and one at the end")
    func plainProgress() async throws {
        let transcript = Transcript()
        try await progress(transcript, isTerminal: false, clock: ManualClock(), steps: 100, secondsPerStep: 1)
        let lines = transcript.error.split(separator: "\n").filter { $0.hasPrefix("sample ") }
        #expect(
            lines == [
                "sample  30/100 samples  30 %  1.00/s  1:10 left", "sample  60/100 samples  60 %  1.00/s  40 s left",
                "sample  90/100 samples  90 %  1.00/s  10 s left", "sample  100/100 samples  100 %  1.00/s",
            ])
        #expect(!transcript.error.contains("\u{1B}"))
    }

    @Test("the rate counts this session's units only")
    func resumedRate() async throws {
        let transcript = Transcript()
        try await progress(
            transcript, isTerminal: false, clock: ManualClock(), steps: 100, secondsPerStep: 10, completed: 90)
        // Three steps took 30 s: 0.1 per second, and seven are left.
        #expect(transcript.error.contains("sample  93/100 samples  93 %  0.10/s  1:10 left\n"))
    }

    @Test("on a terminal: one line that is refreshed, cut to the width, and cleared at the end")
    func terminalProgress() async throws {
        let transcript = Transcript()
        try await progress(transcript, isTerminal: true, clock: ManualClock(), steps: 4, secondsPerStep: 0.06)
        let parts = transcript.error.components(separatedBy: "\r\u{1B}[K")
        // Shown at 0.12 s and at the end; not at 0.06 s and 0.18 s, which come too soon.
        #expect(parts.count == 4)
        #expect(parts[1].hasPrefix("sample  2/4 samples  50 %  16.7/s"))
        #expect(parts[1].count == 39, "one less than the width, which would wrap")
        #expect(parts[3] == "", "cleared")
        #expect(transcript.output.isEmpty)
    }

    @Test func exitCodesAreTheDocumentedOnes() {
        #expect(
            ExitStatus.allCases.map(\.rawValue) == [0, 1, 3, 64, 65, 66, 69, 70, 73, 75, 78, 130, 143])
        for status in ExitStatus.allCases {
            #expect(ExitStatus.helpTable.contains("\n  \(status.rawValue) "))
        }
    }

    @Test func errorsSayWhatWhereWhyAndWhatToDo() {
        let failure = UserFailure(
            "cannot read the pairs", location: "pairs.jsonl:3", why: "\"chosen\" is missing", remedy: "add it",
            exitStatus: .badData)
        let report = FailureReport(failure)
        #expect(
            report.message
                == "error: cannot read the pairs\n  where: pairs.jsonl:3\n  why:   \"chosen\" is missing\n  try:   add it")
        #expect(report.exitStatus == .badData)
    }

    @Test func otherErrorsAreInternal() {
        struct Unknown: Error {}
        #expect(FailureReport(Unknown()).exitStatus == .internalError)
        #expect(FailureReport(CancellationError()).exitStatus == .interrupted)
    }

    @Test func interruptionsTellHowToContinue() {
        let interruption = Interruption()
        #expect(throws: Never.self) { try interruption.check() }
        #expect(interruption.request(signal: SIGTERM))
        #expect(!interruption.request(signal: SIGINT), "the first request counts")
        let error = #expect(throws: Interrupted.self) { try interruption.check() }
        #expect(error?.exitStatus == .terminated)
        #expect(Interrupted(signal: SIGINT).exitStatus == .interrupted)
        #expect(FailureReport(Interrupted(signal: SIGINT)).message == "stopped; run the same command to continue")
    }
}
