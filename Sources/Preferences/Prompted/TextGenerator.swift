import Tokenization

/// Writes the next turn of conversations: a local model or an endpoint.
public protocol TextGenerator {
    /// What the text depends on besides the conversation and the settings: a weights hash, or the endpoint's
    /// model name.
    var identity: String { get }

    /// One result per conversation, in order, each independent of the others.
    nonisolated(nonsending) func generate(
        _ conversations: [[Message]], temperature: Double, maximumTokens: Int
    ) async throws -> [GeneratedText]
}

public enum GeneratedText: Sendable, Hashable {
    case text(String)
    /// The model gave no text; why.
    case failed(String)
}

/// Log-probabilities of short continuations of the assistant's turn: how a weak local model answers a
/// multiple-choice question that it could not answer in a given format.
public protocol ContinuationScorer {
    var identity: String { get }

    /// Natural-log probability per request and continuation.
    nonisolated(nonsending) func logProbabilities(_ requests: [ContinuationRequest]) async throws -> [[Double]]
}

public struct ContinuationRequest: Sendable, Hashable {
    public var conversation: [Message]
    /// How the assistant's turn begins, e.g. `"Q1)"`.
    public var opening: String
    /// What may come next, e.g. `" A"`.
    public var continuations: [String]

    public init(conversation: [Message], opening: String, continuations: [String]) {
        self.conversation = conversation
        self.opening = opening
        self.continuations = continuations
    }
}
