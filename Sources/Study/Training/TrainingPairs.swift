import Notebook

/// Sampled texts of a policy, with the prompts that they answer.
public protocol SampleSet: Sendable {
    /// Key of its samples in the store.
    var key: String { get }
    /// Looks up the tokens of the prompt that was answered; `nil` for an id that is not in the set.
    func prompts(in study: Study) -> (_ id: String) throws -> [Int32]?
}

/// Preference pairs that a policy can learn from; rows are read from the store.
public protocol TrainingPairs: Sendable {
    var key: String { get }
    /// What both sides of every pair are taken from.
    var samples: any SampleSet { get }
    func rows() throws -> [PairRecord]
    /// The most there can be, for plans made before there are any.
    func maximumCount(_ settings: StudySettings) -> Int
    /// What to do where there are none.
    var remedy: String { get }
}
