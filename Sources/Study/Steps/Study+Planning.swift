import Alignment
import LanguageModel
import Notebook
import Preferences

/// What steps would take, for `plan`. Estimates of memory are of the step's own model and its data; the embedded
/// judge's model, which is the original one, comes on top in training.
extension Study {
    func samplingWork(_ articles: [Article], by policy: PolicyModel, samplesPerArticle: Int) -> StepWork {
        StepWork(
            units: articles.count * samplesPerArticle, unit: "summaries",
            memoryBytes: MemoryEstimate.sampling(
                configuration: loaded.configuration, precision: precision,
                batchSize: min(settings.sampling.batchSize, articles.count * samplesPerArticle),
                samplesPerPrompt: samplesPerArticle, promptTokens: promptTokens(articles),
                maximumTokens: settings.sampling.maximumTokens, storage: .temporaryFile, codes: codes(of: policy)
            ).byteCount)
    }

    /// What a policy's model has as codes: nothing of weights that were trained.
    func codes(of policy: PolicyModel) -> CodedWeights? {
        if case .file = policy.weights { nil } else { loaded.codes }
    }

    /// - Parameter count: articles or summaries put to the judge.
    func judgingWork(_ count: Int, unit: String = "summaries") -> StepWork {
        StepWork(units: count, unit: unit, judgeCalls: count, memoryBytes: scoringBytes)
    }

    /// - Returns: optimizer steps; those of the most pairs that can be, where they are not built yet.
    func trainingWork(_ recipe: TrainingRecipe, on pairs: any TrainingPairs) throws -> StepWork {
        let present = try pairs.rows().count
        let built = present > 0 ? present : pairs.maximumCount(settings)
        let used = recipe.maximumPairs > 0 ? min(built, recipe.maximumPairs) : built
        let training: MemoryEstimate.Training
        let weights: Int
        if case .lora(_, let lora) = recipe.method {
            training = .adapter(rank: lora.rank, targets: lora.targets)
            let layers = ParameterLayout(loaded.configuration).layers
            let sides = layers.flatMap { layer in lora.targets.flatMap { $0.tensor(in: layer).shape } }
            weights = 4 * lora.rank * sides.reduce(0, +)
        } else {
            training = .full
            weights = 4 * loaded.parameters.count
        }
        var estimate = MemoryEstimate.training(
            training, configuration: loaded.configuration, precision: precision,
            tokenBudget: max(recipe.settings.tokenBudget, PromptTrees.maximumTokens),
            recomputesActivations: recipe.settings.recomputesActivations, codes: loaded.codes)
        if recipe.isThroughAdapter { estimate = estimate.sharingWeights }
        return StepWork(
            units: recipe.settings.epochs * recipe.settings.stepsPerEpoch(used), unit: "steps",
            referenceUnits: Double(recipe.settings.batchSize), memoryBytes: estimate.byteCount + scoringBytes, diskBytes: weights)
    }

    var scoringBytes: Int {
        MemoryEstimate.scoring(
            configuration: loaded.configuration, precision: precision, storage: .temporaryFile, codes: loaded.codes
        ).byteCount
    }

    /// Tokens of a prompt on average: about three for two words of the article, and the instructions.
    private func promptTokens(_ articles: [Article]) -> Int {
        let words = articles.reduce(0) { $0 + $1.wordCount } / max(1, articles.count)
        let room = loaded.configuration.contextLength - settings.sampling.maximumTokens
        return min(room, words * 3 / 2 + 100)
    }
}
