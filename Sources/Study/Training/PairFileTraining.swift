import Alignment
import Checkpoints
import Foundation
import LanguageModel
import Notebook

/// A training on a file of pairs, outside any study: what `precis train` does.
///
/// Its folder holds `run.json` (what the run is), `steps.jsonl` (the metrics of every update), `checkpoint` while
/// the run is under way, and `model` (a Hugging Face folder) or `adapter` (a PEFT folder) when it is done.
public struct PairFileTraining {
    public enum Method: String, Sendable, CaseIterable {
        case dpo, sft
    }

    let folder: URL
    let recipe: TrainingRecipe
    let checkpointSeconds: Double
    let checkpointSteps: Int

    /// - Parameter settings: `preference_tuning_config.beta`, `learning_rate`, `num_epochs` and the other keys of
    ///   training count for every method.
    public init(method: Method, throughAdapter: Bool, settings: StudySettings, folder: URL) {
        self.folder = folder
        var settings = settings
        settings.lora.beta = settings.training.beta
        settings.sft.learningRate = settings.training.learningRate
        settings.sft.epochs = settings.training.epochs
        settings.sft.batchSize = settings.training.batchSize
        settings.sft.warmupSteps = settings.training.warmupSteps
        recipe = switch (method, throughAdapter) {
        case (.dpo, false): settings.dpo()
        case (.dpo, true): settings.lora(learningRate: settings.training.learningRate)
        case (.sft, _): settings.supervised()
        }
        checkpointSeconds = settings.training.checkpointSeconds
        checkpointSteps = settings.training.checkpointSteps
    }

    /// Trains to the end, continuing from the folder's checkpoint.
    ///
    /// - Parameters:
    ///   - model: the loaded model; its weights are changed unless an adapter is trained.
    ///   - onStep: called after each update.
    /// - Returns: the folder of the trained weights.
    /// - Throws: `UserFailure` when the folder holds another run; `ModelError`, `TrainingCheckpointError`,
    ///   `CheckpointError`, `Interrupted`.
    public func run(
        _ file: PairFile, loaded: LoadedModel, model: LanguageModel, interruption: Interruption,
        onStep: (Trainer.StepReport) throws -> Void
    ) async throws -> URL {
        let result = folder.appendingPathComponent(recipe.kind == "lora" ? "adapter" : "model", isDirectory: true)
        let pairs = try file.tokens(loaded.chatTemplate)
        let identity = try identity(pairs, loaded: loaded, model: model)
        try claim(identity)
        if FileManager.default.fileExists(atPath: result.path) { return result }

        let data = try trainingData(pairs, model: model)
        model.adapter = recipe.adapter(for: model, precision: model.precision)
        let trainer = Trainer(model: model, data: data, settings: recipe.settings)
        let checkpoint = folder.appendingPathComponent("checkpoint").path
        var log = StepLog(path: folder.appendingPathComponent("steps.jsonl").path)
        let policy = Trainer.CheckpointPolicy(
            path: checkpoint, identity: identity, interval: checkpointSeconds, steps: checkpointSteps)
        let outcome = try await trainer.run(checkpoint: policy) { report in
            try log.append(report)
            try onStep(report)
            try interruption.check()
        }
        if case .diverged(let step, let reason) = outcome {
            throw UserFailure(
                "training diverged", location: folder.path, why: "after \(step) updates, \(reason)",
                remedy: "use a lower learning_rate or a higher beta; steps.jsonl has the way there")
        }
        try write(model, loaded: loaded, to: result, pairs: file.pairs.count)
        try? FileManager.default.removeItem(atPath: checkpoint)
        return result
    }

    private func identity(_ pairs: [PairFile.Tokens], loaded: LoadedModel, model: LanguageModel) throws -> String {
        var digest = SHA256()
        for pair in pairs {
            for tokens in [pair.prompt, pair.chosen, pair.rejected] { digest.update("\(tokens);") }
        }
        return ContentKey(
            step: "train pairs", version: 2,
            inputs: [
                "model": .string(loaded.contentHash), "pairs": .string(digest.hexDigest()), "recipe": try recipe.keyValue,
                "numericMode": .string(model.precision.numericMode),
            ]
        ).hex
    }

    /// Makes the folder this run's own, or checks that it is.
    private func claim(_ identity: String) throws {
        let file = folder.appendingPathComponent("run.json")
        let text = KeyValue.object(["key": .string(identity), "recipe": try recipe.keyValue]).canonicalJSON + "\n"
        if let present = try? String(contentsOf: file, encoding: .utf8) {
            guard present == text else {
                throw UserFailure(
                    "cannot train into this folder", location: folder.path,
                    why: "it holds a run with another model, other pairs or other settings",
                    remedy: "give another --to, or remove the folder", exitStatus: .usage)
            }
            return
        }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file, options: .atomic)
        } catch {
            throw UserFailure(
                "cannot make the folder", location: folder.path, why: error.localizedDescription,
                remedy: "give a writable --to", exitStatus: .cannotWrite)
        }
    }

    private func trainingData(_ pairs: [PairFile.Tokens], model: LanguageModel) throws -> TrainingData {
        let objective: PreferenceObjective
        switch recipe.method {
        case .sft: return .supervised(pairs.map { SupervisedExample(prompt: $0.prompt, completion: $0.chosen) })
        case .dpo(let value), .lora(let value, _): objective = value
        }
        // The reference is the model as it was given, with its own adapter where there is one.
        var gathered = PromptTrees()
        let places = pairs.map { gathered.add(prompt: $0.prompt, completions: [$0.chosen, $0.rejected]) }
        let scores = try model.score(gathered.trees)
        return .preference(
            zip(pairs, places).map { pair, place in
                PreferenceExample(
                    prompt: pair.prompt, chosen: pair.chosen, rejected: pair.rejected,
                    referenceChosen: scores[place.tree].sum(place.segments[0]),
                    referenceRejected: scores[place.tree].sum(place.segments[1]))
            }, objective)
    }

    private func write(_ model: LanguageModel, loaded: LoadedModel, to result: URL, pairs: Int) throws {
        if let adapter = model.adapter, case .lora(_, let lora) = recipe.method {
            try adapter.writePEFT(to: result.path, baseModel: loaded.source.path, isRankStabilised: lora.rankStabilized)
            return
        }
        var trained = loaded
        trained.parameters = model.parameters
        try trained.writeHuggingFaceFolder(
            to: result.path,
            card: ModelCard(
                name: recipe.label, tags: ["precis"],
                body: "Trained from \(URL(fileURLWithPath: loaded.source.path).lastPathComponent) on \(pairs) pairs by `precis train`."))
    }
}

/// The metrics of every update as JSON lines; lines of updates that are made again are replaced.
private struct StepLog {
    let path: String
    private var lines: [String] = []
    private var isLoaded = false

    init(path: String) { self.path = path }

    mutating func append(_ report: Trainer.StepReport) throws {
        if !isLoaded {
            // A kill can come between a line and the checkpoint, or cut a line off.
            let present = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            lines = present.split(separator: "\n").prefix(report.step - 1).map(String.init)
            isLoaded = true
        }
        var members: [String: KeyValue] = ["step": .int(report.step)]
        // JSON has no NaN.
        for (name, value) in report.metrics { members[name] = value.isFinite ? .double(value) : .null }
        lines.append(KeyValue.object(members).canonicalJSON)
        let file = try AtomicFile(path: path)
        try file.write(Array((lines.joined(separator: "\n") + "\n").utf8))
        try file.commit()
    }
}
