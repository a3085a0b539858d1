import Foundation
import Publishing
import Synchronization
import Testing

@Suite struct PublicationTests {
    private static let quick = RetrySchedule(attempts: 4, base: 0.01)

    /// A model folder: small files, one large file, one in three parts, an empty one, and what must stay here.
    private static func folder() throws -> (path: String, files: [String: Data]) {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("publish-\(UUID().uuidString)").path
        let files: [String: Data] = [
            "README.md": Data("---\nlicense: apache-2.0\n---\n# Überschrift \u{1F680}\n".utf8),
            "adapter_config.json": Data("{\"r\": 8}\n".utf8), "adapter_model.safetensors": bytes(40_000, seed: 1),
            "extra/state.bin": bytes(2 * HubServer.chunk + 17, seed: 2), "extra/empty.txt": Data(),
        ]
        for (name, data) in files.merging([".env": Data("HF_TOKEN=secret".utf8)], uniquingKeysWith: { $1 }) {
            let url = URL(fileURLWithPath: path + "/" + name)
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try data.write(to: url)
        }
        return (path, files)
    }

    private static func bytes(_ count: Int, seed: UInt64) -> Data {
        var state = seed
        return Data((0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        })
    }

    private static func publish(
        _ path: String, to hub: HubServer, kind: HubRepository.Kind = .model, token: String = HubServer.token,
        isPrivate: Bool = false, overwrites: Bool = false, events: @escaping @Sendable (Publication.Event) -> Void = { _ in }
    ) async throws -> Publication.Outcome {
        let publication = Publication(
            folder: try PublishedFolder(path: path),
            repository: try HubRepository(target: "hf:someone/thing", kind: kind), isPrivate: isPrivate,
            overwrites: overwrites, retries: quick)
        return try await publication.publish(
            to: HubAddress(environment: ["HF_ENDPOINT": hub.url + "/"]), token: HubToken(environment: ["HF_TOKEN": token]),
            report: events)
    }

    @Test(arguments: HubRepository.Kind.allCases)
    func everyByteArrivesInOneCommit(_ kind: HubRepository.Kind) async throws {
        let (path, files) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer(kind: kind)
        let outcome = try await Self.publish(path, to: hub, kind: kind, isPrivate: true)
        let state = hub.snapshot
        #expect(state.files == files)
        #expect(state.largeFiles == ["adapter_model.safetensors", "extra/state.bin"])
        #expect(state.verified == Set(state.largeFiles.compactMap { files[$0].map(HubServer.sha256) }))
        #expect(state.commits == 1 && state.isPrivate == true)
        #expect(state.violations.isEmpty)
        #expect(outcome.published == files.keys.sorted() && outcome.unchanged.isEmpty)
        #expect(outcome.page == hub.url + (kind == .model ? "/someone/thing" : "/datasets/someone/thing"))
        #expect(!state.requests.contains { $0.body.range(of: Data("HF_TOKEN".utf8)) != nil })
    }

    @Test func publishingAgainSendsNothing() async throws {
        let (path, files) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer()
        _ = try await Self.publish(path, to: hub)
        let before = hub.snapshot.requests.count
        let outcome = try await Self.publish(path, to: hub)
        #expect(outcome.published.isEmpty && outcome.unchanged == files.keys.sorted())
        let later = hub.snapshot.requests[before...]
        #expect(later.map(\.method) == ["POST", "GET", "POST"], "create, revision, paths")
        #expect(hub.snapshot.commits == 1 && hub.snapshot.isPrivate == false)
    }

    @Test(arguments: HubRepository.Kind.allCases)
    func whatIsToBePrivateDoesNotGoWhereAllCanRead(_ kind: HubRepository.Kind) async throws {
        let (path, files) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer(kind: kind)
        hub.change { $0.isPrivate = false }
        let error = await #expect(throws: PublishingError.self) {
            try await Self.publish(path, to: hub, kind: kind, isPrivate: true)
        }
        #expect(error?.kind == .notPrivate && error?.remedy.contains("--private") == true)
        #expect(hub.snapshot.requests.map(\.method) == ["POST", "GET"], "nothing was sent")
        #expect(hub.snapshot.commits == 0 && hub.snapshot.storage.isEmpty)
        hub.change { $0.isPrivate = true }
        _ = try await Self.publish(path, to: hub, kind: kind, isPrivate: true)
        #expect(hub.snapshot.files == files && hub.snapshot.isPrivate == true && hub.snapshot.violations.isEmpty)
    }

    /// A token for one repository may write to it and create none.
    @Test(arguments: [true, false])
    func aTokenThatMayNotCreateWritesToWhatExists(_ isPrivate: Bool) async throws {
        let (path, files) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer { request, _ in
            request.path == "/api/repos/create" ? (.answer(403, body: Data("{\"error\": \"no rights\"}".utf8)), false) : nil
        }
        let error = await #expect(throws: PublishingError.self) { try await Self.publish(path, to: hub, isPrivate: isPrivate) }
        #expect(error?.kind == .rejected && error?.reason.contains("no rights") == true)
        hub.change { $0.isPrivate = false }
        if isPrivate {
            let error = await #expect(throws: PublishingError.self) { try await Self.publish(path, to: hub, isPrivate: true) }
            #expect(error?.kind == .notPrivate && hub.snapshot.commits == 0)
        } else {
            _ = try await Self.publish(path, to: hub)
            #expect(hub.snapshot.files == files)
        }
        #expect(hub.snapshot.violations.isEmpty)
    }

    @Test func onlyWhatIsNewGoes() async throws {
        let (path, files) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer()
        _ = try await Self.publish(path, to: hub)
        try Data("more".utf8).write(to: URL(fileURLWithPath: path + "/more.txt"))
        let puts = hub.snapshot.requests.count { $0.method == "PUT" }
        let outcome = try await Self.publish(path, to: hub)
        #expect(outcome.published == ["more.txt"] && outcome.unchanged == files.keys.sorted())
        #expect(hub.snapshot.requests.count { $0.method == "PUT" } == puts)
    }

    @Test(arguments: ["README.md", "adapter_model.safetensors"])
    func otherContentIsReplacedOnlyWhenAsked(_ name: String) async throws {
        let (path, files) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer()
        _ = try await Self.publish(path, to: hub)
        // Of the same size, so that sizes alone do not tell.
        let other = Data((files[name] ?? Data()).reversed())
        try other.write(to: URL(fileURLWithPath: path + "/" + name))
        let error = await #expect(throws: PublishingError.self) { try await Self.publish(path, to: hub) }
        #expect(error?.kind == .wouldOverwrite && error?.reason.contains(name) == true)
        #expect(error?.remedy.contains("--overwrite") == true)
        #expect(hub.snapshot.files == files && hub.snapshot.commits == 1)
        #expect(try await Self.publish(path, to: hub, overwrites: true).published == [name])
        #expect(hub.snapshot.files[name] == other && hub.snapshot.violations.isEmpty)
    }

    @Test func aRejectedTokenIsNamedAndNotShown() async throws {
        let (path, _) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer()
        let error = await #expect(throws: PublishingError.self) {
            try await Self.publish(path, to: hub, token: "hf_wrongSecret")
        }
        #expect(error?.kind == .rejected && error?.reason.contains("401") == true)
        // The server quotes the token.
        #expect(error?.description.contains("hf_wrongSecret") == false)
        #expect(hub.snapshot.requests.count == 1 && hub.snapshot.files.isEmpty)
    }

    /// Every request breaks once, before or after it took effect, or finds the server overloaded.
    @Test(arguments: [0, 1, 2])
    func brokenConnectionsAreMadeGood(_ variant: Int) async throws {
        let (path, files) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer { _, earlier in
            guard earlier == 0 else { return nil }
            switch variant {
            case 0: return (.reset, false)
            case 1: return (.reset, true)
            default: return (.answer(503, headers: ["Retry-After": "0"], body: Data("{\"error\": \"busy\"}".utf8)), false)
            }
        }
        let outcome = try await Self.publish(path, to: hub)
        #expect(hub.snapshot.files == files && hub.snapshot.commits == 1)
        #expect(hub.snapshot.violations.isEmpty)
        // Where the commit took effect although its answer was lost, the second look finds everything there.
        #expect(outcome.published == (variant == 1 ? [] : files.keys.sorted()))
    }

    @Test func anInterruptedPublicationGoesOnWhereItStopped() async throws {
        let (path, files) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let isDown = Mutex(true)
        let hub = try HubServer { request, _ in
            request.path.contains("/storage/") && request.path.contains("/3?") && isDown.withLock { $0 }
                ? (.reset, false) : nil
        }
        let error = await #expect(throws: PublishingError.self) { try await Self.publish(path, to: hub) }
        #expect(error?.kind == .unavailable && error?.reason.contains("4 attempts") == true)
        #expect(error?.description.contains("signature") == false, "signed addresses are not shown")
        #expect(hub.snapshot.commits == 0 && hub.snapshot.storage.count == 1)
        isDown.withLock { $0 = false }
        let before = hub.snapshot.requests.count
        let events = Mutex<[Publication.Event]>([])
        _ = try await Self.publish(path, to: hub) { event in events.withLock { $0.append(event) } }
        #expect(hub.snapshot.files == files && hub.snapshot.commits == 1)
        let sent = hub.snapshot.requests[before...].filter { $0.method == "PUT" }
        #expect(sent.count == 3, "the parts of the second file alone")
        #expect(events.withLock { $0.contains(.present(path: "adapter_model.safetensors")) })
    }

    @Test func redirectsAreRefusedAndTheTokenStays() async throws {
        let (path, _) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let seen = Mutex(0)
        let elsewhere = try LoopbackServer { _ in
            seen.withLock { $0 += 1 }
            return .answer(200, body: Data("{}".utf8))
        }
        let location = elsewhere.url + "/stolen"
        let hub = try HubServer { _, _ in (.answer(307, headers: ["Location": location]), false) }
        let error = await #expect(throws: PublishingError.self) { try await Self.publish(path, to: hub) }
        #expect(error?.kind == .badAnswer && error?.reason.contains("/stolen") == true)
        #expect(seen.withLock { $0 } == 0)
    }

    @Test func someoneElsesCommitIsNoticed() async throws {
        let (path, files) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let found = Mutex<HubServer?>(nil)
        let hub = try HubServer { request, _ in
            // It arrives just before the first commit.
            guard request.path.hasSuffix("/commit/main"), let hub = found.withLock({ hub in
                defer { hub = nil }
                return hub
            }) else { return nil }
            hub.change { state in
                state.files["theirs.txt"] = Data("theirs".utf8)
                state.commits += 1
            }
            return nil
        }
        found.withLock { $0 = hub }
        let outcome = try await Self.publish(path, to: hub)
        #expect(outcome.published == files.keys.sorted())
        #expect(hub.snapshot.files == files.merging(["theirs.txt": Data("theirs".utf8)]) { $1 })
        #expect(hub.snapshot.commits == 2)
    }

    @Test(arguments: [
        ("batch", "{\"objects\": []}"), ("batch", "{\"objects\": [{\"oid\": \"x\"}]}"), ("batch", "[["), ("preupload", "{}"),
        ("preupload", "{\"files\": [{\"path\": \"README.md\", \"uploadMode\": \"pigeon\"}]}"), ("revision", "{}"),
        ("paths-info", "{\"a\": 1}"), ("paths-info", "[{\"type\": \"file\"}]"),
    ])
    func answersThatBreakTheProtocolAreErrors(_ call: String, _ body: String) async throws {
        let (path, _) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let hub = try HubServer { request, _ in
            request.path.contains(call) ? (.answer(200, body: Data(body.utf8)), false) : nil
        }
        let error = await #expect(throws: PublishingError.self) { try await Self.publish(path, to: hub) }
        #expect(error?.kind == .badAnswer)
        #expect(hub.snapshot.commits == 0)
    }

    @Test func filesThatTheRepositoryIgnoresAreNamed() async throws {
        let (path, _) = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("x".utf8).write(to: URL(fileURLWithPath: path + "/ignored.txt"))
        let hub = try HubServer()
        let error = await #expect(throws: PublishingError.self) { try await Self.publish(path, to: hub) }
        #expect(error?.location == "ignored.txt")
        #expect(hub.snapshot.commits == 0)
    }
}
