import Foundation
import Publishing
import Testing

@Suite struct InputTests {
    @Test(arguments: ["hf:someone/thing", "hf:a/b", "hf:Some-One/thing_2.0"])
    func targetsAreRepositories(_ target: String) throws {
        #expect(try HubRepository(target: target, kind: .model).description == target)
    }

    @Test(arguments: [
        "someone/thing", "hf:someone", "hf:", "hf:/thing", "hf:a/b/c", "hf:../x", "hf:a/..", "hf:a/b?x", "hf:a/b c", "hf:a/.b",
        "hf:a/b.git", "hf:a/ö", "hf:a/b#", "hf:a/b--c", "hf:a/" + String(repeating: "x", count: 97),
    ])
    func otherTargetsAreErrors(_ target: String) {
        let error = #expect(throws: PublishingError.self) { try HubRepository(target: target, kind: .model) }
        #expect(error?.kind == .input && error?.location == target)
    }

    @Test func addressesAreChecked() throws {
        #expect(try HubAddress(environment: [:]).base == "https://huggingface.co")
        #expect(try HubAddress(environment: ["HF_ENDPOINT": "https://hub.example/mirror/"]).base == "https://hub.example/mirror")
        for address in ["ftp://x", "huggingface.co", "https://", "http://hub.example", "https://user:pass@hub.example"] {
            #expect(throws: PublishingError.self, "\(address)") { try HubAddress(environment: ["HF_ENDPOINT": address]) }
        }
    }

    @Test func theTokenIsNeededAndHidden() throws {
        for environment in [[:], ["HF_TOKEN": " "], ["HF_TOKEN": "a\nb"], ["HF_TOKEN": "ä"]] {
            let error = #expect(throws: PublishingError.self) { try HubToken(environment: environment) }
            #expect(error?.kind == .noToken)
        }
        let token = try HubToken(environment: ["HF_TOKEN": " hf_secret\n"])
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!"\(token)\(token.debugDescription)\(dumped)".contains("hf_secret"))
    }

    @Test func foldersAreListed() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("listing-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path + "/b/.hidden", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: PublishingError.self) { try PublishedFolder(path: path) }
        #expect(throws: PublishingError.self) { try PublishedFolder(path: path + "/absent") }
        for name in ["b/pairs.jsonl", "a.md", ".git", "b/.hidden/x"] {
            try Data("12345".utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        }
        let folder = try PublishedFolder(path: path)
        #expect(folder.files.map(\.path) == ["a.md", "b/pairs.jsonl"] && folder.byteCount == 10)
        #expect(folder.kind == .dataset)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: path + "/adapter_config.json"))
        #expect(try PublishedFolder(path: path).kind == .model)
        try FileManager.default.createSymbolicLink(atPath: path + "/link", withDestinationPath: "/etc/passwd")
        let error = #expect(throws: PublishingError.self) { try PublishedFolder(path: path) }
        #expect(error?.location.hasSuffix("/link") == true)
    }

    /// FIPS 180-4's examples, and git's name of the empty file.
    @Test func sha1OfKnownTexts() {
        func digest(_ text: String) -> String {
            var hash = SHA1()
            hash.update(text.utf8)
            return hash.hexDigest()
        }
        #expect(digest("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
        #expect(digest("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        #expect(digest("blob 0\0") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
    }
}
