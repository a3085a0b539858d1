import LanguageModel

/// What a self-reward needs of a model: log-probabilities of trees, and samples.
public protocol RewardModel: TreeScorer {
    /// Longest sequence, in tokens.
    var contextLength: Int { get }

    /// Draws every sample of every request; see `LanguageModel.sample`.
    func sample(
        _ requests: [SamplingRequest], stopTokens: Set<Int32>, batchSize: Int,
        onFinish: (_ request: Int, _ sample: Int, _ sequence: SampledSequence) throws -> Void
    ) throws
}

extension LanguageModel: RewardModel {
    public var contextLength: Int { configuration.contextLength }
}
