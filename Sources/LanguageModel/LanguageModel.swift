import CKernels

public enum ModelError: Error, Equatable, CustomStringConvertible {
    case sequenceTooLong(tokens: Int, contextLength: Int)
    case tokenOutOfRange(token: Int32, vocabularyCount: Int)
    case emptyTree

    public var description: String {
        switch self {
        case .sequenceTooLong(let tokens, let contextLength):
            "a sequence of \(tokens) tokens is longer than the model's context of \(contextLength); shorten the text"
        case .tokenOutOfRange(let token, let count):
            "token id \(token) is outside the model's vocabulary of \(count); tokenizer and model do not belong together"
        case .emptyTree:
            "a token tree without segments was given"
        }
    }
}

/// The four matrices of a decoder layer, adjacent projections fused.
struct DecoderMatrices {
    var queryKeyValue: PackedMatrix
    var output: PackedMatrix
    var gateUp: PackedMatrix
    var down: PackedMatrix

    /// In the order of `ParameterLayout.Layer.matrices`.
    var all: [PackedMatrix] { [queryKeyValue, output, gateUp, down] }
}

/// A Llama-family decoder: float32 weights, packed copies of them for the kernels, and passes over
/// token trees. One instance is used by one task at a time.
public final class LanguageModel {
    public let configuration: ModelConfiguration
    public let layout: ParameterLayout
    /// Weights in `layout` order. Call `weightsDidChange()` after writing to them.
    public let parameters: FloatBuffer
    public let precision: Precision
    public let pool: ThreadPool
    /// LoRA adapter applied on top of the weights; call `weightsDidChange()` after changing its parameters.
    public var adapter: LowRankAdapter?

    let rotary: RotaryTable
    let gains: NormGains
    private(set) var workspace = Workspace()
    private(set) var inferenceActivations = LayerActivations()

    private(set) var forwardMatrices: [DecoderMatrices] = []
    private(set) var forwardHead: PackedMatrix
    /// Transposes of one layer at a time, and of the head: made from the forward copies when the backward pass gets
    /// there, which costs about a hundredth of the pass and saves a second copy of all weights.
    private var backwardMatrices: DecoderMatrices?
    private var backwardHead: PackedMatrix?
    /// What the weights' file has as codes, until they are attached to the matrices or the weights change.
    private var codes: CodedWeights?
    private var forwardIsStale = true
    private var adapterIsStale = true

    /// - Parameter codes: the same weights as their file has them, which take less memory (`Precision.computesFromCodes`)
    ///   and less time to read. No bit of a result depends on them.
    /// - Precondition: `parameters` has `ParameterLayout(configuration).count` elements.
    public init(
        configuration: ModelConfiguration, parameters: FloatBuffer, codes: CodedWeights? = nil, precision: Precision,
        pool: ThreadPool
    ) {
        let layout = ParameterLayout(configuration)
        precondition(parameters.count == layout.count, "the weights belong to the configuration")
        self.configuration = configuration
        self.layout = layout
        self.parameters = parameters
        self.codes = codes
        self.precision = precision
        self.pool = pool
        rotary = RotaryTable(configuration)
        gains = NormGains(layout)
        forwardHead = PackedMatrix(
            outputs: configuration.vocabularyCount, inputs: configuration.hiddenSize, precision: precision)
        forwardMatrices = layout.layers.map { _ in Self.matrices(configuration, precision, transposed: false) }
    }

    /// The engine of a model as it was loaded, whose weights are not going to change.
    public convenience init(_ loaded: LoadedModel, precision: Precision, pool: ThreadPool) {
        self.init(
            configuration: loaded.configuration, parameters: loaded.parameters, codes: loaded.codes, precision: precision,
            pool: pool)
    }

    /// A model with buffers and an adapter of its own on the weights of another, float32 and packed ones both. Neither
    /// may change the weights as long as the two are in use.
    public init(sharingWeightsOf other: LanguageModel) {
        other.preparePackedWeights()
        configuration = other.configuration
        layout = other.layout
        parameters = other.parameters
        precision = other.precision
        pool = other.pool
        rotary = other.rotary
        gains = other.gains
        forwardHead = other.forwardHead
        forwardMatrices = other.forwardMatrices
        codes = other.codes
        forwardIsStale = false
    }

    private static func matrices(
        _ c: ModelConfiguration, _ precision: Precision, transposed: Bool
    ) -> DecoderMatrices {
        func matrix(_ outputs: Int, _ inputs: Int) -> PackedMatrix {
            transposed
                ? PackedMatrix(outputs: inputs, inputs: outputs, precision: precision)
                : PackedMatrix(outputs: outputs, inputs: inputs, precision: precision)
        }
        return DecoderMatrices(
            queryKeyValue: matrix(c.fusedAttentionSize, c.hiddenSize), output: matrix(c.hiddenSize, c.querySize),
            gateUp: matrix(2 * c.intermediateSize, c.hiddenSize), down: matrix(c.hiddenSize, c.intermediateSize))
    }

    /// Tells the model that `parameters` (or only the adapter's) were written to; packed copies are
    /// renewed before the next pass.
    public func weightsDidChange(adapterOnly: Bool = false) {
        adapterIsStale = true
        if adapterOnly { return }
        codes = nil
        forwardIsStale = true
    }

    /// Packs what is stale.
    func preparePackedWeights() {
        if forwardIsStale {
            packWeights()
            forwardIsStale = false
        }
        if let adapter, adapterIsStale {
            adapter.pack(pool: pool)
            adapterIsStale = false
        }
    }

    /// What decoding needs besides: products of few rows are going to follow.
    func prepareDecoding() {
        preparePackedWeights()
        guard precision.decodesFromCodes, let codes = takeCodes() else { return }
        forEachMatrix { matrix, tensors in
            // The other of two models that share their weights may have done it.
            guard matrix.coded == nil, let coded = codes.matrix(of: tensors, for: precision) else { return }
            matrix.attach(coded, of: parameters.pointer + tensors[0].offset, pool: pool)
        }
    }

    private func takeCodes() -> CodedWeights? {
        defer { codes = nil }
        return codes
    }

    /// Matrices that have codes.
    package var codedMatrixCount: Int {
        (forwardMatrices.flatMap(\.all) + [forwardHead]).count { $0.coded != nil }
    }

    private func packWeights() {
        gains.update(from: parameters)
        // Codes that stand for packed weights serve decoding too.
        let codes = precision.computesFromCodes ? takeCodes() : nil
        forEachMatrix { matrix, tensors in
            let weights = UnsafePointer(parameters.pointer + tensors[0].offset)
            let coded = codes?.matrix(of: tensors, for: precision)
            if let coded, matrix.replace(by: coded, of: weights, pool: pool) { return }
            matrix.pack(weights, transposed: false, pool: pool)
        }
    }

    /// Calls `body` with each matrix and the adjacent parameters that it is made of; those in a file leave memory as the
    /// work goes on, so that both copies of all layers are never there at once. Later only the embeddings of the tokens at
    /// hand are read.
    private func forEachMatrix(_ body: (PackedMatrix, [ParameterLayout.Tensor]) -> Void) {
        for (layer, matrices) in zip(layout.layers, forwardMatrices) {
            for (tensors, matrix) in zip(layer.matrices, matrices.all) { body(matrix, tensors) }
            parameters.releasePages(layer.range)
        }
        body(forwardHead, [layout.headMatrix])
        parameters.releasePages(0..<parameters.count)
    }

    /// W^T of a layer, valid until the next call.
    func transposedMatrices(layer: Int) -> DecoderMatrices {
        let matrices = backwardMatrices ?? Self.matrices(configuration, precision, transposed: true)
        backwardMatrices = matrices
        let forward = forwardMatrices[layer]
        matrices.queryKeyValue.packTranspose(of: forward.queryKeyValue, pool: pool)
        matrices.output.packTranspose(of: forward.output, pool: pool)
        matrices.gateUp.packTranspose(of: forward.gateUp, pool: pool)
        matrices.down.packTranspose(of: forward.down, pool: pool)
        return matrices
    }

    /// The head's transpose.
    func transposedHead() -> PackedMatrix {
        let head =
            backwardHead
            ?? PackedMatrix(
                outputs: configuration.hiddenSize, inputs: configuration.vocabularyCount, precision: precision)
        backwardHead = head
        head.packTranspose(of: forwardHead, pool: pool)
        return head
    }

    /// Frees the buffers that scoring and sampling keep for their next call.
    public func releaseWorkspace() {
        workspace = Workspace()
        inferenceActivations = LayerActivations()
    }

    /// Frees the transposed copies after training.
    public func endTraining() {
        backwardMatrices = nil
        backwardHead = nil
    }

    /// - Throws: `ModelError` for ids outside the vocabulary or paths longer than the context.
    func check(_ tree: TokenTree) throws {
        if tree.segments.isEmpty { throw ModelError.emptyTree }
        for (index, segment) in tree.segments.enumerated() {
            let length = tree.firstPosition(of: index) + segment.tokens.count
            if length > configuration.contextLength {
                throw ModelError.sequenceTooLong(tokens: length, contextLength: configuration.contextLength)
            }
            for token in segment.tokens where token < 0 || Int(token) >= configuration.vocabularyCount {
                throw ModelError.tokenOutOfRange(token: token, vocabularyCount: configuration.vocabularyCount)
            }
        }
    }
}

extension ModelConfiguration {
    var attentionShape: pk_attention_shape {
        pk_attention_shape(
            heads: Int32(headCount), kv_heads: Int32(keyValueHeadCount), head_dim: Int32(headSize),
            window: Int32(slidingWindow ?? 0), scale: 1 / Float(headSize).squareRoot())
    }
}
