import Foundation
import GRDB

/// A remote model's answer to one request.
public struct EndpointAnswerRecord: Sendable, Codable, Equatable {
    /// Identity of model, messages and sampling settings.
    public var requestKey: String
    /// What the server said answered.
    public var reportedModel: String
    /// What it was asked for.
    public var model: String
    @ModelText public var text: String
    public var finishReason: String?
    /// Log-probabilities of the first token, as JSON.
    public var firstToken: JSONText?
    public var promptTokens: Int?
    public var completionTokens: Int?
    public var answeredAt: Date

    public init(
        requestKey: String, reportedModel: String, model: String, text: String, finishReason: String?, firstToken: JSONText?,
        promptTokens: Int?, completionTokens: Int?, answeredAt: Date = Date()
    ) {
        self.requestKey = requestKey
        self.reportedModel = reportedModel
        self.model = model
        _text = ModelText(wrappedValue: text)
        self.finishReason = finishReason
        self.firstToken = firstToken
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.answeredAt = answeredAt
    }
}

extension EndpointAnswerRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "endpointAnswer" }
}
