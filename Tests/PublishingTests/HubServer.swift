import Checkpoints
import Foundation
import JSON
import Publishing
import Synchronization

/// A Hub in memory: repositories with one commit line, and storage for large files. Every request is checked; what
/// does not keep to the protocol is answered 400 and noted.
final class HubServer: Sendable {
    typealias Request = LoopbackServer.Request
    typealias Reply = LoopbackServer.Reply

    struct State: Sendable {
        var isPrivate: Bool?
        var files: [String: Data] = [:]
        var largeFiles: Set<String> = []
        var commits = 0
        /// By SHA-256.
        var storage: [String: Data] = [:]
        /// By SHA-256 and number.
        var parts: [String: [Int: Data]] = [:]
        var verified: Set<String> = []
        var requests: [Request] = []
        var violations: [String] = []
    }

    static let token = "hf_TestOnlyToken123"
    /// Bytes of a part; larger files go in parts.
    static let chunk = 100_000

    private let state = Mutex(State())
    private let server = Mutex<LoopbackServer?>(nil)
    private let collection: String
    let url: String

    /// - Parameter fault: an answer in place of the server's own; it sees how often the same request came before.
    ///   With `applies` the request takes effect all the same.
    init(
        kind: HubRepository.Kind = .model,
        fault: @escaping @Sendable (_ request: Request, _ earlier: Int) -> (reply: Reply, applies: Bool)? = { _, _ in nil }
    ) throws {
        collection = kind == .model ? "models" : "datasets"
        struct Weak { weak var hub: HubServer? }
        let box = Mutex(Weak())
        let loopback = try LoopbackServer { request in
            guard let hub = box.withLock({ $0.hub }) else { return .reset }
            let earlier = hub.state.withLock { state in
                defer { state.requests.append(request) }
                return state.requests.count { $0.method == request.method && $0.path == request.path && $0.body == request.body }
            }
            if let (reply, applies) = fault(request, earlier) {
                if applies { _ = hub.answer(request) }
                return reply
            }
            return hub.answer(request)
        }
        url = loopback.url
        server.withLock { $0 = loopback }
        box.withLock { $0.hub = self }
    }

    var snapshot: State { state.withLock { $0 } }
    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    private func answer(_ request: Request) -> Reply {
        let path = request.path
        let isStorage = path.hasPrefix("/storage/")
        if isStorage == (request.headers["authorization"] != nil) {
            return violation("\(path): the token belongs to the Hub alone")
        }
        if !isStorage, request.headers["authorization"] != "Bearer " + Self.token {
            return json(401, ["error": .string("Invalid token: \(request.headers["authorization"] ?? "")")])
        }
        if path == "/api/repos/create" { return create(request) }
        let api = "/api/\(collection)/someone/thing"
        let git = "/\(collection == "datasets" ? "datasets/" : "")someone/thing.git/info/lfs/objects/"
        switch (request.method, path) {
        case ("GET", api):
            guard let isPrivate = snapshot.isPrivate else { return json(404, ["error": "Repository not found"]) }
            return json(200, ["id": "someone/thing", "private": .bool(isPrivate)])
        case ("GET", api + "/revision/main"): return json(200, ["sha": .string(head)])
        case ("POST", api + "/paths-info/" + head): return pathsInfo(request)
        case ("POST", api + "/preupload/main"): return preupload(request)
        case ("POST", git + "batch"): return batch(request)
        case ("POST", git + "verify"): return verify(request)
        case ("POST", api + "/commit/main"): return commit(request)
        case ("PUT", _) where isStorage, ("POST", _) where isStorage: return store(request)
        default: return json(404, ["error": .string("no such page: \(path)")])
        }
    }

    private var head: String { "commit-\(snapshot.commits)" }

    private func create(_ request: Request) -> Reply {
        guard let body = parsed(request), body["name"]?.string == "thing", body["organization"]?.string == "someone",
            body["type"]?.string == (collection == "models" ? "model" : "dataset"), let isPrivate = body["private"]?.bool
        else { return violation("create") }
        return state.withLock { state in
            if state.isPrivate != nil { return json(409, ["error": "You already created this model repo"]) }
            state.isPrivate = isPrivate
            return json(200, ["url": "x"])
        }
    }

    private func pathsInfo(_ request: Request) -> Reply {
        guard let paths = parsed(request)?["paths"]?.array?.compactMap(\.string) else { return violation("paths-info") }
        let state = snapshot
        let entries = paths.compactMap { path -> JSONValue? in
            guard let data = state.files[path] else { return nil }
            var blob = SHA1()
            blob.update("blob \(data.count)\0".utf8)
            blob.update(data)
            let entry: KeyValuePairs<String, JSONValue> = [
                "type": "file", "path": .string(path), "oid": .string(blob.hexDigest()), "size": .integer(data.count),
                "lfs": state.largeFiles.contains(path)
                    ? .object(["oid": .string(Self.sha256(data)), "size": .integer(data.count)]) : .null,
            ]
            return .object(entry)
        }
        return .answer(200, body: Data(JSONValue.array(entries).text().utf8))
    }

    private func preupload(_ request: Request) -> Reply {
        var modes: [JSONValue] = []
        for file in parsed(request)?["files"]?.array ?? [] {
            guard let path = file["path"]?.string, let size = file["size"]?.integer,
                let sample = file["sample"]?.string.flatMap({ Data(base64Encoded: $0) }), sample.count == min(512, size)
            else { return violation("preupload") }
            let isLarge = path.hasSuffix(".safetensors") || path.hasSuffix(".bin")
            modes.append(
                .object([
                    "path": .string(path), "uploadMode": isLarge ? "lfs" : "regular",
                    "shouldIgnore": .bool(path == "ignored.txt"),
                ]))
        }
        return json(200, ["files": .array(modes)])
    }

    private func batch(_ request: Request) -> Reply {
        guard let body = parsed(request), body["operation"]?.string == "upload", body["hash_algo"]?.string == "sha256",
            request.headers["accept"] == "application/vnd.git-lfs+json",
            body["transfers"]?.array?.compactMap(\.string) == ["basic", "multipart"]
        else { return violation("batch") }
        var objects: [JSONValue] = []
        for object in body["objects"]?.array ?? [] {
            guard let oid = object["oid"]?.string, oid.count == 64, let size = object["size"]?.integer, size > 0 else {
                return violation("batch object")
            }
            var members: [JSONValue.Member] = [.init("oid", .string(oid)), .init("size", .integer(size))]
            if snapshot.storage[oid] == nil {
                var header: [JSONValue.Member] = []
                if size > Self.chunk {
                    header.append(.init("chunk_size", .string("\(Self.chunk)")))
                    for part in 1...(size + Self.chunk - 1) / Self.chunk {
                        header.append(.init("\(part)", .string("\(url)/storage/\(oid)/\(part)?signature=secret")))
                    }
                } else {
                    header.append(.init("x-storage-header", .string("kept")))
                }
                members.append(
                    .init(
                        "actions",
                        .object([
                            "upload": .object(["href": .string("\(url)/storage/\(oid)"), "header": .object(header)]),
                            "verify": .object([
                                "href": .string(
                                    "\(url)/\(collection == "datasets" ? "datasets/" : "")someone/thing.git/info/lfs/objects/verify")
                            ]),
                        ])))
            }
            objects.append(.object(members))
        }
        return json(200, ["transfer": "basic", "objects": .array(objects)])
    }

    private func store(_ request: Request) -> Reply {
        let parts = request.path.prefix { $0 != "?" }.split(separator: "/").map(String.init)
        let oid = parts[1]
        if parts.count == 3, let number = Int(parts[2]), request.method == "PUT" {
            change { $0.parts[oid, default: [:]][number] = request.body }
            return .answer(200, headers: ["ETag": "\"tag-\(number)\""])
        }
        if request.method == "PUT" {
            guard Self.sha256(request.body) == oid, request.headers["x-storage-header"] == "kept" else {
                return violation("storage: other bytes than announced")
            }
            change { $0.storage[oid] = request.body }
            return .answer(200)
        }
        let stored = snapshot.parts[oid] ?? [:]
        let tags = parsed(request)?["parts"]?.array?.map { "\($0["partNumber"]?.integer ?? 0) \($0["etag"]?.string ?? "")" }
        let whole = stored.keys.sorted().reduce(into: Data()) { $0 += stored[$1] ?? Data() }
        guard parsed(request)?["oid"]?.string == oid, tags == stored.keys.sorted().map({ "\($0) \"tag-\($0)\"" }),
            Self.sha256(whole) == oid
        else { return violation("completion") }
        change { $0.storage[oid] = whole }
        return .answer(200, body: Data("{}".utf8))
    }

    private func verify(_ request: Request) -> Reply {
        guard let body = parsed(request), let oid = body["oid"]?.string,
            snapshot.storage[oid]?.count == body["size"]?.integer
        else { return violation("verify") }
        change { $0.verified.insert(oid) }
        return .answer(200)
    }

    private func commit(_ request: Request) -> Reply {
        guard request.headers["content-type"] == "application/x-ndjson", request.body.last == 10 else {
            return violation("commit is no NDJSON")
        }
        let lines = request.body.split(separator: 10).compactMap { Self.parse(Data($0)) }
        guard lines.first?["key"]?.string == "header", let header = lines.first?["value"],
            header["summary"]?.string?.isEmpty == false
        else { return violation("commit without header") }
        guard header["parentCommit"]?.string == head else { return json(412, ["error": "A commit has happened since"]) }
        var files: [String: Data] = [:]
        var large: Set<String> = []
        for line in lines.dropFirst() {
            guard let value = line["value"], let path = value["path"]?.string else { return violation("commit line") }
            switch line["key"]?.string {
            case "file":
                guard value["encoding"]?.string == "base64",
                    let data = value["content"]?.string.flatMap({ Data(base64Encoded: $0) })
                else { return violation("commit file") }
                files[path] = data
            case "lfsFile":
                guard value["algo"]?.string == "sha256", let oid = value["oid"]?.string,
                    let data = snapshot.storage[oid], value["size"]?.integer == data.count
                else { return violation("commit of a large file that is not in the storage") }
                files[path] = data
                large.insert(path)
            default: return violation("commit key")
            }
        }
        change { state in
            state.files.merge(files) { $1 }
            state.largeFiles.formUnion(large)
            state.commits += 1
        }
        return json(200, ["commitUrl": .string("\(url)/commit/\(head)"), "commitOid": .string(head)])
    }

    private func violation(_ text: String) -> Reply {
        change { $0.violations.append(text) }
        return json(400, ["error": .string(text)])
    }

    private func json(_ status: Int, _ members: KeyValuePairs<String, JSONValue>) -> Reply {
        .answer(status, headers: ["Content-Type": "application/json"], body: Data(JSONValue.object(members).text().utf8))
    }

    private func parsed(_ request: Request) -> JSONValue? { Self.parse(request.body) }

    private static func parse(_ data: Data) -> JSONValue? {
        try? data.withUnsafeBytes { try JSONValue(parsing: $0, file: "request") }
    }

    static func sha256(_ data: Data) -> String { data.withUnsafeBytes { SHA256.hexDigest(of: $0) } }
}
