import LanguageModel

/// Sums over one effective batch, filled tree by tree.
struct BatchLoss {
    /// What a pass says of a completion.
    struct Completion {
        /// Summed over its tokens.
        var logProbability: Double
        /// Over the vocabulary and its tokens.
        var meanLogit: Double
    }

    private let data: TrainingData
    /// What a mean divides by: pairs (preference) or completion tokens (supervised) of the whole
    /// effective batch, so that splitting it into micro-batches changes nothing.
    private let divisor: Double
    private var loss = 0.0
    private var pairs = 0
    private var sums: [String: Double] = [:]
    private(set) var tokens = 0

    init(_ data: TrainingData, indices: [Int]) {
        self.data = data
        switch data {
        case .preference: divisor = Double(indices.count)
        case .supervised(let examples): divisor = Double(indices.reduce(0) { $0 + examples[$1].completion.count })
        }
    }

    /// Adds one example and returns d(batch loss) / d(summed log-probability) of each of its completions.
    /// - Parameter completions: chosen and rejected, or the one to imitate.
    mutating func add(_ index: Int, _ completions: [Completion]) -> [Float] {
        switch data {
        case .preference(let examples, let objective):
            let example = examples[index]
            let chosen = PreferenceObjective.Completion(
                policy: completions[0].logProbability, reference: example.referenceChosen, tokens: example.chosen.count)
            let rejected = PreferenceObjective.Completion(
                policy: completions[1].logProbability, reference: example.referenceRejected, tokens: example.rejected.count)
            let value = objective.value(chosen: chosen, rejected: rejected)
            loss += value.loss
            pairs += 1
            tokens += example.prompt.count + example.chosen.count + example.rejected.count
            accumulate("rewards/chosen", value.chosenReward)
            accumulate("rewards/rejected", value.rejectedReward)
            accumulate("rewards/margins", value.margin)
            accumulate("rewards/accuracies", value.margin > 0 ? 1 : 0)
            accumulate("logps/chosen", chosen.policy)
            accumulate("logps/rejected", rejected.policy)
            accumulate("logits/chosen", completions[0].meanLogit)
            accumulate("logits/rejected", completions[1].meanLogit)
            accumulate("kl", 0.5 * (chosen.reference - chosen.policy + rejected.reference - rejected.policy))
            return [Float(value.chosenDerivative / divisor), Float(value.rejectedDerivative / divisor)]
        case .supervised(let examples):
            loss -= completions[0].logProbability
            tokens += examples[index].prompt.count + examples[index].completion.count
            accumulate("logps/chosen", completions[0].logProbability)
            accumulate("logits/chosen", completions[0].meanLogit)
            pairs += 1
            return [Float(-1 / divisor)]
        }
    }

    private mutating func accumulate(_ name: String, _ value: Double) { sums[name, default: 0] += value }

    /// Metrics by the field's names; means over the batch. `kl` estimates KL(reference || policy) per
    /// sequence in nats from completions that the reference sampled.
    var metrics: [String: Double] {
        var metrics = sums.mapValues { $0 / Double(max(pairs, 1)) }
        metrics["loss"] = loss / divisor
        return metrics
    }
}
