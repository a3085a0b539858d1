import Alignment
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
    /// What the trainer is given; by default the sampled tokens of each pair.
    func trainingData(_ recipe: TrainingRecipe, in study: Study, reference: PolicyModel) throws -> TrainingData
}

extension TrainingPairs {
    public func trainingData(_ recipe: TrainingRecipe, in study: Study, reference: PolicyModel) throws -> TrainingData {
        var rows = try rows().map { (articleID: $0.articleID, chosen: $0.chosenIndex, rejected: $0.rejectedIndex) }
        if recipe.maximumPairs > 0 { rows = Array(rows.prefix(recipe.maximumPairs)) }
        return try study.trainingData(recipe.method, rows: rows, of: samples, reference: reference)
    }
}
