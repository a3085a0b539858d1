import GRDB

/// One question, answered from a passage whose worth is known.
public struct CalibrationAnswerRecord: Sendable, Codable, Equatable {
    /// The judge that asked.
    public var judgeKey: String
    public var split: String
    /// Who answered: the judge itself, or another way of asking its questions.
    public var reader: String
    /// Whether all candidate questions were answered or those that are asked.
    public var questions: String
    /// e.g. `full article`, `nothing`.
    public var passage: String
    public var articleID: String
    /// Place of the question among the article's.
    public var question: Int
    /// Kind of question.
    public var kind: String
    /// Position of the right option.
    public var answer: Int
    /// Position of the option chosen; `nil` for "Unsure".
    public var choice: Int?
    /// Why there is no answer that could be read; `nil` where there is one, "Unsure" included.
    public var defect: String?

    public init(
        judgeKey: String, split: String, reader: String, questions: String, passage: String, articleID: String,
        question: Int, kind: String, answer: Int, choice: Int?, defect: String? = nil
    ) {
        self.judgeKey = judgeKey
        self.split = split
        self.reader = reader
        self.questions = questions
        self.passage = passage
        self.articleID = articleID
        self.question = question
        self.kind = kind
        self.answer = answer
        self.choice = choice
        self.defect = defect
    }
}

extension CalibrationAnswerRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "calibrationAnswer" }
}
