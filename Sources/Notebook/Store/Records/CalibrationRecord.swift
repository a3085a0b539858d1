import GRDB

/// What a judge answered over all questions of a kind, given one kind of passage.
public struct CalibrationRecord: Sendable, Codable, Equatable {
    public var judgeKey: String
    public var split: String
    /// e.g. `full article`, `nothing`.
    public var passage: String
    /// Kind of question; `all` for the total.
    public var kind: String
    public var correct: Int
    public var wrong: Int
    public var unsure: Int

    public init(
        judgeKey: String, split: String, passage: String, kind: String, correct: Int, wrong: Int, unsure: Int
    ) {
        self.judgeKey = judgeKey
        self.split = split
        self.passage = passage
        self.kind = kind
        self.correct = correct
        self.wrong = wrong
        self.unsure = unsure
    }
}

extension CalibrationRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "calibration" }
}
