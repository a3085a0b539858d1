import Alignment
import Checkpoints
import Foundation
import LanguageModel
import TestSupport
import Testing

/// LoRA against PEFT: adapters that PEFT wrote, their logits and gradients (see Fixtures/README.md).
@Suite struct AdapterParityTests {
    static func adapted(_ name: String) throws -> LanguageModel {
        let model = try PyTorchParityTests.model("tiny-llama")
        model.adapter = try LowRankAdapter(
            peftFolder: PyTorchParityTests.fixture("tiny-llama/\(name)").path, layout: model.layout, precision: .float32)
        return model
    }

    static func values(_ name: String, _ path: String) throws -> [Float] {
        let file = try SafetensorsFile(path: PyTorchParityTests.fixture(path).path)
        let descriptor = try #require(file.tensors[name], "\(name)")
        var values = [Float](repeating: 0, count: descriptor.shape.reduce(1, *))
        try values.withUnsafeMutableBufferPointer { try file.read(name, into: $0) }
        return values
    }

    /// The scale is alpha / r, or alpha / sqrt(r) when rank-stabilised.
    @Test(arguments: ["adapter", "adapter-rslora"])
    func rule10_logitsOfPEFTAdapters(name: String) throws {
        let model = try Self.adapted(name)
        let tokens = try Self.values("tokens", "tiny-llama/\(name)/logits.safetensors").map { Int32($0) }
        var tree = TokenTree()
        tree.append(tokens, to: nil, isScored: false)
        let expected = try Self.values("logits", "tiny-llama/\(name)/logits.safetensors")
        let found = try model.logits(tree)
        #expect(found.count == expected.count)
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-4) }
    }

    @Test func gradientsOfEveryAdapterParameter() throws {
        let expected: PyTorchParityTests.Objectives = try PyTorchParityTests.decode("tiny-llama/objectives.json")
        let model = try Self.adapted("adapter")
        let adapter = try #require(model.adapter)
        let pass = TrainingPass(model: model)
        let gradients = Gradients(for: model)
        let scores = try pass.forward(
            expected.pairs.map { TokenTree(prompt: $0.prompt, chosen: $0.chosen, rejected: $0.rejected) }
        ).scores
        let objective = PreferenceObjective(beta: expected.beta)
        let coefficients: [[Float]] = zip(expected.pairs, scores).map { pair, score in
            let value = objective.value(
                chosen: .init(policy: score.sum(1), reference: pair.reference_chosen, tokens: pair.chosen.count),
                rejected: .init(policy: score.sum(2), reference: pair.reference_rejected, tokens: pair.rejected.count))
            let count = Double(expected.pairs.count)
            return [0, Float(value.chosenDerivative / count), Float(value.rejectedDerivative / count)]
        }
        pass.backward(coefficients: coefficients, into: gradients)
        gradients.finish()
        for placement in adapter.placements {
            let module = "base_model.model." + placement.weightName.replacingOccurrences(of: ".weight", with: "")
            for (part, offset, count) in [
                ("lora_A", placement.offsetA, adapter.rank * placement.inputs),
                ("lora_B", placement.offsetB, adapter.rank * placement.outputs),
            ] {
                let reference = try Self.values("\(module).\(part).weight", "tiny-llama/adapter/gradients-dpo.safetensors")
                let found = UnsafeBufferPointer(start: gradients.values.pointer + offset, count: count)
                #expect(reference.count == count)
                let largest = reference.reduce(0) { max($0, abs($1)) }
                let difference = zip(found, reference).reduce(0) { max($0, abs($1.0 - $1.1)) }
                #expect(difference < 1e-4 * max(largest, 1e-3), "\(placement.weightName) \(part): \(difference) of \(largest)")
            }
        }
    }

    /// A fresh adapter changes nothing: B is zero, so the reference is the start of training.
    @Test func rule6_freshAdapterIsTheModelItself() throws {
        let model = try PyTorchParityTests.model("tiny-llama")
        let tree = TokenTree(prompt: [5, 6, 7], completion: [8, 9, 2])
        let before = try model.logits(tree)
        let adapter = LowRankAdapter(
            layout: model.layout, rank: 4, scale: 2, targets: AdapterTarget.allCases, precision: .float32)
        adapter.initialize(seed: 3)
        model.adapter = adapter
        #expect(try model.logits(tree) == before)
    }
}
