import GRDB

/// An article of a corpus.
public struct ArticleRecord: Sendable, Codable, Equatable {
    /// Content key of the whole corpus and its split.
    public var corpusKey: String
    public var id: String
    public var position: Int
    /// `train`, `development` or `test`.
    public var split: String
    public var words: Int
    @ModelText public var text: String

    public init(
        corpusKey: String, id: String, position: Int, split: String, words: Int, text: String
    ) {
        self.corpusKey = corpusKey
        self.id = id
        self.position = position
        self.split = split
        self.words = words
        self.text = text
    }
}

extension ArticleRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "article" }
}
