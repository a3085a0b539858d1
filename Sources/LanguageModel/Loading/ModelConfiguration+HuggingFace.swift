import Checkpoints
import JSON

extension ModelConfiguration {
    /// Reads a Hugging Face `config.json` of `LlamaForCausalLM` or `MistralForCausalLM`; a field that
    /// is absent has the default of transformers' `LlamaConfig` or `MistralConfig`.
    /// - Throws: `CheckpointError` for other architectures and for features the engine lacks.
    public init(huggingFaceConfig path: String) throws(CheckpointError) {
        let config = try JSONValue(contentsOf: path, limit: 1 << 22)
        let isMistral: Bool
        switch config["architectures"]?.array?.first?.string ?? config["model_type"]?.string {
        case "LlamaForCausalLM", "llama": isMistral = false
        case "MistralForCausalLM", "mistral": isMistral = true
        case let other:
            throw CheckpointError(
                .unsupported, file: path, reason: "is of architecture \"\(other ?? "unknown")\"",
                remedy: "Use a model of LlamaForCausalLM or MistralForCausalLM.")
        }
        let fields = ConfigFields(path: path, config: config)
        try fields.refuseUnsupported()
        let headCount = try fields.integer("num_attention_heads")
        let hiddenSize = try fields.integer("hidden_size")
        guard headCount > 0 else { throw CheckpointError.malformedConfig(path, "num_attention_heads is \(headCount)") }
        // An explicit null means no window; an absent key means MistralConfig's default.
        let windowIsAbsent = config.members?.contains { $0.name == "sliding_window" } == false
        let window = isMistral ? (windowIsAbsent ? 4096 : try fields.optionalInteger("sliding_window")) : nil
        self = try ModelConfiguration(
            vocabularyCount: fields.integer("vocab_size"), hiddenSize: hiddenSize,
            intermediateSize: fields.integer("intermediate_size"), layerCount: fields.integer("num_hidden_layers"),
            headCount: headCount,
            keyValueHeadCount: fields.optionalInteger("num_key_value_heads") ?? (isMistral ? 8 : headCount),
            headSize: fields.optionalInteger("head_dim") ?? hiddenSize / headCount,
            ropeTheta: fields.ropeTheta(), normEpsilon: Float(config["rms_norm_eps"]?.double ?? 1e-6),
            contextLength: fields.optionalInteger("max_position_embeddings") ?? (isMistral ? 131_072 : 2_048),
            slidingWindow: window, tiesEmbeddings: config["tie_word_embeddings"]?.bool ?? false,
            ropeScaling: fields.ropeScaling()
        ).checked(file: path)
    }
}

extension CheckpointError {
    fileprivate static func malformedConfig(_ path: String, _ reason: String) -> CheckpointError {
        CheckpointError(.malformed, file: path, reason: reason, remedy: "Use the config.json saved with the weights.")
    }
}

/// Typed access to a config.json with errors that name the field.
private struct ConfigFields {
    let path: String
    let config: JSONValue

    func optionalInteger(_ name: String) throws(CheckpointError) -> Int? {
        guard let value = config[name] else { return nil }
        guard let integer = value.integer else { throw .malformedConfig(path, "\(name) is not an integer") }
        return integer
    }

    func integer(_ name: String) throws(CheckpointError) -> Int {
        guard let value = try optionalInteger(name) else { throw .malformedConfig(path, "has no \(name)") }
        return value
    }

    func refuseUnsupported() throws(CheckpointError) {
        func refuse(_ reason: String) -> CheckpointError {
            CheckpointError(.unsupported, file: path, reason: reason, remedy: "Use a plain Llama or Mistral model.")
        }
        if let activation = config["hidden_act"]?.string, activation != "silu" { throw refuse("uses activation \"\(activation)\"") }
        for name in ["attention_bias", "mlp_bias"] where config[name]?.bool == true { throw refuse("sets \(name)") }
        for holder in [config, config["rope_parameters"] ?? .null] {
            if let share = holder["partial_rotary_factor"]?.double, share != 1 { throw refuse("rotates a share of \(share) of each head") }
        }
        if config["quantization_config"] != nil { throw refuse("is stored quantised") }
    }

    /// transformers 5 keeps the base inside `rope_parameters`, earlier versions beside it.
    func ropeTheta() throws(CheckpointError) -> Float {
        guard let value = config["rope_parameters"]?["rope_theta"] ?? config["rope_theta"] else { return 10_000 }
        guard let theta = value.double else { throw .malformedConfig(path, "rope_theta is not a number") }
        return Float(theta)
    }

    func ropeScaling() throws(CheckpointError) -> ModelConfiguration.RopeScaling? {
        guard let scaling = config["rope_parameters"] ?? config["rope_scaling"] else { return nil }
        let kind = scaling["rope_type"]?.string ?? scaling["type"]?.string ?? "default"
        switch kind {
        case "default": return nil
        case "llama3":
            guard let factor = scaling["factor"]?.double, let low = scaling["low_freq_factor"]?.double,
                let high = scaling["high_freq_factor"]?.double,
                let original = scaling["original_max_position_embeddings"]?.integer
            else { throw .malformedConfig(path, "rope scaling \"llama3\" lacks a factor") }
            return ModelConfiguration.RopeScaling(
                factor: Float(factor), lowFrequencyFactor: Float(low), highFrequencyFactor: Float(high),
                originalContextLength: original)
        default:
            throw CheckpointError(
                .unsupported, file: path, reason: "uses rope scaling \"\(kind)\"",
                remedy: "Use a model without it or with Llama 3.1's.")
        }
    }
}
