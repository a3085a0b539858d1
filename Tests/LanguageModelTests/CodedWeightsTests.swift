import Foundation
import LanguageModel
import TestSupport
import Testing

/// A file's codes give what packed weights give, to the bit.
@Suite struct CodedWeightsTests {
    static func draw(_ model: LanguageModel, batchSize: Int) throws -> [[Int]: SampledSequence] {
        let requests = (0..<3).map { index in
            SamplingRequest(
                prompt: TinyModel.tokens(9 + 5 * index, seed: UInt64(index + 1)),
                settings: SamplingSettings(temperature: 0.8, topP: 0.95, maximumTokens: 12), seeds: [1, 2, UInt64(3 + index)])
        }
        var drawn: [[Int]: SampledSequence] = [:]
        try model.sample(requests, stopTokens: [], batchSize: batchSize) { drawn[[$0, $1]] = $2 }
        return drawn
    }

    /// How a file has the tiny model: its matrices of 32 inputs are codes, those of 40 are not.
    enum Storage: CaseIterable {
        /// Queries and keys in llama.cpp's order.
        case ggufInBytes, ggufInTwoBytes
        case folderInBFloat16, folderInHalf

        func model() throws -> LoadedModel {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let original = try LoadedModel(path: ReferenceParityTests.fixture("tiny-llama").path)
            let card = ModelCard(name: "tiny", body: "")
            switch self {
            case .ggufInBytes: try original.writeGGUF(to: path, weights: .q8_0, name: "tiny")
            case .ggufInTwoBytes: try original.writeGGUF(to: path, weights: .bfloat16, name: "tiny")
            case .folderInBFloat16: try original.writeHuggingFaceFolder(to: path, weights: .bfloat16, card: card)
            case .folderInHalf: try original.writeHuggingFaceFolder(to: path, weights: .float16, card: card)
            }
            return try LoadedModel(path: path)
        }

        /// Where packed weights in bfloat16 are larger, and are not multiplied in emulation.
        func isUsed(_ precision: Precision) -> Bool {
            precision == .float32 || (self == .ggufInBytes && Precision.preferred == .bfloat16)
        }
    }

    /// With the file's codes and without.
    static func engines(_ loaded: LoadedModel, _ precision: Precision) -> (coded: LanguageModel, packed: LanguageModel) {
        let pool = ThreadPool(threadCount: 2)
        let packed = LanguageModel(
            configuration: loaded.configuration, parameters: loaded.parameters, precision: precision, pool: pool)
        return (LanguageModel(loaded, precision: precision, pool: pool), packed)
    }

    @Test(arguments: Storage.allCases, [Precision.float32, .bfloat16])
    func tinyModelDrawsTheSame(storage: Storage, precision: Precision) throws {
        var loaded = try storage.model()
        let (coded, packed) = Self.engines(loaded, precision)
        let expected = try Self.draw(packed, batchSize: 4)
        #expect(packed.codedMatrixCount == 0)
        for batchSize in [1, 4] { #expect(try Self.draw(coded, batchSize: batchSize) == expected) }
        // Attention's input and output, the feed-forward's input and the head.
        let layers = loaded.configuration.layerCount
        let isUsed = storage.isUsed(precision)
        #expect(coded.codedMatrixCount == (isUsed ? 3 * layers + 1 : 0))
        #expect(LanguageModel(sharingWeightsOf: coded).codedMatrixCount == coded.codedMatrixCount)

        // Weights that are not the file's any more leave its codes.
        loaded.parameters.pointer[loaded.parameters.count / 2] += 0.25
        coded.weightsDidChange()
        packed.weightsDidChange()
        let changed = try Self.draw(packed, batchSize: 2)
        #expect(changed != expected)
        #expect(try Self.draw(coded, batchSize: 2) == changed)
        #expect(coded.codedMatrixCount == 0)
        // A new engine of the changed weights and the file's codes notices the matrix that differs.
        let (misled, _) = Self.engines(loaded, precision)
        #expect(try Self.draw(misled, batchSize: 2) == changed)
        #expect(misled.codedMatrixCount == (isUsed ? 3 * layers : 0))
        let parameters = loaded.parameters
        loaded.parameters = parameters
        #expect(loaded.codes == nil)
    }

    /// Log-probabilities, and gradients of an adapter or of all weights, by codes in one model and packed weights in another.
    static func expectSameBits(_ coded: LanguageModel, _ packed: LanguageModel, hasAdapter: Bool) throws {
        func tokens(_ count: Int, _ seed: UInt64) -> [Int32] {
            TinyModel.tokens(count, seed: seed, vocabulary: coded.configuration.vocabularyCount)
        }
        let trees = [
            TokenTree(prompt: tokens(40, 1), chosen: tokens(9, 2), rejected: tokens(12, 3)),
            TokenTree(prompt: tokens(33, 4), chosen: tokens(7, 5), rejected: tokens(2, 6)),
        ]
        func results(_ model: LanguageModel) throws -> (scores: [TreeScores], gradients: [Float]) {
            if hasAdapter {
                let adapter = LowRankAdapter(
                    layout: model.layout, rank: 4, scale: 2, targets: AdapterTarget.allCases, precision: model.precision)
                for index in 0..<adapter.parameters.count { adapter.parameters.pointer[index] = Float(index % 17) * 0.001 - 0.008 }
                model.adapter = adapter
                model.weightsDidChange(adapterOnly: true)
            }
            let gradients = Gradients(for: model)
            let pass = TrainingPass(model: model)
            _ = try pass.forward(trees)
            pass.backward(coefficients: [[0, 1, -1], [0, -0.5, 0.25]], into: gradients)
            gradients.finish()
            return (try model.score(trees), Array(gradients.values.elements))
        }
        let (a, b) = (try results(coded), try results(packed))
        #expect(a.scores == b.scores)
        #expect(a.gradients == b.gradients)
        #expect(a.gradients.contains { $0 != 0 })
        #expect(packed.codedMatrixCount == 0)
    }

    @Test(arguments: [Storage.ggufInBytes, .folderInHalf], [Precision.float32, .bfloat16])
    func tinyModelScoresAndTrainsTheSame(storage: Storage, precision: Precision) throws {
        for hasAdapter in [true, false] {
            let loaded = try storage.model()
            let (coded, packed) = Self.engines(loaded, precision)
            try Self.expectSameBits(coded, packed, hasAdapter: hasAdapter)
            // Without decoding there are none in bfloat16.
            #expect(coded.codedMatrixCount == (precision == .float32 ? 3 * loaded.configuration.layerCount + 1 : 0))
        }
    }

    /// A folder in bfloat16 takes half of what packed weights in float32 take, and nothing beside those in bfloat16.
    @Test func twoByteWeightsAreCountedOnInFloat32Only() throws {
        let loaded = try Storage.folderInBFloat16.model()
        let codes = try #require(loaded.codes)
        let whole = ParameterLayout(loaded.configuration).tensors.filter { $0.isMatrix && $0.shape[1] % 32 == 0 }
        let coded = whole.reduce(0) { $0 + $1.count }
        #expect(codes.byteCount(for: .float32) == 2 * coded)
        #expect(codes.byteCount(for: .bfloat16) == 0)
        func parts(_ precision: Precision) -> [String: Int] {
            let estimate = MemoryEstimate.sampling(
                configuration: loaded.configuration, precision: precision, batchSize: 1, samplesPerPrompt: 1, promptTokens: 8,
                maximumTokens: 8, codes: codes)
            return Dictionary(uniqueKeysWithValues: estimate.parts.map { ($0.name, $0.byteCount) })
        }
        let uncoded = loaded.configuration.layerCount * loaded.configuration.hiddenSize * loaded.configuration.intermediateSize
        #expect(parts(.float32)["packed weights"] == 4 * uncoded)
        #expect(parts(.float32)["codes"] == 2 * coded)
        #expect(parts(.bfloat16)["codes", default: 0] == 0)
    }

    @Test func everyMatrixOfTheRealModelIsCoded() throws {
        let loaded = try LoadedModel(path: CachedModel.path(), storage: .temporaryFile)
        let model = LanguageModel(loaded, precision: .float32, pool: ThreadPool(threadCount: 2))
        let packed = LanguageModel(
            configuration: loaded.configuration, parameters: loaded.parameters, precision: .float32,
            pool: ThreadPool(threadCount: 1))
        let expected = try Self.draw(packed, batchSize: 8)
        #expect(try Self.draw(model, batchSize: 3) == expected)
        #expect(model.codedMatrixCount == 4 * 30 + 1)
        try Self.expectSameBits(model, packed, hasAdapter: true)
        // No packed weights are counted on, and a LoRA run fits where the bfloat16 one does.
        let estimate = MemoryEstimate.training(
            MemoryEstimateTests.lora, configuration: loaded.configuration, precision: .float32, tokenBudget: 512,
            storage: .temporaryFile, codes: loaded.codes)
        #expect(estimate.byteCount < 1_200_000_000)
        #expect(estimate.parts.first { $0.name == "packed weights" }?.byteCount == 0)
        // 5 bits of a matrix's weight, 8.5 of an embedding's.
        #expect(try #require(loaded.codes).byteCount(for: .float32) == 106_168_320 * 5 / 8 + 49_152 * 576 * 17 / 16)
    }
}
