import Checkpoints
import Foundation
import JSON

/// The calls of the Hub's upload protocol, as `huggingface_hub` makes them, each repeated where that can help.
struct HubClient: Sendable {
    let address: HubAddress
    let repository: HubRepository
    let token: HubToken
    let transport: HubTransport
    let retries: RetrySchedule

    private var api: String { "\(address.base)/api/\(repository.kind.rawValue)s/\(repository.id)" }

    /// Creates the repository unless it exists.
    ///
    /// A token for one repository may not create any: where that is forbidden, an existing one will do.
    /// - Returns: whether it was created.
    /// - Throws: `PublishingError` of kind `.notPrivate` if it is to be private, exists, and is not.
    func create(isPrivate: Bool) async throws -> Bool {
        let body: JSONValue = .object([
            "name": .string(repository.name), "organization": .string(repository.owner),
            "type": .string(repository.kind.rawValue), "private": .bool(isPrivate),
        ])
        let location = address.base + "/api/repos/create"
        let answer = try await call("POST", location, json: body, accepting: [403, 409])
        guard answer.status >= 300 else { return true }
        guard answer.status == 403 || isPrivate else { return false }
        let information = try await call("GET", api, accepting: answer.status == 403 ? [401, 403, 404] : [])
        guard information.status < 300 else { throw refusal(answer, at: location) }
        if isPrivate, try json(information)["private"]?.bool != true {
            throw PublishingError(
                .notPrivate, "cannot publish", at: repository.description,
                why: "it exists and is not private; --private does not change a repository",
                remedy: "Make it private in its settings, give another name, or leave --private out.")
        }
        return false
    }

    /// The commit that `main` points to.
    func head() async throws -> String {
        let answer = try await call("GET", api + "/revision/main")
        guard let sha = try json(answer)["sha"]?.string else { throw malformed("the revision has no sha") }
        return sha
    }

    /// What the repository holds at these paths: the SHA-256 of large files, the git blob of others.
    func contents(at paths: [String], revision: String) async throws -> [String: RemoteFile] {
        var found: [String: RemoteFile] = [:]
        for start in stride(from: 0, to: paths.count, by: 200) {
            let part = paths[start..<min(start + 200, paths.count)]
            let body: JSONValue = .object(["paths": .array(part.map(JSONValue.string)), "expand": .bool(false)])
            let answer = try await call("POST", api + "/paths-info/" + revision, json: body)
            guard let entries = try json(answer).array else { throw malformed("paths-info is no list") }
            for entry in entries where entry["type"]?.string == "file" {
                guard let path = entry["path"]?.string else { throw malformed("paths-info names no path") }
                found[path] = RemoteFile(blob: entry["oid"]?.string, sha256: entry["lfs"]?["oid"]?.string)
            }
        }
        return found
    }

    struct RemoteFile: Sendable, Hashable {
        var blob: String?
        /// Of files that the large file storage keeps.
        var sha256: String?
    }

    enum UploadMode: String, Sendable { case regular, lfs }

    /// How the Hub wants each file; files that the repository ignores are left out.
    func uploadModes(_ files: [PublishedFolder.File]) async throws -> [String: UploadMode] {
        var modes: [String: UploadMode] = [:]
        for start in stride(from: 0, to: files.count, by: 200) {
            let part = files[start..<min(start + 200, files.count)]
            var entries: [JSONValue] = []
            for file in part {
                let sample = try file.read(0..<min(512, file.size)).base64EncodedString()
                entries.append(
                    .object(["path": .string(file.path), "sample": .string(sample), "size": .integer(file.size)]))
            }
            let answer = try await call("POST", api + "/preupload/main", json: .object(["files": .array(entries)]))
            for entry in try json(answer)["files"]?.array ?? [] where entry["shouldIgnore"]?.bool != true {
                guard let path = entry["path"]?.string, let mode = entry["uploadMode"]?.string.flatMap(UploadMode.init)
                else { throw malformed("preupload names no path, or a mode other than regular and lfs") }
                modes[path] = mode
            }
            for file in part where modes[file.path] == nil {
                throw PublishingError(
                    .badAnswer, "cannot publish", at: file.path, why: "the repository's .gitignore leaves this file out",
                    remedy: "Rename it, or change .gitignore in the repository.")
            }
        }
        // Storage does not take empty files.
        for file in files where file.size == 0 { modes[file.path] = .regular }
        return modes
    }

    enum CommitOutcome: Sendable { case done(url: String), conflict }

    /// - Parameters:
    ///   - lines: one JSON object per file, as `commitLine` makes them.
    ///   - parent: the commit that the files were compared with; another one at the tip is a conflict.
    func commit(_ lines: [JSONValue], summary: String, parent: String) async throws -> CommitOutcome {
        let header: JSONValue = .object([
            "key": "header",
            "value": .object(["summary": .string(summary), "description": "", "parentCommit": .string(parent)]),
        ])
        let body = ([header] + lines).map { $0.text() + "\n" }.joined()
        let answer = try await call(
            "POST", api + "/commit/main", body: Data(body.utf8), type: "application/x-ndjson", accepting: [409, 412])
        guard answer.status < 300 else { return .conflict }
        return .done(url: try json(answer)["commitUrl"]?.string ?? repository.page(at: address))
    }

    static func commitLine(_ file: PublishedFolder.File, _ mode: UploadMode) throws(PublishingError) -> JSONValue {
        switch mode {
        case .regular:
            let content = try file.read(0..<file.size).base64EncodedString()
            return .object([
                "key": "file",
                "value": .object(["content": .string(content), "path": .string(file.path), "encoding": "base64"]),
            ])
        case .lfs:
            return .object([
                "key": "lfsFile",
                "value": .object([
                    "path": .string(file.path), "algo": "sha256", "oid": .string(try file.sha256()),
                    "size": .integer(file.size),
                ]),
            ])
        }
    }
}
