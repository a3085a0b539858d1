import GRDB

/// One round of a run: instructions answered by a policy, its responses ranked, pairs of the best and the worst, and
/// a training on them. The rows that it names hold everything that is reported of it.
public struct ResponseRoundRecord: Sendable, Codable, Equatable {
    public var runID: String
    /// From 1.
    public var round: Int
    /// The policy that answered.
    public var startLabel: String
    public var trainedLabel: String
    /// Its instructions of split `train` were answered.
    public var instructionSetKey: String
    public var responseSetKey: String
    public var responsesPerInstruction: Int
    public var rankerKey: String
    public var pairSetKey: String
    /// Instructions without a pair, by reason.
    public var pairDrops: [String: Int]
    /// Instructions that were left out before they were answered, by reason.
    public var instructionDrops: [String: Int]
    public var trainingKey: String

    public init(
        runID: String, round: Int, startLabel: String, trainedLabel: String, instructionSetKey: String,
        responseSetKey: String, responsesPerInstruction: Int, rankerKey: String, pairSetKey: String,
        pairDrops: [String: Int], instructionDrops: [String: Int], trainingKey: String
    ) {
        self.runID = runID
        self.round = round
        self.startLabel = startLabel
        self.trainedLabel = trainedLabel
        self.instructionSetKey = instructionSetKey
        self.responseSetKey = responseSetKey
        self.responsesPerInstruction = responsesPerInstruction
        self.rankerKey = rankerKey
        self.pairSetKey = pairSetKey
        self.pairDrops = pairDrops
        self.instructionDrops = instructionDrops
        self.trainingKey = trainingKey
    }
}

extension ResponseRoundRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "responseRound" }
}
