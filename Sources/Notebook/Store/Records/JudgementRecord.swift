import GRDB

/// A judge's answers from one summary. Equal summaries of an article share one judgement.
public struct JudgementRecord: Sendable, Codable, Equatable {
    public var judgeKey: String
    public var articleID: String
    /// SHA-256 of the summary's UTF-8.
    public var summaryHash: String
    /// Chosen option per question, `nil` for "Unsure".
    public var answers: [Int?]
    /// Questions answered correctly; `nil` when the judge failed.
    public var correct: Int?
    /// What else the judge tells: why it failed, and what was odd about its output; `nil` where there is nothing to tell.
    public var secondary: JSONText?

    public init(
        judgeKey: String, articleID: String, summaryHash: String, answers: [Int?], correct: Int? = nil,
        secondary: JSONText? = nil
    ) {
        self.judgeKey = judgeKey
        self.articleID = articleID
        self.summaryHash = summaryHash
        self.answers = answers
        self.correct = correct
        self.secondary = secondary
    }
}

extension JudgementRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "judgement" }
}
