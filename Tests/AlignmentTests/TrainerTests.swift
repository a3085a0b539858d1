import Alignment
import Foundation
import LanguageModel
import TestSupport
import Testing

/// Trajectories that must be one trajectory: micro-batches, threads, interruption.
@Suite struct TrainerTests {
    /// The last two have the prompts and the chosen completions of the first two.
    static let examples: [PreferenceExample] = (0..<7).map { index in
        let text = index % 5
        return PreferenceExample(
            prompt: TinyModel.tokens(5 + text, seed: UInt64(text + 1)),
            chosen: TinyModel.tokens(3 + text % 4, seed: UInt64(text + 20)),
            rejected: TinyModel.tokens(8 - index % 5, seed: UInt64(index + 40)), referenceChosen: 0,
            referenceRejected: 0)
    }

    /// Examples with the model's own log-probabilities as reference.
    static func referenced(_ model: LanguageModel) throws -> [PreferenceExample] {
        let scores = try model.score(examples.map { TokenTree(prompt: $0.prompt, chosen: $0.chosen, rejected: $0.rejected) })
        return zip(examples, scores).map { example, score in
            var example = example
            example.referenceChosen = score.sum(1)
            example.referenceRejected = score.sum(2)
            return example
        }
    }

    var settings: TrainerSettings {
        var settings = TrainerSettings(learningRate: 2e-3)
        settings.batchSize = 3
        settings.epochs = 4
        settings.warmupSteps = 2
        settings.seed = 9
        settings.optimizer.weightDecay = 0.01
        return settings
    }

    func train(
        settings: TrainerSettings? = nil, threads: Int = 1, adapter: Bool = false,
        checkpoint: Trainer.CheckpointPolicy? = nil, stopAfter: Int? = nil,
        onStep: (LanguageModel, [PreferenceExample]) throws -> Void = { _, _ in }
    ) async throws -> (weights: [Float], losses: [Double]) {
        let model = TinyModel.make(threads: threads)
        let examples = try Self.referenced(model)
        if adapter {
            let low = LowRankAdapter(
                layout: model.layout, rank: 2, scale: 2, dropout: 0.1, targets: AdapterTarget.allCases, precision: .float32)
            low.initialize(seed: 4)
            model.adapter = low
        }
        let trainer = Trainer(
            model: model, data: .preference(examples, PreferenceObjective(beta: 0.5)), settings: settings ?? self.settings)
        var losses: [Double] = []
        struct Stop: Error {}
        do {
            let outcome = try await trainer.run(checkpoint: checkpoint) { report in
                try onStep(model, examples)
                losses.append(report.metrics["loss"] ?? .nan)
                if report.step == stopAfter { throw Stop() }
            }
            #expect(outcome == .finished)
        } catch is Stop {}
        return (Array((model.adapter?.parameters ?? model.parameters).elements), losses)
    }

    @Test func lossStartsAtLn2AndFalls() async throws {
        let losses = try await train().losses
        #expect(losses.count == 12)  // 7 examples in batches of 3: 3 steps an epoch, 4 epochs
        #expect(abs((losses.first ?? 0) - 0.693147) < 1e-5)
        #expect((losses.last ?? 1) < 0.6)
    }

    /// One update on these pairs, each a batch of its own or all in one.
    private func metrics(_ examples: [PreferenceExample], batchSize: Int) async throws -> [[String: Double]] {
        var settings = settings
        settings.batchSize = batchSize
        settings.epochs = 1
        settings.learningRate = 0
        var metrics: [[String: Double]] = []
        let trainer = Trainer(
            model: TinyModel.make(), data: .preference(examples, PreferenceObjective(beta: 0.5)), settings: settings)
        _ = try await trainer.run { metrics.append($0.metrics) }
        return metrics
    }

    /// Pairs of one prompt stand in one tree; what is said of them and learned from them is as if they stood apart.
    @Test func pairsOfOnePromptAreAsPairsApart() async throws {
        let pairs = [0, 5].map { Self.examples[$0] }
        #expect(pairs[0].prompt == pairs[1].prompt && pairs[0].chosen == pairs[1].chosen)
        let apart = try await metrics(pairs, batchSize: 1)
        let together = try await metrics(pairs, batchSize: 2)[0]
        for name in ["loss", "rewards/margins", "logps/chosen", "logps/rejected", "logits/chosen", "logits/rejected"] {
            let mean = apart.reduce(0) { $0 + ($1[name] ?? .nan) } / 2
            #expect(abs((together[name] ?? .nan) - mean) < 1e-5, "\(name)")
        }
        let norm = try #require(apart[0]["grad_norm"])
        let twice = try await metrics([pairs[0], pairs[0]], batchSize: 2)[0]
        #expect(norm > 0)
        #expect(abs((twice["grad_norm"] ?? .nan) - norm) < 1e-5 * norm)
        // A pair and its opposite teach nothing where the policy is as far from the reference on both.
        var first = pairs[0]
        (first.referenceChosen, first.referenceRejected) = try (#require(apart[0]["logps/chosen"]), #require(apart[0]["logps/rejected"]))
        let opposite = PreferenceExample(
            prompt: first.prompt, chosen: first.rejected, rejected: first.chosen, referenceChosen: first.referenceRejected,
            referenceRejected: first.referenceChosen)
        #expect(try await metrics([first, opposite], batchSize: 2)[0]["grad_norm"] ?? .nan < 1e-5 * norm)
    }

    @Test(arguments: [false, true])
    func microBatchesChangeNoBit(adapter: Bool) async throws {
        let whole = try await train(adapter: adapter)
        var small = settings
        small.tokenBudget = 1
        let split = try await train(settings: small, adapter: adapter)
        #expect(split.weights == whole.weights)
        #expect(split.losses == whole.losses)
    }

    @Test func threadsChangeNoBit() async throws {
        #expect(try await train(threads: 3).weights == train(threads: 1).weights)
    }

    @Test(arguments: [1, 2, 5, 11])
    func interruptedRunsContinueToTheSameBits(stop: Int) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let policy = Trainer.CheckpointPolicy(path: folder.appendingPathComponent("run.ckpt").path, identity: "a")
        let whole = try await train()
        _ = try await train(checkpoint: policy, stopAfter: stop)
        let continued = try await train(checkpoint: policy)
        #expect(continued.losses.count == 12 - stop, "the finished steps are not repeated")
        #expect(continued.weights == whole.weights)
        #expect(continued.losses == Array(whole.losses.dropFirst(stop)))
    }

    /// Measuring on the way, as validation does, scores and samples with the model under training.
    @Test(arguments: [false, true])
    func measuringOnTheWayChangesNoBit(adapter: Bool) async throws {
        let whole = try await train(adapter: adapter)
        let watched = try await train(adapter: adapter) { model, examples in
            _ = try Trainer.evaluate(.preference(examples, PreferenceObjective(beta: 0.5)), model: model)
            let request = SamplingRequest(prompt: examples[0].prompt, settings: .greedy(maximumTokens: 3), seeds: [1, 2])
            try model.sample([request], stopTokens: []) { _, _, _ in }
        }
        #expect(watched.weights == whole.weights)
        #expect(watched.losses == whole.losses)
    }

    @Test func checkpointsAreWrittenEverySoManySteps() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("run.ckpt").path
        var written: [Bool] = []
        _ = try await train(checkpoint: .init(path: path, identity: "a", interval: 1e9, steps: 3)) { _, _ in
            written.append(FileManager.default.fileExists(atPath: path))
        }
        #expect(written == [Bool](repeating: false, count: 3) + [Bool](repeating: true, count: 9))
    }

    @Test func checkpointsOfOtherRunsAreLeftAlone() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("run.ckpt").path
        _ = try await train(checkpoint: .init(path: path, identity: "a"), stopAfter: 3)
        #expect(try await train(checkpoint: .init(path: path, identity: "b")).losses.count == 12)
    }

    @Test func damagedCheckpointsAreErrors() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appendingPathComponent("run.ckpt")
        let policy = Trainer.CheckpointPolicy(path: url.path, identity: "a")
        _ = try await train(checkpoint: policy, stopAfter: 3)
        let good = try Data(contentsOf: url)
        var flipped = good
        flipped[good.count / 2] ^= 1
        for bad in [flipped, good.prefix(good.count - 9), good.prefix(10), Data("hello".utf8)] {
            try bad.write(to: url)
            await #expect(throws: TrainingCheckpointError.self) { try await train(checkpoint: policy) }
        }
    }

    @Test func divergenceStopsAndKeepsTheWeights() async throws {
        let model = TinyModel.make()
        var settings = self.settings
        settings.learningRate = 3
        settings.warmupSteps = 0
        settings.divergenceMargin = 5
        settings.maximumGradientNorm = 1e9
        let trainer = Trainer(
            model: model, data: .preference(try Self.referenced(model), PreferenceObjective(beta: 0.5)), settings: settings)
        let outcome = try await trainer.run { _ in }
        guard case .diverged(let step, let reason) = outcome else {
            Issue.record("the run did not diverge")
            return
        }
        #expect(step > 0 && step < 12)
        #expect(!reason.isEmpty)
    }

    /// SFT is a mean over all completion tokens of the effective batch, DPO over its pairs, also in a
    /// ragged last batch: one step over everything equals the sum written out here.
    @Test func rule2_means() throws {
        let model = TinyModel.make()
        let examples = try Self.referenced(model)
        let supervised = examples.map { SupervisedExample(prompt: $0.prompt, completion: $0.chosen) }
        let metrics = try Trainer.evaluate(.supervised(supervised), model: model)
        let tokens = examples.reduce(0) { $0 + $1.chosen.count }
        let sum = examples.reduce(0) { $0 + $1.referenceChosen }
        #expect(abs((metrics["loss"] ?? 0) + sum / Double(tokens)) < 1e-6)
        let pairs = try Trainer.evaluate(.preference(examples, PreferenceObjective(beta: 0.5)), model: model)
        #expect(abs((pairs["loss"] ?? 0) - 0.693147) < 1e-5)
        #expect(abs((pairs["logps/chosen"] ?? 0) - sum / Double(examples.count)) < 1e-5)
    }

    @Test func everyEpochVisitsEveryExampleOnce() async throws {
        let model = TinyModel.make()
        let examples = try Self.referenced(model)
        var seen: [Double] = []
        var settings = self.settings
        settings.batchSize = 1
        settings.learningRate = 1e-30
        let trainer = Trainer(model: model, data: .preference(examples, PreferenceObjective(beta: 0.5)), settings: settings)
        _ = try await trainer.run { seen.append($0.metrics["logps/chosen"] ?? .nan) }
        let expected = examples.map(\.referenceChosen).sorted()
        for epoch in 0..<4 {
            let visited = seen[epoch * 7..<(epoch + 1) * 7]
            #expect(zip(visited.sorted(), expected).allSatisfy { abs($0 - $1) < 1e-3 })
        }
        #expect(Array(seen[0..<7]) != Array(seen[7..<14]), "epochs have their own order")
    }
}
