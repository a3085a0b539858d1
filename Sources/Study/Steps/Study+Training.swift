import Alignment
import Checkpoints
import Foundation
import LanguageModel
import Notebook
import Preferences

extension Study {
    /// DPO of all weights with the study's settings, or with another beta and learning rate.
    public func dpo(beta: Double? = nil, learningRate: Double? = nil, maximumPairs: Int? = nil) -> TrainingRecipe {
        settings.dpo(beta: beta, learningRate: learningRate, maximumPairs: maximumPairs)
    }

    /// DPO through an adapter.
    public func lora(learningRate: Double) -> TrainingRecipe { settings.lora(learningRate: learningRate) }

    /// DPO through an adapter on pairs of responses.
    public func responseAdapter() -> TrainingRecipe { settings.responseAdapter() }

    /// SFT on the chosen summaries.
    public func sft() -> TrainingRecipe { settings.supervised() }

    /// Trains `start` on pairs; continues an interrupted training to the same bits.
    ///
    /// A training that diverged is kept with its metrics; its weights are those before it diverged.
    ///
    /// - Precondition: an adapter is trained from the original model, whose weights its folder is used with.
    /// - Parameter validation: measured every `training.eval_steps` updates and after the last one.
    public func train(
        _ recipe: TrainingRecipe, on pairs: any TrainingPairs, from start: PolicyModel, validating validation: Validation? = nil,
        line: Int = #line
    ) async throws -> PolicyModel {
        precondition(!recipe.isThroughAdapter || start.weights == .original, "an adapter is trained from the original model")
        var inputs: [String: KeyValue] = [
            "start": .string(start.key), "pairs": .string(pairs.key), "recipe": try recipe.keyValue,
            "numericMode": .string(precision.numericMode),
        ]
        if let validation { inputs["validation"] = .string(validation.key) }
        let key = ContentKey(step: "training", version: 2, inputs: inputs).hex
        let name = "\(recipe.kind)-\(key.prefix(12))"
        let trained = PolicyModel(
            key: key, label: recipe.label + (start.round > 0 ? ", round \(start.round + 1)" : ""),
            round: start.round + 1, weights: recipe.isThroughAdapter ? .adapter(name) : .file(name), details: recipe.details)
        trainings[key] = { [unowned self] cell in
            try await train(recipe, pairs: pairs, start: start, trained: trained, validation: validation, cell: cell)
        }
        try await step("train \(trained.label)", inputs: inputs, line: line, work: { try trainingWork(recipe, on: pairs) }) { cell in
            // The weights of a setting that lost its sweep are gone, its measurements are not.
            if let record = try store.training(key: key), record.state != .running { return }
            try await trainings[key]?(cell)
        }
        planWeights(of: trained)
        return trained
    }

    /// Trains again where a policy's weights were discarded and are needed after all.
    func ensureWeights(of policy: PolicyModel, cell: Cell) async throws {
        let name: String
        switch policy.weights {
        case .original: return
        case .file(let folder), .adapter(let folder): name = folder
        }
        if active?.key == policy.key || FileManager.default.fileExists(atPath: weightsPath(name)) { return }
        try await trainings[policy.key]?(cell)
    }

    private func train(
        _ recipe: TrainingRecipe, pairs: any TrainingPairs, start: PolicyModel, trained: PolicyModel, validation: Validation?,
        cell: Cell
    ) async throws {
        try await ensureWeights(of: start, cell: cell)
        try makeFolder(weightsFolder)
        try makeFolder(checkpointsFolder)
        let data = try pairs.trainingData(recipe, in: self, reference: start)
        let held = try validation.flatMap { try validationData(recipe.method, $0, reference: start) }
        guard data.count > 0 else {
            throw UserFailure(
                "cannot train \(trained.label)", why: "there are no pairs to learn from",
                remedy: pairs.remedy)
        }
        let model = try startingModel(recipe, start)
        var record = TrainingRecord(
            key: trained.key, experiment: experiment, label: trained.label,
            settings: recipe.details.merging(["pairs": .int(data.count)]) { $1 }, state: .running, seconds: cell.seconds)
        try store.save(training: record)
        let checkpoint = checkpointsFolder.appendingPathComponent("\(trained.key.prefix(16)).ckpt").path
        let trainer = Trainer(model: model, data: data, settings: recipe.settings)
        var progress: StepProgress?
        let policy = Trainer.CheckpointPolicy(
            path: checkpoint, identity: trained.key, interval: settings.training.checkpointSeconds,
            steps: settings.training.checkpointSteps)
        let outcome = try await trainer.run(checkpoint: policy) { report in
            var report = report
            if progress == nil {
                try store.removeTrainingSteps(key: trained.key, from: report.step)
                progress = try cell.progress(total: report.totalSteps, completed: report.step - 1, unit: "steps")
            }
            let isLast = report.step == report.totalSteps
            if let validation, isLast || report.step.isMultiple(of: max(1, settings.training.evaluationSteps)) {
                report.metrics.merge(try await measure(model, validation, held, cell: cell)) { $1 }
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
        // The buffers of the last sampling and judging would stand beside those of training.
        originalModel.releaseWorkspace()
        guard recipe.isThroughAdapter else { return try mergedModel(start) }
        active = nil
        let model = LanguageModel(sharingWeightsOf: originalModel)
        model.adapter = recipe.adapter(for: model, precision: precision)
        return model
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
        let discarded = policies.filter { !kept.contains($0) }
        guard !isPlanning else { return planDiscard(of: discarded) }
        for policy in discarded {
            if case .file(let name) = policy.weights {
                try? FileManager.default.removeItem(at: weightsFolder.appendingPathComponent(name))
            }
        }
    }
}
