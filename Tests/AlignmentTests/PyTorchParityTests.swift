import Alignment
import Checkpoints
import Foundation
import LanguageModel
import TestSupport
import Testing

/// Losses, gradients and a training trajectory against PyTorch and TRL (see Fixtures/README.md).
@Suite struct PyTorchParityTests {
    struct Pair: Decodable {
        var prompt: [Int32]
        var chosen: [Int32]
        var rejected: [Int32]
        var reference_chosen: Double
        var reference_rejected: Double

        var example: PreferenceExample {
            PreferenceExample(
                prompt: prompt, chosen: chosen, rejected: rejected, referenceChosen: reference_chosen,
                referenceRejected: reference_rejected)
        }
    }

    struct Objectives: Decodable {
        struct Loss: Decodable {
            var per_pair: [Double]
            var mean: Double
            var gradient_norm: Double
        }
        var beta: Double
        var pairs: [Pair]
        var sft_loss: Double
        var chosen: [Double]
        var rejected: [Double]
        var reward_chosen: [Double]
        var reward_rejected: [Double]
        var losses: [String: Loss]
    }

    static func fixture(_ path: String) throws -> URL {
        try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil)).appendingPathComponent(path)
    }

    static func decode<Value: Decodable>(_ path: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: fixture(path)))
    }

    static func model(_ name: String) throws -> LanguageModel {
        let (configuration, parameters) = try ModelSource(path: fixture(name).path).loadWeights()
        return LanguageModel(
            configuration: configuration, parameters: parameters, precision: .float32, pool: ThreadPool(threadCount: 2))
    }

    static func scored(_ pairs: [Pair], _ model: LanguageModel) throws -> [TreeScores] {
        try model.score(pairs.map { TokenTree(prompt: $0.prompt, chosen: $0.chosen, rejected: $0.rejected) })
    }

    @Test(arguments: ["tiny-llama", "tiny-mistral"])
    func summedLogProbabilitiesAndRewards(name: String) throws {
        let expected: Objectives = try Self.decode("\(name)/objectives.json")
        let scores = try Self.scored(expected.pairs, Self.model(name))
        for (index, pair) in expected.pairs.enumerated() {
            #expect(abs(scores[index].sum(1) - expected.chosen[index]) < 1e-3)
            #expect(abs(scores[index].sum(2) - expected.rejected[index]) < 1e-3)
            #expect(abs(expected.beta * (scores[index].sum(1) - pair.reference_chosen) - expected.reward_chosen[index]) < 1e-4)
            #expect(abs(expected.beta * (scores[index].sum(2) - pair.reference_rejected) - expected.reward_rejected[index]) < 1e-4)
        }
    }

    static let objectives: [(String, PreferenceObjective)] = [
        ("sigmoid", PreferenceObjective(beta: 0.1)),
        ("sigmoid_label_smoothing_0.1", PreferenceObjective(beta: 0.1, labelSmoothing: 0.1)),
        ("hinge", PreferenceObjective(form: .hinge, beta: 0.1)),
        ("ipo_per_token", PreferenceObjective(form: .ipo, beta: 0.1)),
    ]

    @Test(arguments: ["tiny-llama", "tiny-mistral"], objectives)
    func lossesAndGradientNorms(name: String, objective: (String, PreferenceObjective)) async throws {
        let expected: Objectives = try Self.decode("\(name)/objectives.json")
        let loss = try #require(expected.losses[objective.0])
        let model = try Self.model(name)
        let report = try await Self.firstStep(model, .preference(expected.pairs.map(\.example), objective.1))
        #expect(abs((report["loss"] ?? .nan) - loss.mean) < 1e-4 * max(1, loss.mean))
        #expect(abs((report["grad_norm"] ?? .nan) - loss.gradient_norm) < 1e-4 * max(1, loss.gradient_norm))
    }

    @Test(arguments: ["tiny-llama", "tiny-mistral"])
    func supervisedLoss(name: String) async throws {
        let expected: Objectives = try Self.decode("\(name)/objectives.json")
        let examples = expected.pairs.map { SupervisedExample(prompt: $0.prompt, completion: $0.chosen) }
        let report = try await Self.firstStep(try Self.model(name), .supervised(examples))
        #expect(abs((report["loss"] ?? .nan) - expected.sft_loss) < 1e-4)
    }

    /// Metrics of a first step over all examples.
    static func firstStep(_ model: LanguageModel, _ data: TrainingData) async throws -> [String: Double] {
        var settings = TrainerSettings(learningRate: 1e-9)
        settings.batchSize = data.count
        var metrics: [String: Double] = [:]
        _ = try await Trainer(model: model, data: data, settings: settings).run { metrics = $0.metrics }
        return metrics
    }

    /// Every parameter's gradient within 1e-4 of PyTorch's, relative to the tensor's largest element.
    @Test(arguments: ["tiny-llama", "tiny-mistral"], ["sft", "dpo"])
    func gradientsOfEveryParameter(name: String, loss: String) throws {
        let expected: Objectives = try Self.decode("\(name)/objectives.json")
        let model = try Self.model(name)
        let pass = TrainingPass(model: model)
        let gradients = Gradients(for: model)
        let trees = expected.pairs.map { TokenTree(prompt: $0.prompt, chosen: $0.chosen, rejected: $0.rejected) }
        let scores = try pass.forward(trees).scores
        let coefficients: [[Float]]
        if loss == "sft" {
            let tokens = expected.pairs.reduce(0) { $0 + $1.chosen.count }
            coefficients = expected.pairs.map { _ in [0, -1 / Float(tokens), 0] }
        } else {
            let objective = PreferenceObjective(beta: expected.beta)
            coefficients = zip(expected.pairs, scores).map { pair, score in
                let value = objective.value(
                    chosen: .init(policy: score.sum(1), reference: pair.reference_chosen, tokens: pair.chosen.count),
                    rejected: .init(policy: score.sum(2), reference: pair.reference_rejected, tokens: pair.rejected.count))
                let count = Double(expected.pairs.count)
                return [0, Float(value.chosenDerivative / count), Float(value.rejectedDerivative / count)]
            }
        }
        pass.backward(coefficients: coefficients, into: gradients)
        gradients.finish()
        let file = try SafetensorsFile(path: Self.fixture("\(name)/gradients-\(loss).safetensors").path)
        for tensor in model.layout.tensors {
            let descriptor = try #require(file.tensors[tensor.name], "\(tensor.name)")
            #expect(descriptor.shape == tensor.shape)
            var reference = [Float](repeating: 0, count: tensor.count)
            try reference.withUnsafeMutableBufferPointer { try file.read(tensor.name, into: $0) }
            let largest = reference.reduce(0) { max($0, abs($1)) }
            let found = UnsafeBufferPointer(start: gradients.values.pointer + tensor.offset, count: tensor.count)
            let difference = zip(found, reference).reduce(0) { max($0, abs($1.0 - $1.1)) }
            #expect(difference < 1e-4 * max(largest, 1e-3), "\(tensor.name): \(difference) of \(largest)")
        }
    }

    struct Trajectory: Decodable {
        struct Run: Decodable {
            var weight_decay: Float
            var steps: [[String: Double]]
            var final_norms: [String: Double]
        }
        var beta: Double
        var batch: Int
        var warmup_steps: Int
        var total_steps: Int
        var peak_learning_rate: Double
        var max_grad_norm: Double
        var pairs: [Pair]
        var runs: [Run]
    }

    /// Twenty steps as TRL's DPOTrainer makes them: same pairs, settings and order.
    @Test(arguments: [0, 1])
    func trajectoryEqualsTRL(run index: Int) async throws {
        let expected: Trajectory = try Self.decode("tiny-llama/dpo-trajectory.json")
        let run = expected.runs[index]
        let model = try Self.model("tiny-llama")
        var settings = TrainerSettings(learningRate: expected.peak_learning_rate)
        settings.warmupSteps = expected.warmup_steps
        settings.batchSize = expected.batch
        settings.maximumGradientNorm = expected.max_grad_norm
        settings.optimizer.weightDecay = run.weight_decay
        settings.shuffles = false
        let trainer = Trainer(
            model: model, data: .preference(expected.pairs.map(\.example), PreferenceObjective(beta: expected.beta)),
            settings: settings)
        #expect(trainer.totalSteps == expected.total_steps)
        var reports: [[String: Double]] = []
        #expect(try await trainer.run { reports.append($0.metrics) } == .finished)
        #expect(reports.count == run.steps.count)
        for (step, (found, reference)) in zip(reports, run.steps).enumerated() {
            for (name, value) in reference where name != "rewards/accuracies" {
                let mine = try #require(found[name], "\(name)")
                let tolerance = name.hasPrefix("logps/") ? 1e-2 : 1e-4 * max(1, abs(value))
                #expect(abs(mine - value) < tolerance, "step \(step), \(name): \(mine) instead of \(value)")
            }
        }
        for tensor in model.layout.tensors {
            let norm = (0..<tensor.count).reduce(0.0) {
                $0 + Double(model.parameters.pointer[tensor.offset + $1]) * Double(model.parameters.pointer[tensor.offset + $1])
            }.squareRoot()
            let reference = try #require(run.final_norms[tensor.name])
            #expect(abs(norm - reference) < 1e-4 * reference, "\(tensor.name)")
        }
    }
}
