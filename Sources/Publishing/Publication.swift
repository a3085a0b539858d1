import Checkpoints
import Foundation

/// Brings a folder to a repository of the Hugging Face Hub, in one commit.
///
/// It can be repeated at any time: what the repository holds already is not sent again, and large files that arrived
/// before an interruption are recognised by their SHA-256.
public struct Publication: Sendable {
    public enum Event: Sendable, Hashable {
        case created(page: String)
        /// The repository, or its storage, has this content.
        case present(path: String)
        case sending(path: String, size: Int)
        case committed(url: String)
    }

    public struct Outcome: Sendable, Hashable {
        public let page: String
        /// Files of the commit; empty if the repository held everything.
        public let published: [String]
        /// Files that the repository held with the same content.
        public let unchanged: [String]
    }

    public let folder: PublishedFolder
    public let repository: HubRepository
    public var isPrivate: Bool
    /// Whether files with other content are replaced.
    public var overwrites: Bool
    public var retries: RetrySchedule

    public init(
        folder: PublishedFolder, repository: HubRepository, isPrivate: Bool = false, overwrites: Bool = false,
        retries: RetrySchedule = RetrySchedule()
    ) {
        self.folder = folder
        self.repository = repository
        self.isPrivate = isPrivate
        self.overwrites = overwrites
        self.retries = retries
    }

    /// Rounds of comparing and committing, if others commit at the same time.
    private static let rounds = 4

    /// - Throws: `PublishingError`; `CancellationError`.
    public func publish(
        to address: HubAddress, token: HubToken, report: @Sendable (Event) -> Void = { _ in }
    ) async throws -> Outcome {
        let transport = HubTransport()
        defer { transport.invalidate() }
        let client = HubClient(
            address: address, repository: repository, token: token, transport: transport, retries: retries)
        let page = repository.page(at: address)
        if try await client.create(isPrivate: isPrivate) { report(.created(page: page)) }
        for _ in 0..<Self.rounds {
            let parent = try await client.head()
            let missing = try await missing(client, revision: parent)
            let unchanged = folder.files.filter { !missing.contains($0) }.map(\.path)
            for path in unchanged { report(.present(path: path)) }
            if missing.isEmpty { return Outcome(page: page, published: [], unchanged: unchanged) }
            let modes = try await client.uploadModes(missing)
            try await client.uploadLarge(missing.filter { modes[$0.path] == .lfs }, report: report)
            let lines = try missing.map { try HubClient.commitLine($0, modes[$0.path] ?? .regular) }
            let summary = "Add \(missing.count) file\(missing.count == 1 ? "" : "s")"
            if case .done(let url) = try await client.commit(lines, summary: summary, parent: parent) {
                report(.committed(url: url))
                return Outcome(page: page, published: missing.map(\.path), unchanged: unchanged)
            }
        }
        throw PublishingError(
            .unavailable, "cannot publish", at: repository.description,
            why: "others changed the repository \(Self.rounds) times while files were on their way",
            remedy: "Run the same command again.")
    }

    /// Files that the repository does not hold.
    /// - Throws: if some stand there with other content and are not to be replaced, before anything is sent.
    private func missing(_ client: HubClient, revision: String) async throws -> [PublishedFolder.File] {
        let remote = try await client.contents(at: folder.files.map(\.path), revision: revision)
        var missing: [PublishedFolder.File] = []
        var different: [String] = []
        for file in folder.files {
            guard let there = remote[file.path] else {
                missing.append(file)
                continue
            }
            let isSame = try there.sha256.map { try $0 == file.sha256() } ?? (there.blob == file.gitBlob())
            if !isSame {
                missing.append(file)
                different.append(file.path)
            }
        }
        guard different.isEmpty || overwrites else {
            throw PublishingError(
                .wouldOverwrite, "cannot publish", at: repository.description,
                why: "it holds other content at " + different.prefix(5).joined(separator: ", ")
                    + (different.count > 5 ? " and \(different.count - 5) more" : ""),
                remedy: "Add --overwrite to replace these files; the repository keeps their history.")
        }
        return missing
    }
}
