import Endpoints
import Foundation
import Preferences
import Serving
import Synchronization
import Testing
import Tokenization

/// The package's own client against its own server.
struct EndpointTests {
    private final class MemoryStore: ResponseStore {
        private let rows = Mutex<[String: StoredAnswer]>([:])
        func answer(requestKey: String) throws -> StoredAnswer? { rows.withLock { $0[requestKey] } }
        func save(_ answer: StoredAnswer) throws { rows.withLock { $0[answer.requestKey] = answer } }
    }

    private static func endpoint(_ server: RunningServer) throws -> ChatEndpoint {
        ChatEndpoint(client: ChatClient(try EndpointAddress("tiny@http://127.0.0.1:\(server.port)/v1"), key: nil, store: MemoryStore()), seed: 5)
    }

    @Test("Texts over the wire are the engine's")
    func texts() async throws {
        try await RunningServer.with { server in
            let questions = (0..<20).map { "Question \($0)" }
            let texts = try await Self.endpoint(server).generate(
                questions.map { [Message(role: .user, content: $0)] }, temperature: 0, maximumTokens: 10)
            for (question, text) in zip(questions, texts) {
                #expect(text == .text(try server.expected(question, temperature: 0, maximumTokens: 10, seed: 1).text))
            }
        }
    }

    @Test("Letters are read from the first token's log-probabilities")
    func letters() async throws {
        try await RunningServer.with { server in
            let scorer = EndpointLetterScorer(endpoint: try Self.endpoint(server))
            let request = ContinuationRequest(
                conversation: [Message(role: .user, content: "Pick one")], opening: "Q1)", continuations: [" A", " B", " C", " Unsure"])
            let scores = try await scorer.logProbabilities([request, request])
            #expect(scores.count == 2 && scores[0] == scores[1])
            #expect(scores[0].count == 4 && scores[0].allSatisfy { $0.isFinite && $0 <= 0 })
        }
    }

    @Test("A busy server is asked again until every row is there")
    func busy() async throws {
        try await RunningServer.with(limits: ServerLimits(batchSize: 1, queueLength: 1)) { server in
            let client = ChatClient(
                try EndpointAddress("tiny@http://127.0.0.1:\(server.port)/v1"), key: nil, store: MemoryStore(),
                settings: .init(concurrency: 6, retries: RetryPolicy(attempts: 40, base: 0.01, cap: 0.1)))
            let answers = try await client.answers(
                to: (0..<12).map { (number: Int) in
                    ChatRequest(
                        model: "tiny", messages: [Message(role: .user, content: "Q \(number)")], temperature: 1, maximumTokens: 60, seed: number)
                })
            #expect(answers.count == 12)
        }
    }
}
