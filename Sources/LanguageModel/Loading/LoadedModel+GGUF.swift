import Checkpoints
import Foundation
import Tokenization

extension LoadedModel {
    /// Writes a GGUF file that llama.cpp loads, with tokenizer and chat template. Atomic.
    ///
    /// llama.cpp knows no sliding window for this architecture and attends to everything.
    /// - Parameter name: `general.name`.
    /// - Throws: `CheckpointError`; a file that was there before is then unchanged.
    public func writeGGUF(to path: String, weights: WeightFormat = .q8_0, name: String) throws {
        let metadata = try ggufHeader(weights, name: name) + ggufTokenizer()
        // Q and K rows go to llama.cpp's order in a copy; the model itself keeps its own.
        let permuted = FloatBuffer(count: configuration.layerCount * (configuration.querySize + configuration.keyValueSize) * configuration.hiddenSize)
        var next = permuted.pointer
        func interleaved(_ tensor: ParameterLayout.Tensor, heads: Int) -> UnsafePointer<Float> {
            next.update(from: parameters.pointer + tensor.offset, count: tensor.count)
            RotaryOrder.toInterleaved(next, heads: heads, tensor.shape)
            defer { next += tensor.count }
            return UnsafePointer(next)
        }
        let layout = ParameterLayout(configuration)
        var moved: [String: UnsafePointer<Float>] = [:]
        for layer in layout.layers {
            moved[layer.query.name] = interleaved(layer.query, heads: configuration.headCount)
            moved[layer.key.name] = interleaved(layer.key, heads: configuration.keyValueHeadCount)
        }
        var tensors = layout.tensors.map { tensor in
            let start = moved[tensor.name] ?? UnsafePointer(parameters.pointer + tensor.offset)
            return TensorContent(
                name: CheckpointFormat.ggufName(tensor.name), type: ggufType(of: tensor, weights), shape: tensor.shape,
                values: UnsafeBufferPointer(start: start, count: tensor.count))
        }
        let divisors = configuration.ropeDivisors
        try divisors.withUnsafeBufferPointer { buffer in
            if !divisors.isEmpty {
                tensors.append(TensorContent(name: "rope_freqs.weight", type: .f32, shape: [buffer.count], values: buffer))
            }
            try withExtendedLifetime((permuted, parameters)) { try GGUFFile.write(tensors, metadata: metadata, to: path) }
        }
    }

    private func ggufType(of tensor: ParameterLayout.Tensor, _ weights: WeightFormat) -> TensorType {
        guard tensor.isMatrix else { return .f32 }
        let isWhole = (tensor.shape.last ?? 0) % weights.tensorType.blockElementCount == 0
        return isWhole ? weights.tensorType : .f16
    }

    private func ggufHeader(_ weights: WeightFormat, name: String) -> [(key: String, value: GGUFValue)] {
        let c = configuration
        func count(_ value: Int) -> GGUFValue { .uint32(UInt32(clamping: value)) }
        var header: [(key: String, value: GGUFValue)] = [
            ("general.architecture", .string("llama")), ("general.type", .string("model")), ("general.name", .string(name)),
            ("general.file_type", .uint32(weights.ggufFileType)), ("general.quantization_version", .uint32(2)),
            ("llama.block_count", count(c.layerCount)), ("llama.context_length", count(c.contextLength)),
            ("llama.embedding_length", count(c.hiddenSize)), ("llama.feed_forward_length", count(c.intermediateSize)),
            ("llama.attention.head_count", count(c.headCount)), ("llama.attention.head_count_kv", count(c.keyValueHeadCount)),
            ("llama.attention.key_length", count(c.headSize)), ("llama.attention.value_length", count(c.headSize)),
            ("llama.attention.layer_norm_rms_epsilon", .float32(c.normEpsilon)), ("llama.rope.freq_base", .float32(c.ropeTheta)),
            ("llama.rope.dimension_count", count(c.headSize)), ("llama.vocab_size", count(c.vocabularyCount)),
        ]
        if let window = c.slidingWindow { header.append(("llama.attention.sliding_window", count(window))) }
        return header
    }

    /// The `tokenizer.*` keys: those of the GGUF file the model came from, or made from its `tokenizer.json`.
    private func ggufTokenizer() throws -> [(key: String, value: GGUFValue)] {
        switch source {
        case .gguf(let path):
            let file = try GGUFFile(path: path)
            return file.keys.filter { $0.hasPrefix("tokenizer.") }.compactMap { key in
                file.metadata[key].map { (key: key, value: $0) }
            }
        case .huggingFace(let folder):
            var metadata = try GGUFVocabulary(folder: folder, tokenizer: tokenizer, count: configuration.vocabularyCount).metadata
            if let chatTemplateSource { metadata.append(("tokenizer.chat_template", .string(chatTemplateSource))) }
            return metadata
        }
    }
}

extension ModelConfiguration {
    /// What llama.cpp divides each rotary frequency by; empty without scaling.
    var ropeDivisors: [Float] {
        guard let ropeScaling else { return [] }
        return (0..<headSize / 2).map { index in
            let plain = 1 / powf(ropeTheta, Float(2 * index) / Float(headSize))
            return plain / ropeScaling.scaled(plain)
        }
    }
}
