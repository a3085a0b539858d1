import GRDB

/// What puts responses in order: its name for people, and everything that its scores depend on.
public struct RankerRecord: Sendable, Codable, Equatable {
    public var key: String
    public var name: String
    /// Whether a score compares with those of its group only.
    public var isRelative: Bool
    public var identity: [String: KeyValue]

    public init(name: String, isRelative: Bool, identity: [String: KeyValue]) {
        key = ContentKey(.object(identity)).hex
        self.name = name
        self.isRelative = isRelative
        self.identity = identity
    }
}

extension RankerRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "ranker" }
}

/// A ranker's score of one response, among those that it was shown together.
public struct ResponseScoreRecord: Sendable, Codable, Equatable {
    public var rankerKey: String
    /// Identity of the instruction and of all responses of the group: see `Store.responseGroupKey`.
    public var groupKey: String
    /// Place in the group.
    public var position: Int
    /// `nil` where the ranker gave none.
    public var score: Double?
    /// What the score was averaged from, `nil` for a reading that could not be understood; empty for a ranker that
    /// reads once.
    public var readings: [Double?]
    /// What else the ranker measured, by name.
    public var measures: [String: Double]

    public init(
        rankerKey: String, groupKey: String, position: Int, score: Double?, readings: [Double?] = [],
        measures: [String: Double] = [:]
    ) {
        self.rankerKey = rankerKey
        self.groupKey = groupKey
        self.position = position
        self.score = score
        self.readings = readings
        self.measures = measures
    }
}

extension ResponseScoreRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "responseScore" }
}

/// The responses to one instruction and their scores, in the same order; fewer scores where some are missing.
public struct ScoredGroup: Sendable, Equatable {
    public var instruction: InstructionRecord
    public var samples: [SampleRecord]
    public var scores: [ResponseScoreRecord]

    /// Each response with its score; `nil` where that is missing.
    public var rows: [(sample: SampleRecord, score: ResponseScoreRecord?)] {
        samples.indices.map { (samples[$0], $0 < scores.count ? scores[$0] : nil) }
    }
}
