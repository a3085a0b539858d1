import Foundation
import Notebook
import Synchronization

/// A folder that is removed with its last reference.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("precis-tests-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var store: URL { url.appendingPathComponent(Store.fileName) }
}

/// What a console wrote.
final class Transcript: Sendable {
    private let text = Mutex((output: "", error: ""))

    var output: String { text.withLock { $0.output } }
    var error: String { text.withLock { $0.error } }

    func console(_ format: Console.Format = .text, isTerminal: Bool = false, width: Int = 80) -> Console {
        Console(format: format, isTerminal: isTerminal, width: width) { [self] stream, text in
            self.text.withLock {
                switch stream {
                case .standardOutput: $0.output += text
                case .standardError: $0.error += text
                }
            }
        }
    }
}

/// A clock that moves only when told to.
final class ManualClock: Sendable {
    private let now = Mutex(Duration.zero)

    func advance(seconds: Double) { now.withLock { $0 += .seconds(seconds) } }

    var clock: NotebookClock {
        NotebookClock(
            date: { [self] in Date(timeIntervalSince1970: 1_700_000_000 + now.withLock { $0 / .seconds(1) }) },
            elapsed: { [self] in now.withLock { $0 } })
    }
}

extension Provenance {
    static let fixture = Provenance(
        commit: "0123abc", isDirty: false, versions: ["SQLite": "3.40.1"],
        machine: Machine(
            cpu: "A CPU", cpuFeatures: ["avx2"], coreCount: 2, memoryBytes: 1 << 34, operatingSystem: "Debian",
            kernel: "6.1"),
        numericMode: "float32", seeds: ["root": 21], commandLine: ["baseline", "--preset", "quick"])
}

func makeNotebook(
    _ store: Store, experiment: String = "baseline", settings: [String: KeyValue] = ["seed": 21],
    transcript: Transcript = Transcript(), format: Console.Format = .text, interruption: Interruption = Interruption(),
    clock: ManualClock = ManualClock()
) throws -> Notebook {
    try Notebook(
        store: store, experiment: experiment, preset: "quick", settings: settings, provenance: .fixture,
        console: transcript.console(format), interruption: interruption, source: "// %%\n", clock: clock.clock)
}
