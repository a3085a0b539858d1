import GRDB

/// How likely a text is under a model that is given nothing else.
public struct FluencyRecord: Sendable, Codable, Equatable {
    /// Weights, numeric mode and what stands before the text.
    public var modelKey: String
    /// SHA-256 of the text's UTF-8.
    public var textHash: String
    /// Sum over the tokens that were read, in nats.
    public var negativeLogLikelihood: Double
    public var tokenCount: Int

    public init(modelKey: String, textHash: String, negativeLogLikelihood: Double, tokenCount: Int) {
        self.modelKey = modelKey
        self.textHash = textHash
        self.negativeLogLikelihood = negativeLogLikelihood
        self.tokenCount = tokenCount
    }
}

extension FluencyRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "fluency" }
}
