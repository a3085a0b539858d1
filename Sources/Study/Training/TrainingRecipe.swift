import Alignment
import Foundation
import LanguageModel
import Notebook

/// How a policy is trained from pairs.
public struct TrainingRecipe: Sendable, Hashable {
    public enum Method: Sendable, Hashable {
        /// Preference optimisation of all weights.
        case dpo(PreferenceObjective)
        /// The same through a LoRA adapter.
        case lora(PreferenceObjective, StudySettings.LowRank)
        /// Imitation of the chosen summaries.
        case sft
    }

    public var method: Method
    public var settings: TrainerSettings
    /// Pairs used, in their order; 0 for all.
    public var maximumPairs = 0

    /// The same on every pair.
    public var onAllPairs: TrainingRecipe {
        var recipe = self
        recipe.maximumPairs = 0
        return recipe
    }

    public var label: String {
        let used = maximumPairs > 0 ? ", \(maximumPairs) pairs" : ""
        let rate = "lr \(settings.learningRate.shortText)"
        return switch method {
        case .dpo(let objective): "DPO (beta \(objective.beta.shortText), \(rate)\(used))"
        case .lora(let objective, let lora): "LoRA rank \(lora.rank) (beta \(objective.beta.shortText), \(rate)\(used))"
        case .sft: "SFT (\(rate)\(used))"
        }
    }

    /// The adapter that is trained, at its start; `nil` when all weights are.
    func adapter(for model: LanguageModel, precision: Precision) -> LowRankAdapter? {
        guard case .lora(_, let lora) = method else { return nil }
        let scale = lora.rankStabilized ? lora.alpha / Double(lora.rank).squareRoot() : lora.alpha / Double(lora.rank)
        let adapter = LowRankAdapter(
            layout: model.layout, rank: lora.rank, scale: Float(scale), dropout: lora.dropout, targets: lora.targets,
            precision: precision)
        adapter.initialize(seed: settings.seed)
        return adapter
    }

    /// Whether the weights themselves stay as they are.
    var isThroughAdapter: Bool {
        if case .lora = method { true } else { false }
    }

    var kind: String {
        switch method {
        case .dpo: "dpo"
        case .lora: "lora"
        case .sft: "sft"
        }
    }

    var keyValue: KeyValue {
        get throws {
            var members: [String: KeyValue] = [
                "trainer": try KeyValue(encoding: settings), "kind": .string(kind), "maximumPairs": .int(maximumPairs),
            ]
            switch method {
            case .dpo(let objective): members["objective"] = try KeyValue(encoding: objective)
            case .lora(let objective, let lora):
                members["objective"] = try KeyValue(encoding: objective)
                members["lora"] = try KeyValue(encoding: lora)
            case .sft: break
            }
            return .object(members)
        }
    }

    /// Facts for tables: method, beta, learning rate, rank.
    var details: [String: KeyValue] {
        var details: [String: KeyValue] = ["method": .string(kind), "learningRate": .double(settings.learningRate)]
        switch method {
        case .dpo(let objective): details["beta"] = .double(objective.beta)
        case .lora(let objective, let lora):
            details["beta"] = .double(objective.beta)
            details["rank"] = .int(lora.rank)
        case .sft: break
        }
        return details
    }
}

extension Double {
    /// As a person writes a setting: 0.03, 2e-5.
    var shortText: String {
        guard self != 0, abs(self) < 0.001 else { return "\(self)" }
        let exponent = Int(log10(abs(self)).rounded(.down))
        let mantissa = (self / pow(10, Double(exponent)) * 1000).rounded() / 1000
        return (mantissa == mantissa.rounded() ? "\(Int(mantissa))" : "\(mantissa)") + "e\(exponent)"
    }
}

extension StudySettings {
    private var trainer: TrainerSettings {
        var trainer = TrainerSettings(learningRate: training.learningRate)
        trainer.schedule = training.schedule
        trainer.warmupSteps = training.warmupSteps
        trainer.epochs = training.epochs
        trainer.batchSize = training.batchSize
        trainer.maximumGradientNorm = training.maximumGradientNorm
        trainer.optimizer.weightDecay = training.weightDecay
        trainer.tokenBudget = training.tokenBudget
        trainer.recomputesActivations = training.gradientCheckpointing
        trainer.shuffles = training.shuffles
        trainer.seed = seed
        return trainer
    }

    /// DPO of all weights.
    func dpo(beta: Double? = nil, learningRate: Double? = nil, maximumPairs: Int? = nil) -> TrainingRecipe {
        var trainer = trainer
        if let learningRate { trainer.learningRate = learningRate }
        return TrainingRecipe(
            method: .dpo(objective(beta: beta ?? training.beta)), settings: trainer,
            maximumPairs: maximumPairs ?? training.maximumPairs)
    }

    /// DPO through an adapter.
    func lora(learningRate: Double) -> TrainingRecipe {
        var trainer = trainer
        trainer.learningRate = learningRate
        return TrainingRecipe(
            method: .lora(objective(beta: lora.beta), lora), settings: trainer, maximumPairs: training.maximumPairs)
    }

    /// DPO through an adapter on pairs of responses.
    func responseAdapter() -> TrainingRecipe {
        var trainer = trainer
        trainer.learningRate = responses.learningRate
        trainer.epochs = responses.epochs
        trainer.batchSize = responses.batchSize
        return TrainingRecipe(method: .lora(objective(beta: responses.beta), lora), settings: trainer)
    }

    /// SFT on the chosen completions.
    func supervised() -> TrainingRecipe {
        var trainer = trainer
        trainer.learningRate = sft.learningRate
        trainer.epochs = sft.epochs
        trainer.batchSize = sft.batchSize
        trainer.warmupSteps = sft.warmupSteps
        return TrainingRecipe(method: .sft, settings: trainer)
    }

    private func objective(beta: Double) -> PreferenceObjective {
        PreferenceObjective(
            form: training.form, beta: beta, labelSmoothing: training.labelSmoothing,
            supervisedWeight: training.supervisedWeight)
    }
}
