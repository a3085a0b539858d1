import LanguageModel
import Testing

/// What the estimate says about SmolLM2-135M; `engine-benchmark` prints it beside the peak of a real run.
@Suite struct MemoryEstimateTests {
    static let smolLM2 = ModelConfiguration(
        vocabularyCount: 49_152, hiddenSize: 576, intermediateSize: 1536, layerCount: 30, headCount: 9,
        keyValueHeadCount: 3, headSize: 64, ropeTheta: 100_000, normEpsilon: 1e-5, contextLength: 8192,
        tiesEmbeddings: true)

    static func training(
        _ training: MemoryEstimate.Training, tokenBudget: Int = 512, recomputing: Bool = false,
        storage: FloatBuffer.Storage = .memory
    ) -> MemoryEstimate {
        .training(
            training, configuration: smolLM2, precision: .bfloat16, tokenBudget: tokenBudget,
            recomputesActivations: recomputing, storage: storage)
    }

    static let lora = MemoryEstimate.Training.adapter(rank: 64, targets: AdapterTarget.allCases)

    @Test func fitsWhatTheEnginePromises() {
        #expect(Self.training(.full).byteCount < 3_500_000_000)
        #expect(Self.training(Self.lora, storage: .file(folder: "/tmp")).byteCount < 1_200_000_000)
        let sampling = MemoryEstimate.sampling(
            configuration: Self.smolLM2, precision: .bfloat16, batchSize: 64, samplesPerPrompt: 10, promptTokens: 400,
            maximumTokens: 128)
        #expect(sampling.byteCount < 1_500_000_000)
    }

    @Test func partsAreThoseOfTheModel() throws {
        // 134,515,008 parameters: four bytes each, and three times four for gradients and two moments.
        let parts = Dictionary(uniqueKeysWithValues: Self.training(.full).parts.map { ($0.name, $0.byteCount) })
        #expect(parts["weights"] == 538_060_032)
        #expect(parts["gradients and optimizer"] == 3 * 538_060_032)
        // Two bytes of every matrix; the 61 norms of 576 are not packed.
        #expect(parts["packed weights"] == 2 * (134_515_008 - 61 * 576))
        // A and B of rank 64 on 2304 + 2 * 768 + 3 * 2112 inputs and outputs of 30 layers, four floats each.
        let adapter = Dictionary(uniqueKeysWithValues: Self.training(Self.lora).parts.map { ($0.name, $0.byteCount) })
        #expect(adapter["adapter, its gradients and optimizer"] == 16 * 30 * 64 * (2304 + 2 * 768 + 3 * 2112))
    }

    @Test func whatSavesMemoryIsSeenToSaveIt() {
        let usual = Self.training(.full, tokenBudget: 1024).byteCount
        #expect(Self.training(.full, tokenBudget: 512).byteCount < usual)
        #expect(Self.training(.full, tokenBudget: 1024, recomputing: true).byteCount < usual - 500_000_000)
        // The trained weights themselves cannot leave memory.
        #expect(Self.training(.full, tokenBudget: 1024, storage: .file(folder: "/tmp")).byteCount == usual)
    }
}
