import Endpoints
import Foundation
import Synchronization
import Tokenization

/// Keeps answers in memory and counts how often each was kept.
final class MemoryStore: ResponseStore {
    private let rows = Mutex<[String: [StoredAnswer]]>([:])

    func answer(requestKey: String) throws -> StoredAnswer? { rows.withLock { $0[requestKey]?.last } }
    func save(_ answer: StoredAnswer) throws { rows.withLock { $0[answer.requestKey, default: []].append(answer) } }

    var saved: [[StoredAnswer]] { rows.withLock { Array($0.values) } }
}

extension RetryPolicy {
    /// Retries that a test can wait for.
    static let fast = RetryPolicy(attempts: 4, base: 0.02, cap: 0.1)
}

func client(
    _ server: FaultServer, store: any ResponseStore = MemoryStore(), key: APIKey? = nil, concurrency: Int = 4,
    timeout: Double = 20, retries: RetryPolicy = .fast, rate: RateLimit = .none, meter: CostMeter = CostMeter(),
    checkStop: @escaping @Sendable () throws -> Void = {}
) throws -> ChatClient {
    ChatClient(
        try EndpointAddress("small-model@\(server.url)"), key: key, store: store,
        settings: .init(concurrency: concurrency, timeout: timeout, retries: retries, rate: rate, jitterSeed: 1), meter: meter,
        checkStop: checkStop)
}

func request(_ text: String, maximumTokens: Int = 20) -> ChatRequest {
    ChatRequest(
        model: "small-model", messages: [Message(role: .user, content: text)], temperature: 0, maximumTokens: maximumTokens)
}
