import Notebook

/// Responses to one instruction, which are put in order together.
public struct ResponseGroup: Sendable, Hashable {
    public var instruction: String
    public var responses: [String]

    public init(instruction: String, responses: [String]) {
        self.instruction = instruction
        self.responses = responses
    }
}

/// What a ranker says of one response of a group; higher is better.
public struct ResponseScore: Sendable, Hashable {
    /// `nil` where the ranker gave no score.
    public var value: Double?
    /// What the score was averaged from, `nil` for a reading that could not be understood; empty for a ranker that
    /// reads once.
    public var readings: [Double?]
    /// What else was measured of the response, by name; finite numbers.
    public var measures: [String: Double]

    public init(_ value: Double?, readings: [Double?] = [], measures: [String: Double] = [:]) {
        self.value = value
        self.readings = readings
        self.measures = measures
    }
}

/// Puts responses to an instruction in order: PairRM, or a model's own judgement.
///
/// Scores of a group depend on the group and the identity alone, not on the groups that are scored with it.
public protocol ResponseRanker {
    /// For people, e.g. "PairRM".
    var name: String { get }
    /// Everything that scores depend on: files by hash, models, prompts, settings, numeric mode.
    var identity: KeyValue { get }
    /// Whether a score compares with those of the same group only, as PairRM's do, and has no meaning by itself.
    var isRelative: Bool { get }
    /// First word of its steps' names where they take another time than a model's own reward; `nil` for that.
    var stepKind: String? { get }
    /// Groups scored in one call, and stored together; speed only.
    var groupsPerBatch: Int { get }
    /// Instruction-response pairs that the scores of a group take, and what one of them takes, for plans.
    func work(groups: Int, responsesPerGroup: Int) -> StepWork
    /// Makes ready to score; called once before the first of them, within the step that needs them.
    func load(in cell: Cell) async throws
    /// - Returns: for each group, one score per response.
    func scores(of groups: [ResponseGroup]) async throws -> [[ResponseScore]]
}

extension ResponseRanker {
    public var isRelative: Bool { false }

    public var stepKind: String? { nil }

    /// The name of a step that this ranker's time decides, so that its rate is not taken for another's.
    func step(_ name: String) -> String { stepKind.map { "\($0): \(name)" } ?? name }

    public var groupsPerBatch: Int { 4 }

    public func work(groups: Int, responsesPerGroup: Int) -> StepWork {
        StepWork(units: groups * responsesPerGroup, unit: "responses")
    }

    public func load(in cell: Cell) async throws {}

    /// Its row in the store.
    var record: RankerRecord { RankerRecord(name: name, isRelative: isRelative, identity: identity.members) }
}
