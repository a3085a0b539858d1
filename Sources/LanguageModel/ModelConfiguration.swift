/// Shape and constants of a Llama-family decoder (Llama, Mistral, SmolLM2).
public struct ModelConfiguration: Sendable, Hashable, Codable {
    public var vocabularyCount: Int
    /// Width of the residual stream.
    public var hiddenSize: Int
    /// Width of the gated feed-forward layer.
    public var intermediateSize: Int
    public var layerCount: Int
    public var headCount: Int
    /// Key/value heads; each serves `headCount / keyValueHeadCount` query heads.
    public var keyValueHeadCount: Int
    public var headSize: Int
    public var ropeTheta: Float
    public var normEpsilon: Float
    /// Longest sequence the model was made for, in tokens.
    public var contextLength: Int
    /// A token sees this many tokens back, itself included; `nil` for all (Mistral 7B v0.1: 4096).
    public var slidingWindow: Int?
    /// Whether the output head is the embedding matrix.
    public var tiesEmbeddings: Bool
    /// Context extension as Llama 3.1 stores it (`rope_scaling` of type `llama3`).
    public var ropeScaling: RopeScaling?

    public struct RopeScaling: Sendable, Hashable, Codable {
        public var factor: Float
        public var lowFrequencyFactor: Float
        public var highFrequencyFactor: Float
        public var originalContextLength: Int

        public init(factor: Float, lowFrequencyFactor: Float, highFrequencyFactor: Float, originalContextLength: Int) {
            self.factor = factor
            self.lowFrequencyFactor = lowFrequencyFactor
            self.highFrequencyFactor = highFrequencyFactor
            self.originalContextLength = originalContextLength
        }
    }

    public init(
        vocabularyCount: Int, hiddenSize: Int, intermediateSize: Int, layerCount: Int, headCount: Int,
        keyValueHeadCount: Int, headSize: Int, ropeTheta: Float, normEpsilon: Float, contextLength: Int,
        slidingWindow: Int? = nil, tiesEmbeddings: Bool, ropeScaling: RopeScaling? = nil
    ) {
        self.vocabularyCount = vocabularyCount
        self.hiddenSize = hiddenSize
        self.intermediateSize = intermediateSize
        self.layerCount = layerCount
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeadCount
        self.headSize = headSize
        self.ropeTheta = ropeTheta
        self.normEpsilon = normEpsilon
        self.contextLength = contextLength
        self.slidingWindow = slidingWindow
        self.tiesEmbeddings = tiesEmbeddings
        self.ropeScaling = ropeScaling
    }

    /// Columns of one token's query vector.
    public var querySize: Int { headCount * headSize }
    /// Columns of one token's key (or value) vector.
    public var keyValueSize: Int { keyValueHeadCount * headSize }
    /// Columns of the fused query, key, value row.
    public var fusedAttentionSize: Int { querySize + 2 * keyValueSize }
}
