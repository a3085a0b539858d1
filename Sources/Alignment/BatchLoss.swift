import LanguageModel

/// Sums over one effective batch, filled tree by tree in data order.
struct BatchLoss {
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

    /// Adds one example and returns d(batch loss) / d(summed log-probability) per segment of its tree.
    mutating func add(_ index: Int, scores: TreeScores, meanLogits: [Double]) -> [Float] {
        switch data {
        case .preference(let examples, let objective):
            let example = examples[index]
            let chosen = PreferenceObjective.Completion(
                policy: scores.sum(1), reference: example.referenceChosen, tokens: example.chosen.count)
            let rejected = PreferenceObjective.Completion(
                policy: scores.sum(2), reference: example.referenceRejected, tokens: example.rejected.count)
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
            accumulate("logits/chosen", meanLogits[1])
            accumulate("logits/rejected", meanLogits[2])
            accumulate("kl", 0.5 * (chosen.reference - chosen.policy + rejected.reference - rejected.policy))
            return [0, Float(value.chosenDerivative / divisor), Float(value.rejectedDerivative / divisor)]
        case .supervised(let examples):
            loss -= scores.sum(1)
            tokens += examples[index].prompt.count + examples[index].completion.count
            accumulate("logps/chosen", scores.sum(1))
            accumulate("logits/chosen", meanLogits[1])
            pairs += 1
            return [0, Float(-1 / divisor)]
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
