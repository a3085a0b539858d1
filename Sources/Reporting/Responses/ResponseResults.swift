/// An experiment on instructions: what was answered, ranked, trained on and compared. Pure data.
public struct ResponseExperiment: Sendable, Codable, Equatable {
    public var experiment: String
    public var runID: String
    /// Names of the model that was trained and of the instructions.
    public var model: String
    public var instructions: String
    public var rootSeed: UInt64
    /// Held-out instructions that the tables before and after show.
    public var shown: Int
    public var rounds: [ResponseRound]
    public var comparisons: [ResponseComparison]
    /// Whether the reward tells responses from worse texts; `nil` where that was not measured.
    public var rewardCheck: RewardCheck?
    /// What differs from the recipe that the experiment follows.
    public var deviations: [String]

    public init(
        experiment: String, runID: String, model: String, instructions: String, rootSeed: UInt64, shown: Int,
        rounds: [ResponseRound], comparisons: [ResponseComparison], rewardCheck: RewardCheck? = nil, deviations: [String] = []
    ) {
        self.experiment = experiment
        self.runID = runID
        self.model = model
        self.instructions = instructions
        self.rootSeed = rootSeed
        self.shown = shown
        self.rounds = rounds
        self.comparisons = comparisons
        self.rewardCheck = rewardCheck
        self.deviations = deviations
    }
}

/// One round: instructions answered by a policy, its responses ranked, pairs made, a training on them.
public struct ResponseRound: Sendable, Codable, Equatable {
    /// From 1.
    public var round: Int
    public var startLabel: String
    public var trainedLabel: String
    public var diverged: Bool
    public var scored: ScoredResponses
    public var pairs: [RankedPair]
    /// Instructions without a pair.
    public var pairDrops: [CountedReason]
    /// Instructions left out before they were answered.
    public var instructionDrops: [CountedReason]

    public init(
        round: Int, startLabel: String, trainedLabel: String, diverged: Bool, scored: ScoredResponses, pairs: [RankedPair],
        pairDrops: [CountedReason], instructionDrops: [CountedReason]
    ) {
        self.round = round
        self.startLabel = startLabel
        self.trainedLabel = trainedLabel
        self.diverged = diverged
        self.scored = scored
        self.pairs = pairs
        self.pairDrops = pairDrops
        self.instructionDrops = instructionDrops
    }
}

/// What put responses in order.
public struct RankerDescription: Sendable, Codable, Hashable {
    public var key: String
    public var name: String
    /// Whether a score compares with those of its group only.
    public var isRelative: Bool

    public init(key: String, name: String, isRelative: Bool) {
        self.key = key
        self.name = name
        self.isRelative = isRelative
    }
}

/// Responses to instructions with a ranker's scores.
public struct ScoredResponses: Sendable, Codable, Equatable {
    public struct Response: Sendable, Codable, Equatable {
        public var instructionID: String
        public var words: Int
        public var isCutOff: Bool
        /// `nil` where the ranker gave none.
        public var score: Double?
        /// What the score was averaged from, `nil` where a reading could not be understood.
        public var readings: [Double?]
        public var measures: [String: Double]

        public init(
            instructionID: String, words: Int, isCutOff: Bool, score: Double?, readings: [Double?] = [],
            measures: [String: Double] = [:]
        ) {
            self.instructionID = instructionID
            self.words = words
            self.isCutOff = isCutOff
            self.score = score
            self.readings = readings
            self.measures = measures
        }
    }

    /// What names of measures begin with that count readings without a score, by reason.
    public static let unread = "unread: "
    /// Name of the measure that is the expected score over the digits 0 to 5.
    public static let expected = "expected"

    public var ranker: RankerDescription
    public var responses: [Response]

    public init(ranker: RankerDescription, responses: [Response]) {
        self.ranker = ranker
        self.responses = responses
    }
}

/// The best response to an instruction against the worst.
public struct RankedPair: Sendable, Codable, Equatable {
    public var instructionID: String
    /// Places among the instruction's responses, from 0.
    public var chosenPlace: Int
    public var rejectedPlace: Int
    public var chosenScore: Double
    public var rejectedScore: Double
    public var chosenWords: Int
    public var rejectedWords: Int

    public init(
        instructionID: String, chosenPlace: Int, rejectedPlace: Int, chosenScore: Double, rejectedScore: Double, chosenWords: Int,
        rejectedWords: Int
    ) {
        self.instructionID = instructionID
        self.chosenPlace = chosenPlace
        self.rejectedPlace = rejectedPlace
        self.chosenScore = chosenScore
        self.rejectedScore = rejectedScore
        self.chosenWords = chosenWords
        self.rejectedWords = rejectedWords
    }
}

/// Two policies' responses to the same held-out instructions, scored by one ranker.
public struct ResponseComparison: Sendable, Codable, Equatable {
    public struct Response: Sendable, Codable, Equatable {
        public var text: String
        public var words: Int
        public var isCutOff: Bool
        /// `nil` where the ranker gave none.
        public var score: Double?

        public init(text: String, words: Int, isCutOff: Bool, score: Double?) {
            self.text = text
            self.words = words
            self.isCutOff = isCutOff
            self.score = score
        }
    }

    public struct Row: Sendable, Codable, Equatable {
        public var instructionID: String
        public var instruction: String
        public var challenger: Response
        public var opponent: Response

        public init(instructionID: String, instruction: String, challenger: Response, opponent: Response) {
            self.instructionID = instructionID
            self.instruction = instruction
            self.challenger = challenger
            self.opponent = opponent
        }
    }

    /// Unique within its run.
    public var name: String
    /// Rounds of training behind the challenger.
    public var round: Int
    public var challenger: String
    public var opponent: String
    public var ranker: RankerDescription
    public var rows: [Row]

    public init(
        name: String, round: Int, challenger: String, opponent: String, ranker: RankerDescription, rows: [Row]
    ) {
        self.name = name
        self.round = round
        self.challenger = challenger
        self.opponent = opponent
        self.ranker = ranker
        self.rows = rows
    }
}
