/// Where each parameter tensor lies in the model's single flat buffer.
///
/// Order: embeddings, then per layer attention norm, q, k, v, o, feed-forward norm, gate, up, down,
/// then the final norm and, when not tied, the head. q, k, v are adjacent and so are gate and up:
/// each group is read as one matrix. Names and shapes are Hugging Face's; matrices are
/// [outputs, inputs]; q and k rows are in "rotate half" order.
public struct ParameterLayout: Sendable, Hashable {
    public struct Tensor: Sendable, Hashable {
        /// Hugging Face name, e.g. `model.layers.0.self_attn.q_proj.weight`.
        public var name: String
        /// Outermost dimension first.
        public var shape: [Int]
        /// Offset in the flat buffer, in elements.
        public var offset: Int
        public var count: Int { shape.reduce(1, *) }
        /// Norm gains are vectors and are left out of weight decay.
        public var isMatrix: Bool { shape.count == 2 }
    }

    public struct Layer: Sendable, Hashable {
        public var attentionNorm: Tensor
        public var query: Tensor
        public var key: Tensor
        public var value: Tensor
        public var output: Tensor
        public var feedForwardNorm: Tensor
        public var gate: Tensor
        public var up: Tensor
        public var down: Tensor

        /// The parameters that are read as one matrix each, in the order of `DecoderMatrices`.
        package var matrices: [[Tensor]] { [[query, key, value], [output], [gate, up], [down]] }
        /// Elements of the flat buffer.
        var range: Range<Int> { attentionNorm.offset..<down.offset + down.count }
    }

    public let embeddings: Tensor
    public let layers: [Layer]
    public let finalNorm: Tensor
    /// `nil` when the head is the embedding matrix.
    public let head: Tensor?
    /// Elements in the flat buffer.
    public let count: Int
    /// Every tensor in buffer order.
    public let tensors: [Tensor]
    /// What the logits are computed with.
    package var headMatrix: Tensor { head ?? embeddings }

    public init(_ configuration: ModelConfiguration) {
        var tensors: [Tensor] = []
        var offset = 0
        func place(_ name: String, _ shape: Int...) -> Tensor {
            let tensor = Tensor(name: name, shape: shape, offset: offset)
            offset += tensor.count
            tensors.append(tensor)
            return tensor
        }
        let c = configuration
        embeddings = place("model.embed_tokens.weight", c.vocabularyCount, c.hiddenSize)
        layers = (0..<c.layerCount).map { index in
            let prefix = "model.layers.\(index)."
            return Layer(
                attentionNorm: place(prefix + "input_layernorm.weight", c.hiddenSize),
                query: place(prefix + "self_attn.q_proj.weight", c.querySize, c.hiddenSize),
                key: place(prefix + "self_attn.k_proj.weight", c.keyValueSize, c.hiddenSize),
                value: place(prefix + "self_attn.v_proj.weight", c.keyValueSize, c.hiddenSize),
                output: place(prefix + "self_attn.o_proj.weight", c.hiddenSize, c.querySize),
                feedForwardNorm: place(prefix + "post_attention_layernorm.weight", c.hiddenSize),
                gate: place(prefix + "mlp.gate_proj.weight", c.intermediateSize, c.hiddenSize),
                up: place(prefix + "mlp.up_proj.weight", c.intermediateSize, c.hiddenSize),
                down: place(prefix + "mlp.down_proj.weight", c.hiddenSize, c.intermediateSize))
        }
        finalNorm = place("model.norm.weight", c.hiddenSize)
        head = c.tiesEmbeddings ? nil : place("lm_head.weight", c.vocabularyCount, c.hiddenSize)
        count = offset
        self.tensors = tensors
    }
}
