import Checkpoints
import JSON
import Tokenization

/// The `tokenizer.ggml.*` metadata of a byte-level BPE tokenizer, from its `tokenizer.json`.
struct GGUFVocabulary {
    private(set) var metadata: [(key: String, value: GGUFValue)]

    private enum TokenType: Int32 { case normal = 1, control = 3, userDefined = 4, unused = 5 }

    /// - Parameter count: rows of the embedding; ids without a token become unused ones.
    /// - Throws: `CheckpointError.unsupported` for other kinds of tokenizer.
    init(folder: String, tokenizer: any Tokenizer, count: Int) throws(CheckpointError) {
        let path = ModelSource.file("tokenizer.json", in: folder)
        guard let bytePair = tokenizer as? BytePairTokenizer, let name = Self.name(of: bytePair.preTokenizer) else {
            throw CheckpointError(
                .unsupported, file: path, reason: "is no byte-level vocabulary that GGUF has a name for",
                remedy: "Export a Hugging Face folder.")
        }
        let json = try JSONValue(contentsOf: path)
        var tokens = (0..<count).map { GGUFValue.string("[PAD\($0)]") }
        var types = [TokenType](repeating: .unused, count: count)
        func place(_ id: Int?, _ spelling: String?, _ type: TokenType) throws(CheckpointError) {
            guard let id, let spelling, tokens.indices.contains(id) else {
                throw CheckpointError(
                    .malformed, file: path, reason: "token \"\(spelling ?? "?")\" has no id below \(count)",
                    remedy: "Use the tokenizer that was saved with the weights.")
            }
            tokens[id] = .string(spelling)
            types[id] = type
        }
        for member in json["model"]?["vocab"]?.members ?? [] { try place(member.value.integer, member.name, .normal) }
        for token in json["added_tokens"]?.array ?? [] {
            try place(token["id"]?.integer, token["content"]?.string, token["special"]?.bool == true ? .control : .userDefined)
        }
        // Older files spell a merge as one string, newer ones as a pair.
        let merges = (json["model"]?["merges"]?.array ?? []).compactMap { merge in
            merge.string ?? merge.array.map { $0.compactMap(\.string).joined(separator: " ") }
        }
        metadata = [
            ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string(name)),
            ("tokenizer.ggml.tokens", .array(of: .string, tokens)),
            ("tokenizer.ggml.token_type", .array(of: .int32, types.map { .int32($0.rawValue) })),
            ("tokenizer.ggml.merges", .array(of: .string, merges.map(GGUFValue.string))),
            ("tokenizer.ggml.eos_token_id", .uint32(UInt32(clamping: tokenizer.endOfTurn))),
            ("tokenizer.ggml.add_bos_token", .bool(tokenizer.beginOfSequence != nil)),
            ("tokenizer.ggml.add_space_prefix", .bool(false)),
        ]
        if let begin = tokenizer.beginOfSequence {
            metadata.append(("tokenizer.ggml.bos_token_id", .uint32(UInt32(clamping: begin))))
        }
    }

    private static func name(of preTokenizer: PreTokenizer) -> String? {
        switch preTokenizer {
        case .smolLM: "smollm"
        case .gpt2: "gpt-2"
        case .llama3: "llama-bpe"
        default: nil
        }
    }
}
