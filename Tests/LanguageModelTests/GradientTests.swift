import LanguageModel
import TestSupport
import Testing

/// The backward pass against finite differences and against itself under other batchings. (Against
/// PyTorch: `ReferenceParityTests`.)
@Suite struct GradientTests {
    let trees = [
        TokenTree(
            prompt: TinyModel.tokens(6, seed: 2), chosen: TinyModel.tokens(5, seed: 3),
            rejected: TinyModel.tokens(4, seed: 4)),
        TokenTree(
            prompt: TinyModel.tokens(9, seed: 5), chosen: TinyModel.tokens(2, seed: 6),
            rejected: TinyModel.tokens(7, seed: 7)),
    ]
    let coefficients: [[Float]] = [[0, -0.7, 0.4], [0, 0.3, -1.1]]

    func gradients(
        _ model: LanguageModel, together: Bool = true, recomputing: Bool = false, dropoutKeys: [UInt64]? = nil
    ) throws -> Gradients {
        let pass = TrainingPass(model: model, recomputesActivations: recomputing)
        let gradients = Gradients(for: model)
        if together {
            _ = try pass.forward(trees, dropoutKeys: dropoutKeys)
            pass.backward(coefficients: coefficients, into: gradients)
        } else {
            for index in trees.indices {
                _ = try pass.forward([trees[index]], dropoutKeys: dropoutKeys.map { [$0[index]] })
                pass.backward(coefficients: [coefficients[index]], into: gradients)
            }
        }
        gradients.finish()
        return gradients
    }

    /// - Parameter dropoutKeys: as in training; scoring knows no dropout.
    func objective(_ model: LanguageModel, dropoutKeys: [UInt64]? = nil) throws -> Double {
        let scores =
            if let dropoutKeys {
                try TrainingPass(model: model).forward(trees, dropoutKeys: dropoutKeys).scores
            } else {
                try model.score(trees)
            }
        return trees.indices.reduce(0.0) { total, tree in
            total + (1...2).reduce(0.0) { $0 + Double(coefficients[tree][$1]) * scores[tree].sum($1) }
        }
    }

    /// Central differences on a spread of elements of every tensor.
    func compare(
        _ model: LanguageModel, parameters: FloatBuffer, adapter: Bool, gradients: Gradients, ranges: [Range<Int>],
        dropoutKeys: [UInt64]? = nil
    ) throws {
        for range in ranges {
            for probe in 0..<3 {
                let index = range.lowerBound + (range.count * (2 * probe + 1)) / 6
                let original = parameters.pointer[index]
                let step: Float = 4e-3
                parameters.pointer[index] = original + step
                model.weightsDidChange(adapterOnly: adapter)
                let above = try objective(model, dropoutKeys: dropoutKeys)
                parameters.pointer[index] = original - step
                model.weightsDidChange(adapterOnly: adapter)
                let below = try objective(model, dropoutKeys: dropoutKeys)
                parameters.pointer[index] = original
                model.weightsDidChange(adapterOnly: adapter)
                let expected = (above - below) / (2 * Double(step))
                let found = Double(gradients.values.pointer[index])
                #expect(abs(found - expected) < 4e-3 + 2e-2 * abs(expected), "element \(index): \(found) instead of \(expected)")
            }
        }
    }

    @Test(arguments: [true, false])
    func gradientsEqualFiniteDifferences(tied: Bool) throws {
        var configuration = TinyModel.configuration
        configuration.tiesEmbeddings = tied
        let model = TinyModel.make(configuration)
        try compare(
            model, parameters: model.parameters, adapter: false, gradients: try gradients(model),
            ranges: model.layout.tensors.map { $0.offset..<$0.offset + $0.count })
    }

    @Test func windowedGradientsEqualFiniteDifferences() throws {
        var configuration = TinyModel.configuration
        configuration.slidingWindow = 4
        let model = TinyModel.make(configuration)
        try compare(
            model, parameters: model.parameters, adapter: false, gradients: try gradients(model),
            ranges: model.layout.tensors.map { $0.offset..<$0.offset + $0.count })
    }

    func adapted(dropout: Float = 0, precision: Precision = .float32) -> LanguageModel {
        let model = TinyModel.make(precision: precision)
        let adapter = LowRankAdapter(
            layout: model.layout, rank: 3, scale: 2, dropout: dropout, targets: AdapterTarget.allCases,
            precision: precision)
        var generator = TestGenerator(seed: 77)
        for index in 0..<adapter.parameters.count { adapter.parameters.pointer[index] = Float(generator.uniform() - 0.5) * 0.3 }
        model.adapter = adapter
        return model
    }

    @Test(arguments: [nil, [5, 6]] as [[UInt64]?])
    func adapterGradientsEqualFiniteDifferences(dropoutKeys: [UInt64]?) throws {
        let model = adapted(dropout: dropoutKeys == nil ? 0 : 0.2)
        let adapter = try #require(model.adapter)
        try compare(
            model, parameters: adapter.parameters, adapter: true,
            gradients: try gradients(model, dropoutKeys: dropoutKeys),
            ranges: adapter.placements.flatMap {
                [$0.offsetA..<$0.offsetB, $0.offsetB..<$0.offsetB + adapter.rank * $0.outputs]
            }, dropoutKeys: dropoutKeys)
    }

    @Test func nothingScoredHasNoGradient() throws {
        let model = TinyModel.make()
        let pass = TrainingPass(model: model)
        let gradients = Gradients(for: model)
        var tree = TokenTree()
        tree.append(TinyModel.tokens(6, seed: 2), to: nil, isScored: false)
        _ = try pass.forward([tree])
        pass.backward(coefficients: [[1]], into: gradients)
        gradients.finish()
        #expect(gradients.elements.allSatisfy { $0 == 0 })
    }

    /// Gradient accumulation is exact: one batch of two trees or two batches of one, to the bit.
    @Test(arguments: [Precision.float32, .bfloat16])
    func splittingTheBatchChangesNoBit(precision: Precision) throws {
        let model = TinyModel.make(precision: precision)
        #expect(try gradients(model, together: true).elements == gradients(model, together: false).elements)
        let low = adapted(dropout: 0.2, precision: precision)
        #expect(
            try gradients(low, together: true, dropoutKeys: [5, 6]).elements
                == gradients(low, together: false, dropoutKeys: [5, 6]).elements)
    }

    @Test func threadsChangeNoBit() throws {
        let one = try gradients(TinyModel.make(threads: 1)).elements
        #expect(try gradients(TinyModel.make(threads: 2)).elements == one)
        #expect(try gradients(TinyModel.make(threads: 4)).elements == one)
    }

    @Test func recomputingActivationsChangesNoBit() throws {
        let model = TinyModel.make()
        #expect(try gradients(model, recomputing: true).elements == gradients(model).elements)
    }

    /// A pair in one tree has the gradient of its two plain sequences.
    @Test func rule8_pairTreeGradientEqualsTwoPlainSequences() throws {
        let model = TinyModel.make()
        let pass = TrainingPass(model: model)
        let tree = Gradients(for: model)
        _ = try pass.forward([trees[0]])
        pass.backward(coefficients: [coefficients[0]], into: tree)
        tree.finish()
        let plain = Gradients(for: model)
        for branch in 1...2 {
            let sequence = TokenTree(prompt: trees[0].segments[0].tokens, completion: trees[0].segments[branch].tokens)
            _ = try pass.forward([sequence])
            pass.backward(coefficients: [[0, coefficients[0][branch]]], into: plain)
        }
        plain.finish()
        for (a, b) in zip(tree.elements, plain.elements) { #expect(abs(a - b) < 2e-5 + 1e-4 * abs(b)) }
    }

    /// Merging scale * B A into the weights gives the adapter's logits; taking it away restores them.
    @Test func rule10_mergedEqualsAdapted() throws {
        let model = adapted()
        let before = try model.logits(trees[0])
        let adapter = try #require(model.adapter)
        let original = model.parameters.copy()
        adapter.merge(into: model.parameters, layout: model.layout)
        model.adapter = nil
        model.weightsDidChange()
        for (a, b) in zip(try model.logits(trees[0]), before) { #expect(abs(a - b) < 1e-5 * max(1, abs(b))) }
        adapter.merge(into: model.parameters, layout: model.layout, sign: -1)
        for (a, b) in zip(model.parameters.elements, original.elements) { #expect(abs(a - b) < 1e-5) }
    }
}

extension Gradients {
    var elements: [Float] { Array(values.elements) }
}
