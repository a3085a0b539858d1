/// Bytes of resident memory that a workload takes, from the model's shape and the settings alone; what `plan`
/// states before anything starts. Training's is within about 6 % of the peaks that `engine-benchmark` measures; sampling's
/// lies above them, as if all sequences had their greatest length at once.
public struct MemoryEstimate: Sendable, Hashable {
    /// What the memory holds, largest parts apart, in bytes.
    public struct Part: Sendable, Hashable {
        public var name: String
        public var byteCount: Int
    }

    public private(set) var parts: [Part] = []
    /// Beside the weights; the other parts come later.
    private var bytesWhileLoading = 0
    public var byteCount: Int {
        let weights = parts.filter { Self.partsOfWeights.contains($0.name) }
        return Self.program + max(Self.sum(parts), Self.sum(weights) + bytesWhileLoading)
    }

    private static func sum(_ parts: [Part]) -> Int { parts.reduce(0) { $0 + $1.byteCount } }

    /// Program, libraries and a tokenizer of 50 thousand tokens.
    private static let program = 60_000_000

    public enum Training: Sendable, Hashable {
        /// All parameters.
        case full
        /// A LoRA adapter of `rank` on `targets`.
        case adapter(rank: Int, targets: [AdapterTarget])
    }

    /// Optimizer steps.
    /// - Parameters:
    ///   - tokenBudget: rows of one forward and backward pass, or the tokens of the largest tree if that is more.
    ///   - scoredTokens: how many of these rows predict a scored token, at most.
    ///   - storage: where the float32 weights live; `.file` counts for adapters only.
    ///   - codes: what the model's file has as codes; they count for adapters only.
    public static func training(
        _ training: Training, configuration c: ModelConfiguration, precision: Precision, tokenBudget: Int,
        scoredTokens: Int? = nil, recomputesActivations: Bool = false, storage: FloatBuffer.Storage = .memory, codes: CodedWeights? = nil
    ) -> MemoryEstimate {
        let layout = ParameterLayout(c)
        var estimate = MemoryEstimate()
        estimate.addWeights(
            layout, precision, codes: training == .full ? nil : codes,
            isResident: training == .full || storage == .memory)
        switch training {
        case .full:
            estimate.add("gradients and optimizer", floats: 3 * layout.count)
        case .adapter(let rank, let targets):
            let sizes = targets.map { $0.tensor(in: layout.layers[0]).shape }
            let count = c.layerCount * rank * sizes.reduce(0) { $0 + $1[0] + $1[1] }
            estimate.add("adapter, its gradients and optimizer", floats: 4 * count)
            estimate.add("packed adapter", bytes: count * precision.operandBytes)
        }
        let block = c.hiddenSize * (c.fusedAttentionSize + c.querySize + 3 * c.intermediateSize)
        estimate.add(
            "transposed weights", bytes: (block + c.vocabularyCount * c.hiddenSize) * precision.operandBytes)
        let slots = recomputesActivations ? 1 : c.layerCount
        estimate.add(
            "activations",
            floats: tokenBudget * (slots * activationFloats(c) + (c.layerCount + 1) * c.hiddenSize))
        // Gradients of one layer's activations, and a chunk of logits with its operands.
        let chunk = min(TrainingPass.headChunk, scoredTokens ?? tokenBudget)
        estimate.add(
            "workspace",
            floats: tokenBudget * (2 * c.intermediateSize + 7 * c.hiddenSize + 2 * c.fusedAttentionSize)
                + chunk * c.vocabularyCount)
        // Gradients by rows and by columns.
        estimate.add(
            "operands",
            bytes: precision.operandBytes
                * (max(chunk * c.vocabularyCount, min(tokenBudget, 1024) * 3 * c.intermediateSize)
                    + max(chunk * c.vocabularyCount, tokenBudget * 2 * c.intermediateSize)))
        return estimate
    }

    /// Log-probabilities of token trees.
    public static func scoring(
        configuration c: ModelConfiguration, precision: Precision, largestTree: Int = 0,
        storage: FloatBuffer.Storage = .memory, codes: CodedWeights? = nil
    ) -> MemoryEstimate {
        var estimate = MemoryEstimate()
        estimate.addWeights(ParameterLayout(c), precision, codes: codes, isResident: storage == .memory)
        estimate.addPass(rows: max(LanguageModel.scoringTokenBudget, largestTree), c, precision)
        return estimate
    }

    /// Sampling of `batchSize` sequences at once, `samplesPerPrompt` of each prompt.
    public static func sampling(
        configuration c: ModelConfiguration, precision: Precision, batchSize: Int, samplesPerPrompt: Int,
        promptTokens: Int, maximumTokens: Int, storage: FloatBuffer.Storage = .memory, codes: CodedWeights? = nil
    ) -> MemoryEstimate {
        var estimate = MemoryEstimate()
        estimate.addWeights(
            ParameterLayout(c), precision, codes: codes, isDecoding: true, isResident: storage == .memory)
        estimate.addPass(rows: max(promptTokens, batchSize), c, precision)
        let perToken = 2 * c.layerCount * c.keyValueSize * precision.operandBytes
        // One prompt more than fit: the next one is read while the last samples of the others go on.
        let prompts = (batchSize + samplesPerPrompt - 1) / max(1, samplesPerPrompt) + 1
        // In blocks of 64 positions.
        func positions(_ tokens: Int) -> Int { (tokens + 63) / 64 * 64 }
        estimate.add(
            "keys and values", bytes: perToken * (batchSize * positions(maximumTokens) + prompts * positions(promptTokens)))
        estimate.add("logits", floats: (batchSize + prompts) * c.vocabularyCount)
        return estimate
    }

    /// The same for a model that shares its weights with one that is counted already.
    public var sharingWeights: MemoryEstimate {
        var estimate = self
        estimate.parts.removeAll { Self.partsOfWeights.contains($0.name) }
        estimate.bytesWhileLoading = 0
        return estimate
    }

    private static let weights = "weights"
    private static let packedWeights = "packed weights"
    private static let codes = "codes"
    private static let partsOfWeights = [weights, packedWeights, codes]

    private mutating func addWeights(
        _ layout: ParameterLayout, _ precision: Precision, codes: CodedWeights?, isDecoding: Bool = false, isResident: Bool
    ) {
        if isResident { add(Self.weights, floats: layout.count) }
        let packed = (layout.layers.flatMap(\.matrices) + [[layout.headMatrix]]).filter {
            !precision.computesFromCodes || codes?.has($0, for: precision) != true
        }
        add(Self.packedWeights, bytes: packed.joined().reduce(0) { $0 + $1.count } * precision.operandBytes)
        if let codes, precision.computesFromCodes || (isDecoding && precision.decodesFromCodes) {
            add(Self.codes, bytes: codes.byteCount(for: precision))
        }
        // The largest tensor, in float32 and as its file has it.
        if !isResident { bytesWhileLoading = 6 * (layout.tensors.map(\.count).max() ?? 0) }
    }

    /// A pass that keeps nothing for the way back.
    private mutating func addPass(rows: Int, _ c: ModelConfiguration, _ precision: Precision) {
        add("activations", floats: rows * (Self.activationFloats(c) + 4 * c.hiddenSize + c.intermediateSize))
        add("operands", bytes: rows * max(c.hiddenSize, c.intermediateSize) * precision.operandBytes)
    }

    /// Floats of `LayerActivations` per row.
    private static func activationFloats(_ c: ModelConfiguration) -> Int {
        c.fusedAttentionSize + c.querySize + c.headCount + c.hiddenSize + 2 + 2 * c.intermediateSize
    }

    private mutating func add(_ name: String, floats: Int) { add(name, bytes: 4 * floats) }
    private mutating func add(_ name: String, bytes: Int) { parts.append(Part(name: name, byteCount: bytes)) }
}

