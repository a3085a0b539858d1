import Foundation
import Publishing
import Testing

/// `precis publish`, through the built program.
@Suite struct PublishCommandTests {
    /// What the program wrote and how it ended.
    private struct Outcome: CustomStringConvertible {
        var status: Int32
        var output: String
        var errors: String
        var description: String { "\(status)\n--- output\n\(output)\n--- errors\n\(errors)" }
    }

    /// Runs `precis publish` with the Hub's address and a token, and no other `HF_` variable.
    private func publish(_ arguments: [String], at url: String, token: String?) async throws -> Outcome {
        let bundle = Bundle.main.bundleURL
        let products = bundle.pathExtension == "xctest" ? bundle.deletingLastPathComponent() : bundle
        let program = products.appendingPathComponent("precis")
        try #require(FileManager.default.isExecutableFile(atPath: program.path), "\(program.path) is not built")
        let process = Process()
        process.executableURL = program
        process.arguments = ["publish"] + arguments
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("HF_") }
        environment["HF_ENDPOINT"] = url
        environment["HF_TOKEN"] = token
        process.environment = environment
        // Files, so that no pipe can fill up.
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("publish-command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let files = try ["output", "errors"].map { name -> FileHandle in
            let file = scratch.appendingPathComponent(name)
            try Data().write(to: file)
            return try FileHandle(forWritingTo: file)
        }
        process.standardOutput = files[0]
        process.standardError = files[1]
        process.standardInput = FileHandle.nullDevice
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Outcome(
            status: process.terminationStatus,
            output: try String(contentsOf: scratch.appendingPathComponent("output"), encoding: .utf8),
            errors: try String(contentsOf: scratch.appendingPathComponent("errors"), encoding: .utf8))
    }

    /// A data set folder as an experiment writes it, and a file that stays here.
    private func folder() throws -> (path: String, files: [String: Data]) {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("publish-folder-\(UUID().uuidString)").path
        let files = ["README.md": Data("# Pairs\n".utf8), "train.jsonl": Data("{\"prompt\": \"Überschrift\"}\n".utf8)]
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, data) in files.merging([".env": Data("secret".utf8)], uniquingKeysWith: { $1 }) {
            try data.write(to: URL(fileURLWithPath: path + "/" + name))
        }
        return (path, files)
    }

    @Test func aDryRunListsWhatWouldGoAndSendsNothing() async throws {
        let (path, files) = try folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer(kind: .dataset)
        let outcome = try await publish([path, "--to", "hf:someone/thing", "--dry-run"], at: hub.url, token: nil)
        #expect(outcome.status == 0, "\(outcome)")
        for (name, data) in files { #expect(outcome.output.contains("\(data.count)\t\(name)\n"), "\(outcome)") }
        #expect(!outcome.output.contains(".env") && outcome.output.contains("nothing was sent"), "\(outcome)")
        #expect(outcome.output.contains("(dataset)"), "the kind follows from the files: \(outcome)")
        #expect(hub.snapshot.requests.isEmpty)
    }

    @Test func theFolderArrivesAndASecondTimeNothingGoes() async throws {
        let (path, files) = try folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer(kind: .dataset)
        let arguments = [path, "--to", "hf:someone/thing", "--private"]
        let outcome = try await publish(arguments, at: hub.url, token: HubServer.token)
        #expect(outcome.status == 0 && outcome.output == "\(hub.url)/datasets/someone/thing\n", "\(outcome)")
        #expect(hub.snapshot.files == files && hub.snapshot.commits == 1 && hub.snapshot.isPrivate == true)
        #expect(hub.snapshot.violations.isEmpty)
        let again = try await publish(arguments, at: hub.url, token: HubServer.token)
        #expect(again.status == 0 && again.errors.contains("unchanged train.jsonl"), "\(again)")
        #expect(hub.snapshot.commits == 1)
    }

    @Test func aRejectedTokenIsNamedAndNotShown() async throws {
        let (path, _) = try folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer(kind: .dataset)
        let outcome = try await publish([path, "--to", "hf:someone/thing"], at: hub.url, token: "hf_WrongToken456")
        #expect(outcome.status == 1 && outcome.errors.contains("HF_TOKEN"), "\(outcome)")
        #expect(!outcome.errors.contains("WrongToken456") && !outcome.output.contains("WrongToken456"))
        #expect(hub.snapshot.commits == 0 && hub.snapshot.files.isEmpty)
    }

    @Test func aPublicRepositoryIsNoPrivateOne() async throws {
        let (path, _) = try folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer(kind: .dataset)
        hub.change { $0.isPrivate = false }
        let outcome = try await publish([path, "--to", "hf:someone/thing", "--private"], at: hub.url, token: HubServer.token)
        #expect(outcome.status == 64 && outcome.errors.contains("is not private"), "\(outcome)")
        #expect(hub.snapshot.files.isEmpty && hub.snapshot.commits == 0)
    }

    @Test func missingThingsHaveTheirExitCodes() async throws {
        let (path, _) = try folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer(kind: .dataset)
        let cases: [(arguments: [String], token: String?, status: Int32, text: String)] = [
            ([path, "--to", "hf:someone/thing"], nil, 78, "HF_TOKEN"),
            ([path, "--to", "someone/thing"], HubServer.token, 64, "hf:"),
            ([path + "/none", "--to", "hf:someone/thing"], HubServer.token, 64, path + "/none"),
        ]
        for entry in cases {
            let outcome = try await publish(entry.arguments, at: hub.url, token: entry.token)
            #expect(outcome.status == entry.status && outcome.errors.contains(entry.text), "\(outcome)")
        }
        #expect(hub.snapshot.requests.isEmpty)
    }

    /// What stands in the repository with other content is replaced only when that is asked for.
    @Test func otherContentIsKept() async throws {
        let (path, _) = try folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer(kind: .dataset)
        _ = try await publish([path, "--to", "hf:someone/thing"], at: hub.url, token: HubServer.token)
        try Data("# Other\n".utf8).write(to: URL(fileURLWithPath: path + "/README.md"))
        let kept = try await publish([path, "--to", "hf:someone/thing"], at: hub.url, token: HubServer.token)
        #expect(kept.status == 64 && kept.errors.contains("--overwrite"), "\(kept)")
        let replaced = try await publish([path, "--to", "hf:someone/thing", "--overwrite"], at: hub.url, token: HubServer.token)
        #expect(replaced.status == 0 && hub.snapshot.files["README.md"] == Data("# Other\n".utf8), "\(replaced)")
    }
}
