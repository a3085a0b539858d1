import GRDB

/// Log-probability of a completion under a reference model, shared by content across trainings.
public struct ReferenceLogProbabilityRecord: Sendable, Codable, Equatable {
    /// Identity of the weights and the numeric mode.
    public var modelKey: String
    /// Identity of the token ids and the completion span.
    public var contentKey: String
    /// In nats, over the completion's tokens.
    public var sum: Double
    public var tokenCount: Int

    public init(
        modelKey: String, contentKey: String, sum: Double, tokenCount: Int
    ) {
        self.modelKey = modelKey
        self.contentKey = contentKey
        self.sum = sum
        self.tokenCount = tokenCount
    }
}

extension ReferenceLogProbabilityRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "referenceLogProbability" }
}
