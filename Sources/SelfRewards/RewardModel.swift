import LanguageModel

/// What a self-reward needs of a model: log-probabilities of trees, and texts.
public protocol RewardModel: TreeScorer {
    /// Longest sequence, in tokens.
    var contextLength: Int { get }

    /// Draws every sample of every request; see `LanguageModel.sample`.
    /// - Parameter onFinish: called once per sample, in any order.
    func write(
        _ requests: [SamplingRequest], stopTokens: Set<Int32>, batchSize: Int,
        onFinish: (_ request: Int, _ sample: Int, _ tokens: [Int32], _ isCutOff: Bool) throws -> Void
    ) throws
}

extension LanguageModel: RewardModel {
    public var contextLength: Int { configuration.contextLength }

    public func write(
        _ requests: [SamplingRequest], stopTokens: Set<Int32>, batchSize: Int,
        onFinish: (_ request: Int, _ sample: Int, _ tokens: [Int32], _ isCutOff: Bool) throws -> Void
    ) throws {
        try sample(requests, stopTokens: stopTokens, batchSize: batchSize) { request, sample, sequence in
            try onFinish(request, sample, sequence.tokens, sequence.finishReason == .length)
        }
    }
}
