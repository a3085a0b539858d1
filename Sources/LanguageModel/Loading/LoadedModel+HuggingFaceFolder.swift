import Checkpoints
import Foundation
import JSON
import Tokenization

extension LoadedModel {
    private static let weightsName = "model.safetensors"
    /// Tokenizer files that are carried over unchanged from a Hugging Face folder.
    private static let tokenizerNames = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "tokenizer.model",
        "chat_template.jinja",
    ]

    /// Writes a folder that `AutoModelForCausalLM.from_pretrained` loads: weights, configuration, tokenizer,
    /// generation settings and model card. It appears when it is complete; an older export is replaced.
    /// - Throws: `CheckpointError` or `TokenizationError`; what was there before is then unchanged.
    public func writeHuggingFaceFolder(to path: String, weights: WeightFormat = .float32, card: ModelCard) throws {
        guard let torchName = weights.torchName else {
            throw CheckpointError(
                .unsupported, file: path, reason: "safetensors has no \(weights.rawValue)",
                remedy: "Choose float32, float16 or bfloat16, or write a GGUF file.")
        }
        let known = Self.tokenizerNames + [Self.weightsName, "config.json", "generation_config.json", "README.md"]
        let folder = try AtomicFolder(path: path, replaceable: Set(known))
        try configuration.huggingFaceConfig(tokenizer: tokenizer, dataType: torchName).write(to: folder.file("config.json"))
        try generationConfig.write(to: folder.file("generation_config.json"))
        try writeTokenizer(to: folder)
        let readme = try AtomicFile(path: folder.file("README.md"))
        try readme.write(Array(card.markdown.utf8))
        try readme.commit()
        let tensors = ParameterLayout(configuration).tensors.map { tensor in
            TensorContent(
                name: tensor.name, type: weights.tensorType, shape: tensor.shape,
                values: UnsafeBufferPointer(start: parameters.pointer + tensor.offset, count: tensor.count))
        }
        try withExtendedLifetime(parameters) { () throws(CheckpointError) in
            try SafetensorsFile.write(tensors, to: folder.file(Self.weightsName))
        }
        try folder.commit()
    }

    private var generationConfig: JSONValue {
        var members = [
            JSONValue.Member("eos_token_id", .array(chatTemplate.stopTokens.map { .integer(Int($0)) })),
            JSONValue.Member("pad_token_id", .integer(Int(chatTemplate.endOfTurn))),
        ]
        if let begin = tokenizer.beginOfSequence { members.insert(.init("bos_token_id", .integer(Int(begin))), at: 0) }
        return .object(members)
    }

    private func writeTokenizer(to folder: AtomicFolder) throws {
        if case .huggingFace(let origin) = source {
            for name in Self.tokenizerNames {
                let file = ModelSource.file(name, in: origin)
                guard FileManager.default.fileExists(atPath: file) else { continue }
                try FileManager.default.copyItem(atPath: file, toPath: folder.file(name))
            }
        } else if let tokenizer = tokenizer as? BytePairTokenizer {
            try tokenizer.write(toFolder: folder.temporaryPath, chatTemplate: chatTemplateSource)
        } else {
            throw CheckpointError(
                .unsupported, file: source.path, reason: "its SentencePiece vocabulary cannot be written as tokenizer.json",
                remedy: "Export a GGUF file, or start from the Hugging Face folder of the model.")
        }
    }
}

extension ModelConfiguration {
    /// `config.json` in the keys that transformers 4 and 5, vLLM and llama.cpp's converter all read.
    func huggingFaceConfig(tokenizer: any Tokenizer, dataType: String) -> JSONValue {
        // A Mistral without a window computes what a Llama computes.
        let isMistral = slidingWindow != nil
        var members: [JSONValue.Member] = [
            .init("architectures", [.string(isMistral ? "MistralForCausalLM" : "LlamaForCausalLM")]),
            .init("model_type", .string(isMistral ? "mistral" : "llama")),
            .init("vocab_size", .integer(vocabularyCount)),
            .init("hidden_size", .integer(hiddenSize)),
            .init("intermediate_size", .integer(intermediateSize)),
            .init("num_hidden_layers", .integer(layerCount)),
            .init("num_attention_heads", .integer(headCount)),
            .init("num_key_value_heads", .integer(keyValueHeadCount)),
            .init("head_dim", .integer(headSize)),
            .init("hidden_act", "silu"),
            .init("max_position_embeddings", .integer(contextLength)),
            .init("rms_norm_eps", .number(normEpsilon.shortestDouble)),
            .init("rope_theta", .number(ropeTheta.shortestDouble)),
            .init("rope_scaling", ropeScaling.map(\.huggingFaceConfig) ?? .null),
            .init("attention_bias", false),
            .init("mlp_bias", false),
            .init("attention_dropout", 0.0),
            .init("tie_word_embeddings", .bool(tiesEmbeddings)),
            .init("bos_token_id", tokenizer.beginOfSequence.map { .integer(Int($0)) } ?? .null),
            .init("eos_token_id", .integer(Int(tokenizer.endOfTurn))),
            .init("torch_dtype", .string(dataType)),
            .init("use_cache", true),
        ]
        if let slidingWindow { members.append(.init("sliding_window", .integer(slidingWindow))) }
        return .object(members)
    }
}

extension ModelConfiguration.RopeScaling {
    fileprivate var huggingFaceConfig: JSONValue {
        .object([
            "rope_type": "llama3", "factor": .number(factor.shortestDouble),
            "low_freq_factor": .number(lowFrequencyFactor.shortestDouble),
            "high_freq_factor": .number(highFrequencyFactor.shortestDouble),
            "original_max_position_embeddings": .integer(originalContextLength),
        ])
    }
}
