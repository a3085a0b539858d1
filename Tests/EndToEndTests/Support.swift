import Foundation
import Testing

/// A built program, run as a user runs it: a process of its own, no shell, no terminal, nothing on
/// standard input.
struct Program: Sendable {
    let url: URL

    /// A product of this package, e.g. `"baseline"`, found beside the running tests.
    init(product name: String) throws {
        let bundle = Bundle.main.bundleURL
        let products = bundle.pathExtension == "xctest" ? bundle.deletingLastPathComponent() : bundle
        url = products.appendingPathComponent(name)
        try #require(
            FileManager.default.isExecutableFile(atPath: url.path),
            "\(url.path) is not built; `swift build -c release` builds it")
    }

    init(path: String) { url = URL(fileURLWithPath: path) }

    /// Runs to the end.
    /// - Parameters:
    ///   - arguments: passed as they are.
    ///   - environment: replaces variables of this process; `nil` removes one.
    ///   - folder: working directory; a fresh one, removed afterwards, by default.
    ///   - timeout: after which the program is killed and `ProgramError.timedOut` thrown.
    func run(
        _ arguments: [String] = [], environment: [String: String?] = [:], in folder: URL? = nil,
        timeout: Duration = .seconds(60)
    ) async throws -> ProgramResult {
        try await start(arguments, environment: environment, in: folder).result(timeout: timeout)
    }

    /// Starts and returns at once; see `RunningProgram`.
    func start(
        _ arguments: [String] = [], environment: [String: String?] = [:], in folder: URL? = nil
    ) throws -> RunningProgram {
        try RunningProgram(url, arguments, environment: environment, in: folder)
    }
}

/// How a program ended and what it wrote.
struct ProgramResult: Sendable, CustomStringConvertible {
    enum Ending: Sendable, Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }
    var ending: Ending
    var standardOutput: String
    var standardError: String
    var duration: Duration

    /// `nil` when a signal ended it.
    var exitCode: Int32? {
        if case .exited(let code) = ending { code } else { nil }
    }

    var description: String {
        "\(ending) after \(duration)\n--- standard output\n\(standardOutput)\n--- standard error\n\(standardError)"
    }
}

enum ProgramError: Error, CustomStringConvertible {
    case notStarted(String, reason: String)
    case timedOut(after: Duration, ProgramResult)
    /// The program ended before it wrote what was waited for.
    case endedEarly(waitingFor: String, ProgramResult)

    var description: String {
        switch self {
        case .notStarted(let path, let reason): "cannot start \(path): \(reason)"
        case .timedOut(let duration, let result): "still running after \(duration); killed. \(result)"
        case .endedEarly(let text, let result): "ended without writing '\(text)'. \(result)"
        }
    }
}

/// A program under way, with its children in a process group of its own. All of them are killed when
/// the last reference goes.
///
/// Foundation's `Process` is not used: on Linux it takes a killed program for running as long as one of
/// its children lives.
final class RunningProgram: @unchecked Sendable {
    // Used from one test at a time. Output goes to files, so that no pipe can fill up.
    private let processID: pid_t
    private let scratch: TemporaryFolder
    private let started = ContinuousClock.now
    private var ending: ProgramResult.Ending?
    private let outputPath: String
    private let errorPath: String

    fileprivate init(_ url: URL, _ arguments: [String], environment: [String: String?], in folder: URL?) throws {
        scratch = try TemporaryFolder()
        let working = folder ?? scratch.url.appendingPathComponent("working")
        try FileManager.default.createDirectory(at: working, withIntermediateDirectories: true)
        outputPath = scratch.url.appendingPathComponent("standard-output").path
        errorPath = scratch.url.appendingPathComponent("standard-error").path
        let variables = environment.reduce(into: ProcessInfo.processInfo.environment) { $0[$1.key] = $1.value }
        processID = try Self.spawn(
            url.path, arguments, environment: variables, folder: working.path, output: outputPath, error: errorPath)
    }

    deinit {
        if ending == nil {
            Foundation.kill(-processID, SIGKILL)
            var status: Int32 = 0
            waitpid(processID, &status, 0)
        }
    }

    var isRunning: Bool {
        reap(options: WNOHANG)
        return ending == nil
    }
    var standardOutput: String { Self.text(outputPath) }
    var standardError: String { Self.text(errorPath) }

    /// As a user's Ctrl-C, which reaches the program and its children.
    func interrupt() {
        if isRunning { Foundation.kill(-processID, SIGINT) }
    }

    /// As a power cut: nothing in the program or its children can catch it.
    func kill() {
        if isRunning { Foundation.kill(-processID, SIGKILL) }
    }

    /// Sends a signal to the program alone.
    func send(_ signal: Int32) {
        if isRunning { Foundation.kill(processID, signal) }
    }

    /// Waits for the end.
    func result(timeout: Duration = .seconds(60)) async throws -> ProgramResult {
        try await poll(timeout: timeout) { !self.isRunning }
        return result
    }

    /// Waits until either output holds `text`.
    func wait(for text: String, timeout: Duration = .seconds(60)) async throws {
        try await poll(timeout: timeout) {
            // Asked first: what was written before the end is there once the end is known.
            let hasEnded = !self.isRunning
            if self.standardOutput.contains(text) || self.standardError.contains(text) { return true }
            if hasEnded { throw ProgramError.endedEarly(waitingFor: text, self.result) }
            return false
        }
    }

    private func poll(timeout: Duration, until condition: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + timeout
        while try !condition() {
            if ContinuousClock.now >= deadline {
                kill()
                reap(options: 0)
                throw ProgramError.timedOut(after: timeout, result)
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private var result: ProgramResult {
        ProgramResult(
            ending: ending ?? .killed(signal: SIGKILL), standardOutput: standardOutput, standardError: standardError,
            duration: ContinuousClock.now - started)
    }

    private func reap(options: Int32) {
        guard ending == nil else { return }
        var status: Int32 = 0
        guard waitpid(processID, &status, options) == processID else { return }
        // The macros WIFEXITED, WEXITSTATUS and WTERMSIG, which Swift does not import.
        ending = status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: status & 0x7f)
    }

    private static func spawn(
        _ path: String, _ arguments: [String], environment: [String: String], folder: String, output: String,
        error: String
    ) throws -> pid_t {
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ProgramError.notStarted(path, reason: "it is not an executable file")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, error, O_WRONLY | O_CREAT | O_APPEND, 0o600)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A test runner may ignore or block signals that the program is to receive.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        // `env` sets the folder and then becomes the program; glibc's own action for it is not visible here.
        let env = "/usr/bin/env"
        var argumentPointers = ([env, "--chdir=\(folder)", path] + arguments).map { strdup($0) } + [nil]
        var environmentPointers = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (argumentPointers + environmentPointers).forEach { free($0) } }
        var processID: pid_t = 0
        let code = posix_spawn(&processID, env, &actions, &attributes, &argumentPointers, &environmentPointers)
        guard code == 0 else { throw ProgramError.notStarted(path, reason: String(cString: strerror(code))) }
        return processID
    }

    private static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

/// A folder of its own for one test, removed with the last reference.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("precis-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a file, making its folders.
    @discardableResult
    func write(_ contents: String, to path: String) throws -> URL {
        try write(Data(contents.utf8), to: path)
    }

    @discardableResult
    func write(_ contents: Data, to path: String) throws -> URL {
        let file = url.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try contents.write(to: file)
        return file
    }
}

/// The package's own files and the machine's inputs.
enum Repository {
    /// The folder that holds Package.swift.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func file(_ path: String) -> URL { root.appendingPathComponent(path) }

    /// Where `make setup` put the default model and articles.
    static var cache: URL {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["PRECIS_CACHE"], !folder.isEmpty { return URL(fileURLWithPath: folder) }
        let base = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory() + "/.cache"
        return URL(fileURLWithPath: base).appendingPathComponent("precis")
    }
}
