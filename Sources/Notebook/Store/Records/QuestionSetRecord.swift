import GRDB

/// The questions a judge made for an article, or why it has none.
public struct QuestionSetRecord: Sendable, Codable, Equatable {
    /// Identity of the judge and of the corpus it asks about.
    public var judgeKey: String
    public var articleID: String
    /// The judge's own kind of question; `nil` when dropped.
    public var questions: JSONText?
    public var dropReason: String?
    /// What became of the candidate questions: an object of reasons and numbers; `nil` where that was not kept.
    public var counts: JSONText?

    public init(
        judgeKey: String, articleID: String, questions: JSONText? = nil, dropReason: String? = nil, counts: JSONText? = nil
    ) {
        self.judgeKey = judgeKey
        self.articleID = articleID
        self.questions = questions
        self.dropReason = dropReason
        self.counts = counts
    }
}

extension QuestionSetRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "questionSet" }
}
