import Foundation

/// An answer that was paid for.
public struct StoredAnswer: Sendable, Hashable {
    /// `ChatRequest.key()`.
    public var requestKey: String
    public var model: String
    /// The model that the server said answered; the requested one where it said nothing.
    public var reportedModel: String
    public var text: String
    public var finishReason: String?
    /// Of the first token, where log-probabilities were asked for.
    public var firstToken: ChatResponse.TokenLogProbability?
    public var usage: ChatResponse.Usage?

    public init(
        requestKey: String, model: String, reportedModel: String, text: String, finishReason: String?,
        firstToken: ChatResponse.TokenLogProbability? = nil, usage: ChatResponse.Usage? = nil
    ) {
        self.requestKey = requestKey
        self.model = model
        self.reportedModel = reportedModel
        self.text = text
        self.finishReason = finishReason
        self.firstToken = firstToken
        self.usage = usage
    }
}

/// Keeps answers, so that no call is made twice. Implementations are used by many tasks at once.
public protocol ResponseStore: Sendable {
    /// The newest answer to a request.
    func answer(requestKey: String) throws -> StoredAnswer?
    /// Keeps an answer for good before it returns.
    func save(_ answer: StoredAnswer) throws
}
