import Alignment
import ArgumentParser
import CKernels
import Foundation
import LanguageModel

/// Optimizer steps on pairs, or on their chosen summaries.
struct TrainingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Pairs and tokens per second of SFT, DPO and LoRA DPO; optimizer included.")

    enum Method: String, ExpressibleByArgument, CaseIterable { case sft, dpo, lora }

    @OptionGroup var options: BenchmarkOptions
    @Argument(help: "sft, dpo or lora.") var method: Method
    @Option(help: "Pairs (or summaries) of an optimizer step.") var batch = 4
    @Option(help: "LoRA rank, on all projections.") var rank = 64
    @Option(help: "Rows of one forward and backward pass.") var tokenBudget = 1024
    @Option(help: "Cut or extend every prompt so that a tree has this many tokens; 0 leaves them as they are.")
    var treeTokens = 0
    @Flag(help: "Compute activations again on the way back.") var recompute = false

    func run() async throws {
        // LoRA leaves the model's own weights alone, so they need not stay in memory.
        let temporary = FileManager.default.temporaryDirectory.path
        let loaded = try options.loadModel(storage: method == .lora ? .file(folder: temporary) : .memory)
        let model = options.engine(loaded)
        let steps = options.repeats + 1
        var pairs = try BenchmarkData(options.data).pairs(batch * steps, template: loaded.chatTemplate)
        if treeTokens > 0 { pairs = pairs.map { $0.resized(to: treeTokens) } }
        let scores = try model.score(pairs.map(\.tree))
        if method == .lora {
            let adapter = LowRankAdapter(
                layout: model.layout, rank: rank, scale: 2, targets: AdapterTarget.allCases, precision: model.precision)
            adapter.initialize(seed: 1)
            model.adapter = adapter
            model.weightsDidChange(adapterOnly: true)
        }
        let data: TrainingData =
            method == .sft
            ? .supervised(pairs.map { SupervisedExample(prompt: $0.prompt, completion: $0.chosen) })
            : .preference(examples(pairs, scores), PreferenceObjective(beta: 0.1))
        var settings = TrainerSettings(learningRate: 1e-6)
        settings.batchSize = batch
        settings.tokenBudget = tokenBudget
        settings.recomputesActivations = recompute
        settings.shuffles = false

        let trainer = Trainer(model: model, data: data, settings: settings)
        let clock = ContinuousClock()
        var ends: [ContinuousClock.Instant] = []
        _ = try await trainer.run { _ in ends.append(clock.now) }
        let times = zip(ends, ends.dropFirst()).map { $0.duration(to: $1) / .seconds(1) }
        // The first step warms up; pairs differ in length, so tokens are counted over the timed ones.
        let timed = pairs.dropFirst(batch)
        let tokens = timed.reduce(0) { $0 + (method == .sft ? $1.prompt.count + $1.chosen.count : $1.tree.tokenCount) }
        let scored = timed.reduce(0) { $0 + $1.chosen.count + (method == .sft ? 0 : $1.rejected.count) }
        let total = times.reduce(0, +)
        var result = BenchmarkResult(method.rawValue, model: model)
        result["tokens_per_s"] = Double(tokens) / total
        result[method == .sft ? "examples_per_s" : "pairs_per_s"] = Double(timed.count) / total
        if method != .lora {
            let operations = Self.operations(model, tokens: tokens, scored: scored)
            result["share_of_peak"] = operations / total / pk_measure_peak_flops(model.pool.handle, model.precision.kernel, 20)
        }
        if method != .sft {
            result["two_sequence_tokens_per_s"] = Double(timed.reduce(0) { $0 + $1.sequenceTokens }) / total
        }
        result["step_seconds"] = times
        result["estimated_bytes"] =
            MemoryEstimate.training(
                method == .lora ? .adapter(rank: rank, targets: AdapterTarget.allCases) : .full,
                configuration: loaded.configuration, precision: model.precision,
                tokenBudget: max(tokenBudget, pairs.map(\.tree.tokenCount).max() ?? 0),
                recomputesActivations: recompute, storage: method == .lora ? .file(folder: temporary) : .memory,
                codes: loaded.codes
            ).byteCount
        try result.report()
    }

    /// Floating-point operations of the weights' products: forward, gradient of the input, gradient of the weight. Of the
    /// head, in the `scored` rows. Attention and everything else are not counted.
    private static func operations(_ model: LanguageModel, tokens: Int, scored: Int) -> Double {
        let blocks = model.layout.layers.flatMap(\.matrices).joined().reduce(0) { $0 + $1.count }
        return 3 * 2 * (Double(blocks) * Double(tokens) + Double(model.layout.headMatrix.count) * Double(scored))
    }
}

/// Pairs with the reference's log-probabilities.
func examples(_ pairs: [BenchmarkData.Tokens], _ scores: [TreeScores]) -> [PreferenceExample] {
    zip(pairs, scores).map { pair, score in
        PreferenceExample(
            prompt: pair.prompt, chosen: pair.chosen, rejected: pair.rejected, referenceChosen: score.sum(1),
            referenceRejected: score.sum(2))
    }
}

extension BenchmarkData.Tokens {
    /// The same completions behind a prompt that is cut or repeated to give the tree `count` tokens.
    fileprivate func resized(to count: Int) -> BenchmarkData.Tokens {
        let wanted = max(1, count - chosen.count - rejected.count)
        var pair = self
        pair.prompt = (0..<wanted).map { prompt[$0 % prompt.count] }
        return pair
    }
}
