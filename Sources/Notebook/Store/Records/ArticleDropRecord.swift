import GRDB

/// How many articles of a corpus were left out for one reason.
public struct ArticleDropRecord: Sendable, Codable, Equatable {
    public var corpusKey: String
    public var reason: String
    public var count: Int

    public init(corpusKey: String, reason: String, count: Int) {
        self.corpusKey = corpusKey
        self.reason = reason
        self.count = count
    }
}

extension ArticleDropRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "articleDrop" }
}
