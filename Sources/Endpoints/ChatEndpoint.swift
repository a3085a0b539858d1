import Preferences
import Tokenization

/// A model behind an endpoint, as judges and baselines see one.
public struct ChatEndpoint: TextGenerator, Sendable {
    public let client: ChatClient
    /// Sent with every request, for servers that sample reproducibly.
    public let seed: Int?

    public init(client: ChatClient, seed: Int? = nil) {
        self.client = client
        self.seed = seed
    }

    /// The model's name: where it is served is no part of what it is.
    public var identity: String { "endpoint " + client.address.model + (seed.map { " seed \($0)" } ?? "") }

    /// The requests that `generate` makes, for a plan.
    public func requests(_ conversations: [[Message]], temperature: Double, maximumTokens: Int) -> [ChatRequest] {
        conversations.map {
            ChatRequest(
                model: client.address.model, messages: $0, temperature: temperature, maximumTokens: maximumTokens, seed: seed)
        }
    }

    /// - Throws: `EndpointError.unanswered` where calls had no answer; the others are kept in the client's store, and
    ///   the next try makes only what is missing.
    nonisolated(nonsending) public func generate(
        _ conversations: [[Message]], temperature: Double, maximumTokens: Int
    ) async throws -> [GeneratedText] {
        let requests = requests(conversations, temperature: temperature, maximumTokens: maximumTokens)
        return try await client.answers(to: requests).map { answer in
            switch answer.finishReason {
            case "content_filter", "refusal": .failed("the endpoint withheld its answer (\(answer.finishReason ?? ""))")
            default: .text(answer.text)
            }
        }
    }
}
