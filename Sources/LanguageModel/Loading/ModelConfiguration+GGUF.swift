import Checkpoints
import Foundation

extension ModelConfiguration {
    /// Reads the `llama.*` metadata keys (GGUF specification, "LLM"); Mistral files use them too.
    /// - Throws: `CheckpointError` for other architectures and for features the engine lacks.
    public init(gguf file: GGUFFile) throws(CheckpointError) {
        let fields = MetadataFields(file: file)
        let architecture = try fields.string("general.architecture")
        guard architecture == "llama" else {
            throw fields.unsupported("is of architecture \"\(architecture)\"", "Use a Llama, Mistral or SmolLM2 model.")
        }
        if let experts = fields.optionalInteger("llama.expert_count"), experts > 0 {
            throw fields.unsupported("is a mixture of \(experts) experts", "Use a dense Llama or Mistral model.")
        }
        let hiddenSize = try fields.integer("llama.embedding_length")
        let headCount = try fields.integer("llama.attention.head_count")
        guard headCount > 0 else { throw fields.impossible("llama.attention.head_count", "\(headCount)") }
        let headSize = fields.optionalInteger("llama.attention.key_length") ?? hiddenSize / headCount
        if let valueSize = fields.optionalInteger("llama.attention.value_length"), valueSize != headSize {
            throw fields.unsupported("has values of \(valueSize) and keys of \(headSize) columns a head", "Use a plain Llama model.")
        }
        if let rotated = fields.optionalInteger("llama.rope.dimension_count"), rotated != headSize {
            throw fields.unsupported("rotates only \(rotated) of \(headSize) columns of a head", "Use a plain Llama model.")
        }
        guard let embeddings = file.tensors["token_embd.weight"], embeddings.shape.count == 2 else {
            throw file.missing("token_embd.weight")
        }
        self = try ModelConfiguration(
            vocabularyCount: embeddings.shape[0], hiddenSize: hiddenSize,
            intermediateSize: fields.integer("llama.feed_forward_length"), layerCount: fields.integer("llama.block_count"),
            headCount: headCount, keyValueHeadCount: fields.optionalInteger("llama.attention.head_count_kv") ?? headCount,
            headSize: headSize, ropeTheta: fields.optionalFloat("llama.rope.freq_base") ?? 10_000,
            normEpsilon: fields.float("llama.attention.layer_norm_rms_epsilon"),
            contextLength: fields.integer("llama.context_length"),
            slidingWindow: fields.optionalInteger("llama.attention.sliding_window").flatMap { $0 > 0 ? $0 : nil },
            tiesEmbeddings: file.tensors["output.weight"] == nil,
            ropeScaling: Self.ropeScaling(fields)
        ).checked(file: file.path)
    }

    /// llama.cpp keeps Llama 3.1's scaling only as the tensor of per-frequency divisors that it gives
    /// (`rope_freqs.weight`); its parameters are found again and proved by recomputing that tensor.
    private static func ropeScaling(_ fields: MetadataFields) throws(CheckpointError) -> RopeScaling? {
        let kind = fields.optionalString("llama.rope.scaling.type") ?? "none"
        guard kind == "none" || kind == "" else {
            throw fields.unsupported("uses rope scaling \"\(kind)\"", "Use a model without it or with Llama 3.1's.")
        }
        guard fields.file.tensors["rope_freqs.weight"] != nil else { return nil }
        let divisors = try fields.file.read("rope_freqs.weight")
        let theta = fields.optionalFloat("llama.rope.freq_base") ?? 10_000
        guard let factor = divisors.max() else { return nil }
        let scaling = RopeScaling(factor: factor, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192)
        let matches = divisors.indices.allSatisfy { index in
            let plain = 1 / powf(theta, Float(index) / Float(divisors.count))
            let expected = plain / scaling.scaled(plain)
            return abs(divisors[index] - expected) <= 1e-3 * expected
        }
        guard matches else {
            throw fields.unsupported("has rope frequencies that are not Llama 3.1's", "Use the safetensors folder of this model.")
        }
        return divisors.allSatisfy({ $0 == 1 }) ? nil : scaling
    }
}

extension ModelConfiguration.RopeScaling {
    /// An inverse frequency under Llama 3.1's scaling: long wavelengths stretched by `factor`, short
    /// ones kept, those between interpolated (reference implementation, `apply_scaling`).
    func scaled(_ frequency: Float) -> Float {
        let length = Float(originalContextLength)
        let wavelength = 2 * Float.pi / frequency
        if wavelength < length / highFrequencyFactor { return frequency }
        if wavelength > length / lowFrequencyFactor { return frequency / factor }
        let smooth = (length / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
        return (1 - smooth) * frequency / factor + smooth * frequency
    }
}

/// Typed access to metadata with errors that name the key.
private struct MetadataFields {
    let file: GGUFFile

    func impossible(_ key: String, _ value: String) -> CheckpointError {
        CheckpointError(
            .malformed, file: file.path, reason: "metadata \"\(key)\" is \(value)",
            remedy: "Convert the model again; its metadata is damaged.")
    }

    func unsupported(_ reason: String, _ remedy: String) -> CheckpointError {
        CheckpointError(.unsupported, file: file.path, reason: reason, remedy: remedy)
    }

    private func missing(_ key: String) -> CheckpointError {
        CheckpointError(
            .missing, file: file.path, reason: "there is no usable metadata \"\(key)\"",
            remedy: "Use a model file; vocabularies and adapters alone are not models.")
    }

    /// An integer; of an array with one value per layer, the value when all are equal.
    func optionalInteger(_ key: String) -> Int? {
        guard let value = file.metadata[key] else { return nil }
        if let values = value.integers, let first = values.first, values.allSatisfy({ $0 == first }) { return first }
        return value.integer
    }

    func integer(_ key: String) throws(CheckpointError) -> Int {
        guard let value = optionalInteger(key) else { throw missing(key) }
        return value
    }

    func optionalFloat(_ key: String) -> Float? { file.metadata[key]?.double.map(Float.init) }

    func float(_ key: String) throws(CheckpointError) -> Float {
        guard let value = optionalFloat(key) else { throw missing(key) }
        return value
    }

    func optionalString(_ key: String) -> String? { file.metadata[key]?.string }

    func string(_ key: String) throws(CheckpointError) -> String {
        guard let value = optionalString(key) else { throw missing(key) }
        return value
    }
}
