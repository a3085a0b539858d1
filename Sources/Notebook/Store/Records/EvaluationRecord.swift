import GRDB

/// A system measured on a split within a run.
public struct EvaluationRecord: Sendable, Codable, Equatable {
    /// Given by the store.
    public var id: Int64?
    public var runID: String
    public var systemName: String
    public var label: String
    public var kind: String
    /// Round of on-policy training, 0 for untrained systems.
    public var round: Int
    public var split: String
    public var articleSetKey: String
    public var judgeKey: String
    public var trainingKey: String?
    /// What else identifies the system, e.g. beta and learning rate.
    public var details: [String: KeyValue]

    public init(
        id: Int64? = nil, runID: String, systemName: String, label: String, kind: String, round: Int, split: String,
        articleSetKey: String, judgeKey: String, trainingKey: String? = nil, details: [String: KeyValue] = [:]
    ) {
        self.id = id
        self.runID = runID
        self.systemName = systemName
        self.label = label
        self.kind = kind
        self.round = round
        self.split = split
        self.articleSetKey = articleSetKey
        self.judgeKey = judgeKey
        self.trainingKey = trainingKey
        self.details = details
    }
}

extension EvaluationRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "evaluation" }
}

/// One judged summary of an evaluation.
public struct EvaluationRowRecord: Sendable, Codable, Equatable {
    /// Set by the store on saving.
    public var evaluationID: Int64
    /// Order of the article.
    public var position: Int
    public var articleID: String
    @ModelText public var summary: String
    public var words: Int
    /// `nil` when the judge failed.
    public var correct: Int?
    public var answers: [Int?]
    public var failures: [String]

    public init(
        evaluationID: Int64 = 0, position: Int, articleID: String, summary: String, words: Int, correct: Int? = nil,
        answers: [Int?], failures: [String]
    ) {
        self.evaluationID = evaluationID
        self.position = position
        self.articleID = articleID
        self.summary = summary
        self.words = words
        self.correct = correct
        self.answers = answers
        self.failures = failures
    }
}

extension EvaluationRowRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "evaluationRow" }
}
