import ArgumentParser
import Foundation
import Notebook
import Reporting

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check that this machine has what experiments and reports need.",
        discussion: """
            The cache folder is PRECIS_CACHE, or ~/.cache/precis. Ends with the exit code of the first check that \
            failed; warnings do not count.
            """)

    @OptionGroup var options: ReaderOptions

    func run() throws {
        let checks = Diagnosis(workspace: options.workspaceURL, cache: CacheFolder.current).checks()
        options.answer(
            json: .array(checks.map(\.json)),
            text: Table(
                "Machine", ["check", "result", "found"], rows: checks.map { [$0.name, $0.result.rawValue, $0.found] }
            ).text() + checks.filter { $0.result != .ok }.map { "\n\($0.name): \($0.remedy)\n" }.joined())
        if let failure = checks.first(where: { $0.result == .failed }) { throw ExitCode(failure.exitStatus.rawValue) }
    }
}

/// Where the set-up keeps the embedded model and articles.
enum CacheFolder {
    static let modelFile = "SmolLM2-135M-Instruct.Q4_1.gguf"
    static let corpusFile = "lee_background.cor"

    static var current: URL {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["PRECIS_CACHE"], !path.isEmpty { return URL(fileURLWithPath: path) }
        return FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache/precis")
    }
}
