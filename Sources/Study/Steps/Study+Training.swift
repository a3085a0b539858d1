import Alignment
import Checkpoints
import Foundation
import LanguageModel
import Notebook
import Preferences

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

    public var label: String {
        switch method {
        case .dpo(let objective): "DPO (beta \(objective.beta.shortText), lr \(settings.learningRate.shortText))"
        case .lora(let objective, let lora):
            "LoRA rank \(lora.rank) (beta \(objective.beta.shortText), lr \(settings.learningRate.shortText))"
        case .sft: "SFT (lr \(settings.learningRate.shortText))"
        }
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

extension Study {
    private var trainerSettings: TrainerSettings {
        var trainer = TrainerSettings(learningRate: settings.training.learningRate)
        trainer.schedule = settings.training.schedule
        trainer.warmupSteps = settings.training.warmupSteps
        trainer.epochs = settings.training.epochs
        trainer.batchSize = settings.training.batchSize
        trainer.maximumGradientNorm = settings.training.maximumGradientNorm
        trainer.optimizer.weightDecay = settings.training.weightDecay
        trainer.tokenBudget = settings.training.tokenBudget
        trainer.recomputesActivations = settings.training.gradientCheckpointing
        trainer.seed = settings.seed
        return trainer
    }

    /// DPO of all weights with the study's settings, or with another beta and learning rate.
    public func dpo(beta: Double? = nil, learningRate: Double? = nil, maximumPairs: Int? = nil) -> TrainingRecipe {
        var trainer = trainerSettings
        if let learningRate { trainer.learningRate = learningRate }
        return TrainingRecipe(
            method: .dpo(objective(beta: beta ?? settings.training.beta)), settings: trainer,
            maximumPairs: maximumPairs ?? settings.training.maximumPairs)
    }

    /// DPO through an adapter.
    public func lora(learningRate: Double) -> TrainingRecipe {
        var trainer = trainerSettings
        trainer.learningRate = learningRate
        return TrainingRecipe(
            method: .lora(objective(beta: settings.lora.beta), settings.lora), settings: trainer,
            maximumPairs: settings.training.maximumPairs)
    }

    /// SFT on the chosen summaries.
    public func sft() -> TrainingRecipe {
        var trainer = trainerSettings
        trainer.learningRate = settings.sft.learningRate
        trainer.epochs = settings.sft.epochs
        trainer.batchSize = settings.sft.batchSize
        trainer.warmupSteps = settings.sft.warmupSteps
        return TrainingRecipe(method: .sft, settings: trainer)
    }

    private func objective(beta: Double) -> PreferenceObjective {
        PreferenceObjective(
            form: settings.training.form, beta: beta, labelSmoothing: settings.training.labelSmoothing,
            supervisedWeight: settings.training.supervisedWeight)
    }

    /// Trains `start` on pairs; continues an interrupted training to the same bits.
    ///
    /// A training that diverged is kept with its metrics; its weights are those before it diverged.
    public func train(
        _ recipe: TrainingRecipe, on pairs: PairSet, from start: PolicyModel, line: Int = #line
    ) async throws -> PolicyModel {
        let inputs: [String: KeyValue] = [
            "start": .string(start.key), "pairs": .string(pairs.key), "recipe": try recipe.keyValue,
            "numericMode": .string(precision.numericMode),
        ]
        let key = ContentKey(step: "training", version: 1, inputs: inputs).hex
        let isAdapter = recipe.kind == "lora"
        let name = "\(recipe.kind)-\(key.prefix(12))"
        let trained = PolicyModel(
            key: key, label: recipe.label + (start.round > 0 ? ", round \(start.round + 1)" : ""),
            round: start.round + 1, weights: isAdapter ? .adapter(name) : .file(name), details: recipe.details)
        trainings[key] = { [unowned self] cell in
            try train(recipe, pairs: pairs, start: start, trained: trained, cell: cell)
        }
        try await step("train \(trained.label)", inputs: inputs, line: line) { cell in
            // The weights of a setting that lost its sweep are gone, its measurements are not.
            if let record = try store.training(key: key), record.state != .running { return }
            try trainings[key]?(cell)
        }
        return trained
    }

    /// Trains again where a policy's weights were discarded and are needed after all.
    func ensureWeights(of policy: PolicyModel, cell: Cell) throws {
        let name: String
        switch policy.weights {
        case .original: return
        case .file(let folder), .adapter(let folder): name = folder
        }
        if active?.key == policy.key || FileManager.default.fileExists(atPath: weightsPath(name)) { return }
        try trainings[policy.key]?(cell)
    }

    private func train(
        _ recipe: TrainingRecipe, pairs: PairSet, start: PolicyModel, trained: PolicyModel, cell: Cell
    ) throws {
        try ensureWeights(of: start, cell: cell)
        try makeFolder(weightsFolder)
        try makeFolder(checkpointsFolder)
        let data = try trainingData(recipe, pairs: pairs, reference: start)
        guard data.count > 0 else {
            throw UserFailure(
                "cannot train \(trained.label)", why: "there are no pairs to learn from",
                remedy: "sample more summaries (sampling.samples_per_article) or articles (articles.train)")
        }
        let model = try startingModel(recipe, start)
        var record = TrainingRecord(
            key: trained.key, experiment: experiment, label: trained.label,
            settings: recipe.details.merging(["pairs": .int(data.count)]) { $1 }, state: .running, seconds: cell.seconds)
        try store.save(training: record)
        let checkpoint = checkpointsFolder.appendingPathComponent("\(trained.key.prefix(16)).ckpt").path
        let trainer = Trainer(model: model, data: data, settings: recipe.settings)
        var progress: StepProgress?
        let outcome = try trainer.run(
            checkpoint: .init(path: checkpoint, identity: trained.key, interval: settings.training.checkpointSeconds)
        ) { report in
            if progress == nil {
                try store.removeTrainingSteps(key: trained.key, from: report.step)
                progress = try cell.progress(total: report.totalSteps, completed: report.step - 1, unit: "steps")
            }
            try store.save(trainingSteps: [
                TrainingStepRecord(trainingKey: trained.key, step: report.step, metrics: report.metrics)
            ])
            cell.metric("training", step: report.step, report.metrics)
            try progress?.advance()
            try cell.checkInterruption()
        }
        try save(model, as: trained)
        active = (trained.key, model)
        record.state = outcome == .finished ? .done : .diverged
        record.seconds = cell.seconds
        if case .file(let name) = trained.weights { record.weightsPath = "weights/" + name }
        if case .adapter(let name) = trained.weights { record.weightsPath = "weights/" + name }
        if let path = record.weightsPath { record.weightsHash = try weightsHash(options.workspaceURL.appendingPathComponent(path)) }
        try store.save(training: record)
        try? FileManager.default.removeItem(atPath: checkpoint)
        try showTraining(trained, outcome: outcome, pairs: data.count, cell: cell)
    }

    private func startingModel(_ recipe: TrainingRecipe, _ start: PolicyModel) throws -> LanguageModel {
        if case .lora(_, let lora) = recipe.method {
            // The frozen start is the reference. A start that is itself an adapter is merged first.
            let model = try mergedModel(start)
            let scale = lora.rankStabilized ? lora.alpha / Double(lora.rank).squareRoot() : lora.alpha / Double(lora.rank)
            let adapter = LowRankAdapter(
                layout: model.layout, rank: lora.rank, scale: Float(scale), dropout: lora.dropout,
                targets: lora.targets, precision: precision)
            adapter.initialize(seed: settings.seed)
            model.adapter = adapter
            return model
        }
        return try mergedModel(start)
    }

    /// SHA-256 of the weights in a model or adapter folder.
    private func weightsHash(_ folder: URL) throws -> String? {
        for name in ["model.safetensors", "adapter_model.safetensors"] {
            let path = folder.appendingPathComponent(name).path
            if FileManager.default.fileExists(atPath: path) { return try SHA256.hexDigest(ofFile: path) }
        }
        return nil
    }

    private func showTraining(_ trained: PolicyModel, outcome: Trainer.Outcome, pairs: Int, cell: Cell) throws {
        let steps = try store.trainingSteps(key: trained.key)
        func value(_ step: TrainingStepRecord?, _ name: String) -> String {
            step?.metrics[name].map { String(format: "%.4f", $0) } ?? "-"
        }
        var text = "\(trained.label): \(pairs) examples, \(steps.count) steps, loss \(value(steps.first, "loss")) -> \(value(steps.last, "loss"))"
        if steps.last?.metrics["rewards/margins"] != nil {
            text += ", margin \(value(steps.last, "rewards/margins")), reward accuracy \(value(steps.last, "rewards/accuracies"))"
        }
        if case .diverged(let step, let reason) = outcome { text += "; stopped after \(step) steps: \(reason)" }
        cell.show(text + ".")
    }

    /// Removes the weights of policies that nothing will be asked of again; their measurements stay.
    public func discardWeights(of policies: [PolicyModel], keeping kept: [PolicyModel]) {
        guard !isPlanning else { return }
        for policy in policies where !kept.contains(policy) {
            if case .file(let name) = policy.weights {
                try? FileManager.default.removeItem(at: weightsFolder.appendingPathComponent(name))
            }
        }
    }
}
