import Checkpoints
import Foundation
import Tokenization

/// A chat completion to ask for. Field names follow OpenAI's API reference, "Create chat completion".
public struct ChatRequest: Sendable, Hashable, Encodable {
    public var model: String
    public var messages: [Message]
    public var temperature: Double
    public var maximumTokens: Int
    public var seed: Int?
    /// Alternatives per token whose log-probabilities are wanted; `nil` for none.
    public var topLogProbabilities: Int?

    public init(
        model: String, messages: [Message], temperature: Double, maximumTokens: Int, seed: Int? = nil, topLogProbabilities: Int? = nil
    ) {
        self.model = model
        self.messages = messages
        self.temperature = temperature
        self.maximumTokens = maximumTokens
        self.seed = seed
        self.topLogProbabilities = topLogProbabilities
    }

    enum CodingKeys: String, CodingKey {
        case model, messages, temperature, seed, logprobs
        case maximumTokens = "max_tokens"
        case maximumCompletionTokens = "max_completion_tokens"
        case topLogProbabilities = "top_logprobs"
    }

    public func encode(to encoder: any Encoder) throws { try encode(to: encoder, in: WireDialect()) }

    fileprivate func encode(to encoder: any Encoder, in dialect: WireDialect) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(messages, forKey: .messages)
        try container.encode(temperature, forKey: .temperature)
        try container.encode(maximumTokens, forKey: dialect.usesMaximumCompletionTokens ? .maximumCompletionTokens : .maximumTokens)
        if !dialect.omitsSeed { try container.encodeIfPresent(seed, forKey: .seed) }
        if let topLogProbabilities {
            try container.encode(true, forKey: .logprobs)
            try container.encode(topLogProbabilities, forKey: .topLogProbabilities)
        }
    }

    /// The request's body, equal for equal requests.
    func body(in dialect: WireDialect = WireDialect()) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(Wording(request: self, dialect: dialect))
    }

    private struct Wording: Encodable {
        var request: ChatRequest
        var dialect: WireDialect
        func encode(to encoder: any Encoder) throws { try request.encode(to: encoder, in: dialect) }
    }

    /// Identity of the request for `ResponseStore`: model, messages and sampling settings. The URL is no part of it, a
    /// server may move; nor is the wording that a server wants.
    public func key() throws -> String {
        var body = try body()
        body.append(contentsOf: "\nchat completions 1".utf8)
        return body.withUnsafeBytes { SHA256.hexDigest(of: $0) }
    }

    /// Tokens of the prompt, for rate limits and cost before the server has counted them: four bytes of English a
    /// token, and a few per turn.
    public var estimatedPromptTokens: Int { messages.reduce(3) { $0 + 4 + ($1.content.utf8.count + 3) / 4 } }
}
