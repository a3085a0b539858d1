import Foundation
import LanguageModel
import RandomNumbers

/// Trains a model (or its adapter) on preference pairs or on completions to imitate.
///
/// The result is a function of model, data, settings and numeric mode: the token budget, the thread
/// count and interruptions change no bit of it.
public final class Trainer {
    public enum Outcome: Sendable, Hashable {
        case finished
        /// Stopped before an update that would have made things worse; weights are those of `step`.
        case diverged(step: Int, reason: String)
    }

    public struct StepReport: Sendable {
        /// Updates made, this one included.
        public var step: Int
        public var totalSteps: Int
        /// By the field's names: loss, learning_rate, grad_norm, rewards/*, logps/*, logits/*, tokens,
        /// tokens_per_second, epoch, kl.
        public var metrics: [String: Double]
    }

    /// Where a run keeps its state, and what identifies it.
    public struct CheckpointPolicy: Sendable {
        public var path: String
        public var identity: String
        /// Write when this many seconds have passed since the last one.
        public var interval: Double
        /// Write also after every so many updates; 0 for never.
        public var steps: Int

        public init(path: String, identity: String, interval: Double = 120, steps: Int = 0) {
            self.path = path
            self.identity = identity
            self.interval = interval
            self.steps = steps
        }

        func isDue(step: Int, sinceLast: Duration) -> Bool {
            sinceLast > .seconds(interval) || (steps > 0 && step.isMultiple(of: steps))
        }
    }

    public let model: LanguageModel
    public let data: TrainingData
    public let settings: TrainerSettings
    public let totalSteps: Int
    private let schedule: LearningRateSchedule
    private let parameters: TrainableParameters
    private let optimizer: AdamW
    private let gradients: Gradients
    private let pass: TrainingPass

    public init(model: LanguageModel, data: TrainingData, settings: TrainerSettings) {
        self.model = model
        self.data = data
        self.settings = settings
        totalSteps = settings.epochs * settings.stepsPerEpoch(data.count)
        schedule = LearningRateSchedule(
            shape: settings.schedule, peak: settings.learningRate, warmupSteps: settings.warmupSteps,
            totalSteps: totalSteps)
        parameters = TrainableParameters(of: model)
        optimizer = AdamW(parameters: parameters, settings: settings.optimizer, pool: model.pool)
        gradients = Gradients(for: model)
        pass = TrainingPass(model: model, recomputesActivations: settings.recomputesActivations)
    }

    /// Trains to the end, continuing from the policy's checkpoint where there is one.
    ///
    /// - Parameter onStep: called after each update; it may score and sample with the model, and must not
    ///   change it. When it throws, the state is written first, so the same call continues after this step.
    /// - Throws: `ModelError`, `TrainingCheckpointError`, whatever `onStep` throws.
    nonisolated(nonsending) public func run(
        checkpoint: CheckpointPolicy? = nil, onStep: (StepReport) async throws -> Void
    ) async throws -> Outcome {
        if let checkpoint,
            try TrainingCheckpoint.read(
                from: checkpoint.path, identity: checkpoint.identity, parameters: parameters.values,
                optimizer: optimizer) != nil
        {
            model.weightsDidChange(adapterOnly: model.adapter != nil)
        }
        defer { model.endTraining() }
        var lastWrite = ContinuousClock.now
        while optimizer.step < totalSteps {
            let (report, divergence) = try update()
            if let divergence {
                try? await onStep(report)
                return .diverged(step: optimizer.step, reason: divergence)
            }
            do {
                try await onStep(report)
            } catch {
                if let checkpoint { try write(checkpoint) }
                throw error
            }
            if let checkpoint, optimizer.step < totalSteps,
                checkpoint.isDue(step: optimizer.step, sinceLast: lastWrite.duration(to: .now))
            {
                try write(checkpoint)
                lastWrite = .now
            }
        }
        return .finished
    }

    private func write(_ policy: CheckpointPolicy) throws {
        try TrainingCheckpoint.write(
            to: policy.path,
            header: .init(
                identity: policy.identity, step: optimizer.step, count: parameters.values.count,
                totalSteps: totalSteps),
            parameters: parameters.values, optimizer: optimizer)
    }

    /// One optimizer step over one effective batch.
    private func update() throws -> (report: StepReport, divergence: String?) {
        let step = optimizer.step
        let start = ContinuousClock.now
        let indices = settings.order(step: step, count: data.count)
        let batch = try accumulateGradients(indices, step: step)
        let norm = optimizer.norm(of: gradients.values)
        let rate = schedule.rate(at: step)
        let seconds = start.duration(to: .now) / .seconds(1)

        var metrics = batch.metrics
        metrics["learning_rate"] = rate
        metrics["grad_norm"] = norm
        metrics["tokens"] = Double(batch.tokens)
        metrics["tokens_per_second"] = Double(batch.tokens) / max(seconds, 1e-9)
        metrics["epoch"] = Double(step + 1) / Double(settings.stepsPerEpoch(data.count))
        let report = StepReport(step: step + 1, totalSteps: totalSteps, metrics: metrics)
        if let reason = divergence(metrics) { return (report, reason) }

        // torch.nn.utils.clip_grad_norm_: scale = max / (norm + 1e-6), at most 1.
        let scale = min(1, settings.maximumGradientNorm / (norm + 1e-6))
        optimizer.update(parameters.values, gradients: gradients.values, rate: rate, gradientScale: scale)
        model.weightsDidChange(adapterOnly: model.adapter != nil)
        return (report, nil)
    }

    /// Fills `gradients` with the effective batch's gradient, in micro-batches of `tokenBudget` rows.
    private func accumulateGradients(_ indices: [Int], step: Int) throws -> BatchLoss {
        gradients.zero(pool: model.pool)
        var batch = BatchLoss(data, indices: indices)
        let examples = ExampleTrees(data, indices: indices)
        let trees = examples.trees
        for group in TreeBatch.groups(of: trees, tokenBudget: settings.tokenBudget, rowStep: model.precision.gradientRowStep) {
            let output = try pass.forward(
                Array(trees[group]), dropoutKeys: dropoutKeys(examples.members[group].map { $0[0].index }, step: step))
            let coefficients = group.enumerated().map { position, tree in
                var coefficients = [Float](repeating: 0, count: trees[tree].segments.count)
                for (index, segments) in examples.members[tree] {
                    let completions = segments.map { segment in
                        BatchLoss.Completion(
                            logProbability: output.scores[position].sum(segment),
                            meanLogit: output.meanLogits[position][segment])
                    }
                    for (segment, derivative) in zip(segments, batch.add(index, completions)) {
                        coefficients[segment] += derivative
                    }
                }
                return coefficients
            }
            pass.backward(coefficients: coefficients, into: gradients)
        }
        gradients.finish()
        return batch
    }

    /// - Parameter indices: of the first example of each tree.
    private func dropoutKeys(_ indices: [Int], step: Int) -> [UInt64]? {
        guard let adapter = model.adapter, adapter.dropout > 0 else { return nil }
        return indices.map { index in
            var generator = SplitMix64(state: settings.seed ^ UInt64(step) &* 0xA24B_AED4_963E_E407)
            generator.state &+= UInt64(index) &* 0x9FB2_1C65_1E98_DF25
            return generator.next()
        }
    }

    private func divergence(_ metrics: [String: Double]) -> String? {
        if let bad = metrics.sorted(by: { $0.key < $1.key }).first(where: { !$0.value.isFinite }) {
            return "\(bad.key) is \(bad.value)"
        }
        if let margin = metrics["rewards/margins"], abs(margin) > settings.divergenceMargin {
            return "rewards/margins reached \(margin)"
        }
        return nil
    }

    /// Loss and metrics of `data` under the model as it is, without changing it.
    public static func evaluate(_ data: TrainingData, model: LanguageModel) throws -> [String: Double] {
        let indices = Array(0..<data.count)
        var batch = BatchLoss(data, indices: indices)
        let examples = ExampleTrees(data, indices: indices)
        for (members, scores) in zip(examples.members, try model.score(examples.trees)) {
            for (index, segments) in members {
                _ = batch.add(index, segments.map { BatchLoss.Completion(logProbability: scores.sum($0), meanLogit: 0) })
            }
        }
        return batch.metrics.filter { !$0.key.hasPrefix("logits/") }
    }
}
