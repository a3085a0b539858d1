import GRDB

/// A judge's rule as it was chosen on development articles.
public struct JudgeRuleRecord: Sendable, Codable, Equatable {
    /// Content key of the step that chose it.
    public var key: String
    /// The rule, where it comes from, and what it answers there.
    public var tuning: JSONText

    public init(key: String, tuning: JSONText) {
        self.key = key
        self.tuning = tuning
    }
}

extension JudgeRuleRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "judgeRule" }
}
