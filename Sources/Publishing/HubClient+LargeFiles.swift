import Checkpoints
import Foundation
import JSON

// Git LFS batch API (git-lfs/docs/api/batch.md) with the Hub's multipart transfer.
extension HubClient {
    private static let mediaType = "application/vnd.git-lfs+json"

    /// Brings large files to the storage; those that it has already are not sent.
    func uploadLarge(_ files: [PublishedFolder.File], report: (Publication.Event) -> Void) async throws {
        for start in stride(from: 0, to: files.count, by: 100) {
            let part = files[start..<min(start + 100, files.count)]
            var names: [String: PublishedFolder.File] = [:]
            var objects: [JSONValue] = []
            for file in part {
                let oid = try file.sha256()
                if names.updateValue(file, forKey: oid) == nil {
                    objects.append(.object(["oid": .string(oid), "size": .integer(file.size)]))
                }
            }
            let body: JSONValue = .object([
                "operation": "upload", "transfers": ["basic", "multipart"], "objects": .array(objects),
                "hash_algo": "sha256", "ref": .object(["name": "main"]),
            ])
            let location = "\(address.base)/\(repository.kind.prefix)\(repository.id).git/info/lfs/objects/batch"
            let answer = try json(try await call("POST", location, json: body, type: Self.mediaType))
            var answered: Set<String> = []
            for object in answer["objects"]?.array ?? [] {
                guard let oid = object["oid"]?.string, let file = names[oid], answered.insert(oid).inserted else {
                    throw malformed("the batch holds an object that was not asked for")
                }
                try await upload(file, oid: oid, object, report: report)
            }
            guard answered.count == names.count else { throw malformed("the batch leaves objects out") }
        }
    }

    private func upload(
        _ file: PublishedFolder.File, oid: String, _ object: JSONValue, report: (Publication.Event) -> Void
    ) async throws {
        if let error = object["error"] {
            throw PublishingError(
                .badAnswer, "cannot publish", at: file.path,
                why: "the storage refuses it: \(token.redacting(error["message"]?.string ?? "no message"))",
                remedy: "Check the limits of the account.")
        }
        guard let action = object["actions"]?["upload"] else {
            report(.present(path: file.path))
            return
        }
        guard let location = action["href"]?.string else { throw malformed("an upload has no href") }
        report(.sending(path: file.path, size: file.size))
        var headers: [String: String] = [:]
        for member in action["header"]?.members ?? [] { headers[member.name] = member.value.string }
        if let text = headers["chunk_size"] {
            guard let size = Int(text), size > 0 else { throw malformed("chunk_size is \"\(text)\"") }
            try await uploadParts(file, oid: oid, size: size, headers, completion: location)
        } else {
            _ = try await send("PUT", location, headers: headers, body: .file(file.location))
        }
        if let verification = object["actions"]?["verify"]?["href"]?.string {
            try await verify(verification, oid: oid, size: file.size)
        }
    }

    /// The parts' addresses are headers whose names are their numbers, from 1.
    private func uploadParts(
        _ file: PublishedFolder.File, oid: String, size: Int, _ headers: [String: String], completion: String
    ) async throws {
        let count = (file.size + size - 1) / size
        var parts: [JSONValue] = []
        for number in 1...max(1, count) {
            let location = headers.first { Int($0.key) == number }?.value
            guard let location, count == headers.keys.count(where: { Int($0) != nil }) else {
                throw malformed("the addresses are not those of \(count) parts")
            }
            let start = (number - 1) * size
            let data = try file.read(start..<min(start + size, file.size))
            let answer = try await send("PUT", location, headers: [:], body: .data(data))
            guard let tag = answer.headers["etag"], !tag.isEmpty else { throw malformed("part \(number) has no etag") }
            parts.append(.object(["partNumber": .integer(number), "etag": .string(tag)]))
        }
        let body: JSONValue = .object(["oid": .string(oid), "parts": .array(parts)])
        // The address is signed; the token stays at home.
        _ = try await send(
            "POST", completion, headers: ["Content-Type": Self.mediaType, "Accept": Self.mediaType],
            body: .data(Data(body.text().utf8)))
    }

    private func verify(_ location: String, oid: String, size: Int) async throws {
        var headers = ["Content-Type": Self.mediaType, "Accept": Self.mediaType]
        if let url = URL(string: location), address.isHome(of: url) { headers["Authorization"] = token.authorization }
        let body: JSONValue = .object(["oid": .string(oid), "size": .integer(size)])
        _ = try await send("POST", location, headers: headers, body: .data(Data(body.text().utf8)))
    }
}
