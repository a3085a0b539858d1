import GRDB

/// The questions a judge made for an article, or why it has none.
public struct QuestionSetRecord: Sendable, Codable, Equatable {
    /// Identity of the judge and of the corpus it asks about.
    public var judgeKey: String
    public var articleID: String
    /// The judge's own kind of question; `nil` when dropped.
    public var questions: JSONText?
    public var dropReason: String?

    public init(
        judgeKey: String, articleID: String, questions: JSONText? = nil, dropReason: String? = nil
    ) {
        self.judgeKey = judgeKey
        self.articleID = articleID
        self.questions = questions
        self.dropReason = dropReason
    }
}

extension QuestionSetRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "questionSet" }
}
