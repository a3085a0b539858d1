import Checkpoints
import JSON

/// Sizes and switches of a DeBERTa-v2/v3 encoder (He et al. 2021, arXiv 2006.03654 and 2111.09543), by the names of
/// transformers' `config.json`.
public struct EncoderConfiguration: Sendable, Hashable {
    public var vocabularySize: Int
    public var hiddenSize: Int
    public var layerCount: Int
    public var headCount: Int
    public var intermediateSize: Int
    /// `max_position_embeddings`: the range of relative positions, and the longest input where positions are added
    /// to the embeddings.
    public var maximumPositions: Int
    public var layerNormEpsilon: Float
    /// Whether absolute positions are added to the embeddings (`position_biased_input`; not in v3).
    public var addsPositions: Bool
    /// `type_vocab_size`; every token is of type 0.
    public var tokenTypeCount: Int
    /// `position_buckets`; 0 for one embedding per relative position.
    public var positionBuckets: Int
    /// `max_relative_positions`, or `maximumPositions` where that is not given.
    public var maximumRelativePositions: Int
    /// Content-to-position scores (`c2p` in `pos_att_type`).
    public var attendsContentToPosition: Bool
    /// Position-to-content scores (`p2c`).
    public var attendsPositionToContent: Bool
    /// Whether positions use the content's query and key projections (`share_att_key`).
    public var sharesProjections: Bool
    /// Whether the relative embeddings are normalised (`norm_rel_ebd`).
    public var normalizesRelativeEmbeddings: Bool

    public var headSize: Int { hiddenSize / headCount }
    /// Relative positions on each side; there are twice as many embeddings.
    var positionSpan: Int { positionBuckets > 0 ? positionBuckets : maximumRelativePositions }

    /// `microsoft/deberta-v3-large` with PairRM's four added tokens, for estimates.
    public static let pairRM = EncoderConfiguration(
        vocabularySize: 128_100, hiddenSize: 1024, layerCount: 24, headCount: 16, intermediateSize: 4096,
        maximumPositions: 512, layerNormEpsilon: 1e-7, addsPositions: false, tokenTypeCount: 0, positionBuckets: 256,
        maximumRelativePositions: 512, attendsContentToPosition: true, attendsPositionToContent: true,
        sharesProjections: true, normalizesRelativeEmbeddings: true)
}

extension EncoderConfiguration {
    /// Reads a `config.json`.
    /// - Throws: `CheckpointError` for a field that is absent, out of bounds, or asks for what is not supported.
    package init(_ json: JSONValue, file: String) throws(CheckpointError) {
        let reader = Reader(json: json, file: file)
        try reader.check("model_type", json["model_type"]?.string, is: "deberta-v2")
        try reader.check("hidden_act", json["hidden_act"]?.string ?? "gelu", is: "gelu")
        try reader.check("relative_attention", json["relative_attention"]?.bool ?? false, is: true)
        try reader.check("conv_kernel_size", json["conv_kernel_size"]?.integer ?? 0, is: 0)
        vocabularySize = try reader.size("vocab_size", upTo: 1 << 21)
        hiddenSize = try reader.size("hidden_size", upTo: 1 << 14)
        layerCount = try reader.size("num_hidden_layers", upTo: 256)
        headCount = try reader.size("num_attention_heads", upTo: 256)
        intermediateSize = try reader.size("intermediate_size", upTo: 1 << 16)
        maximumPositions = try reader.size("max_position_embeddings", upTo: 1 << 16, default: 512)
        tokenTypeCount = try reader.size("type_vocab_size", from: 0, upTo: 1 << 10, default: 0)
        positionBuckets = max(0, try reader.size("position_buckets", from: -1, upTo: 1 << 14, default: -1))
        let range = try reader.size("max_relative_positions", from: -1, upTo: 1 << 16, default: -1)
        maximumRelativePositions = range < 1 ? maximumPositions : range
        addsPositions = json["position_biased_input"]?.bool ?? true
        sharesProjections = json["share_att_key"]?.bool ?? false
        layerNormEpsilon = Float(json["layer_norm_eps"]?.double ?? 1e-7)
        guard layerNormEpsilon > 0, layerNormEpsilon < 1 else { throw reader.malformed("layer_norm_eps", "is not in (0, 1)") }
        guard hiddenSize % headCount == 0 else {
            throw reader.malformed("hidden_size", "\(hiddenSize) is no multiple of \(headCount) heads")
        }
        // The bucket formula divides by log of this ratio.
        guard positionBuckets == 0 || (positionBuckets >= 4 && maximumRelativePositions - 1 > positionBuckets / 2) else {
            throw reader.malformed("position_buckets", "\(positionBuckets) do not fit \(maximumRelativePositions) positions")
        }
        try reader.check("embedding_size", json["embedding_size"]?.integer ?? hiddenSize, is: hiddenSize)
        try reader.check("attention_head_size", json["attention_head_size"]?.integer ?? hiddenSize / headCount, is: hiddenSize / headCount)
        let kinds = reader.words("pos_att_type")
        guard kinds.isSubset(of: ["c2p", "p2c"]) else {
            throw reader.malformed("pos_att_type", "holds more than c2p and p2c")
        }
        attendsContentToPosition = kinds.contains("c2p")
        attendsPositionToContent = kinds.contains("p2c")
        normalizesRelativeEmbeddings = reader.words("norm_rel_ebd").contains("layer_norm")
    }

    private struct Reader {
        let json: JSONValue
        let file: String

        func malformed(_ field: String, _ reason: String) -> CheckpointError {
            CheckpointError(
                .malformed, file: file, reason: "\(field) \(reason)",
                remedy: "Use the config.json that was saved with the weights.")
        }

        func size(_ field: String, from least: Int = 1, upTo most: Int, default value: Int? = nil)
            throws(CheckpointError) -> Int
        {
            guard let size = json[field] == nil ? value : json[field]?.integer else {
                throw malformed(field, "is absent or no whole number")
            }
            guard (least...most).contains(size) else { throw malformed(field, "is \(size), not \(least) to \(most)") }
            return size
        }

        /// Words of an array, or of a string with `|` between them.
        func words(_ field: String) -> Set<String> {
            if let array = json[field]?.array { return Set(array.compactMap { $0.string?.lowercased() }) }
            let text = json[field]?.string?.lowercased() ?? ""
            return Set(text.split { $0 == "|" || $0 == " " }.map(String.init).filter { $0 != "none" })
        }

        func check<Value: Equatable>(_ field: String, _ found: Value?, is supported: Value) throws(CheckpointError) {
            guard found == supported else {
                throw CheckpointError(
                    .unsupported, file: file,
                    reason: "\(field) is \(found.map { "\($0)" } ?? "absent"); this encoder knows \(supported)",
                    remedy: "Use a DeBERTa v2 or v3 checkpoint such as llm-blender/PairRM-hf.")
            }
        }
    }
}
