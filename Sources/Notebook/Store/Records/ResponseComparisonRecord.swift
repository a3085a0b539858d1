import GRDB

/// Two policies' responses to the same instructions, scored by one ranker.
public struct ResponseComparisonRecord: Sendable, Codable, Equatable {
    /// Given by the store.
    public var id: Int64?
    public var runID: String
    /// Unique within the run.
    public var name: String
    /// Rounds of training behind the challenger.
    public var round: Int
    public var challengerLabel: String
    public var opponentLabel: String
    public var rankerKey: String
    public var instructionSetKey: String

    public init(
        id: Int64? = nil, runID: String, name: String, round: Int, challengerLabel: String, opponentLabel: String,
        rankerKey: String, instructionSetKey: String
    ) {
        self.id = id
        self.runID = runID
        self.name = name
        self.round = round
        self.challengerLabel = challengerLabel
        self.opponentLabel = opponentLabel
        self.rankerKey = rankerKey
        self.instructionSetKey = instructionSetKey
    }
}

extension ResponseComparisonRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "responseComparison" }
}

/// One instruction of a comparison.
public struct ResponseComparisonRowRecord: Sendable, Codable, Equatable {
    public var comparisonID: Int64
    public var position: Int
    public var instructionID: String
    @ModelText public var challenger: String
    public var challengerFinish: String
    public var challengerWords: Int
    /// `nil` where the ranker gave none.
    public var challengerScore: Double?
    @ModelText public var opponent: String
    public var opponentFinish: String
    public var opponentWords: Int
    public var opponentScore: Double?

    public init(
        comparisonID: Int64 = 0, position: Int, instructionID: String, challenger: SampleRecord, challengerScore: Double?,
        opponent: SampleRecord, opponentScore: Double?
    ) {
        self.comparisonID = comparisonID
        self.position = position
        self.instructionID = instructionID
        self.challenger = challenger.text
        challengerFinish = challenger.finishReason
        challengerWords = challenger.words
        self.challengerScore = challengerScore
        self.opponent = opponent.text
        opponentFinish = opponent.finishReason
        opponentWords = opponent.words
        self.opponentScore = opponentScore
    }
}

extension ResponseComparisonRowRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "responseComparisonRow" }
}
