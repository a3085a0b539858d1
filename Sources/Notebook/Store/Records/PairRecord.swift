import GRDB

/// A preference between two samples of an article.
public struct PairRecord: Sendable, Codable, Equatable {
    public var pairSetKey: String
    public var position: Int
    /// Sample set of both samples.
    public var setKey: String
    public var articleID: String
    public var chosenIndex: Int
    public var rejectedIndex: Int
    /// Which rule of the preference function decided.
    public var reason: String

    public init(
        pairSetKey: String, position: Int, setKey: String, articleID: String, chosenIndex: Int, rejectedIndex: Int,
        reason: String
    ) {
        self.pairSetKey = pairSetKey
        self.position = position
        self.setKey = setKey
        self.articleID = articleID
        self.chosenIndex = chosenIndex
        self.rejectedIndex = rejectedIndex
        self.reason = reason
    }
}

extension PairRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "pair" }
}
