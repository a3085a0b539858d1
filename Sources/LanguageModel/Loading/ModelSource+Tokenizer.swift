import Checkpoints
import Tokenization

extension ModelSource {
    /// The tokenizer and the chat template (Jinja) that the model states.
    func loadTokenizer() throws -> (tokenizer: any Tokenizer, chatTemplate: String?) {
        switch self {
        case .gguf(let path):
            let file = try GGUFFile(path: path)
            return (try VocabularySpecification(file).makeTokenizer(), file.metadata["tokenizer.chat_template"]?.string)
        case .huggingFace(let path):
            let folder = try TokenizerFolder(path: path)
            return (folder.tokenizer, folder.chatTemplate)
        }
    }
}

extension VocabularySpecification {
    /// The `tokenizer.ggml.*` metadata of a GGUF file.
    /// - Throws: `CheckpointError.missing` or `.malformed` naming the key.
    package init(_ file: GGUFFile) throws(CheckpointError) {
        func fail(_ kind: CheckpointError.Kind, _ key: String, _ reason: String) -> CheckpointError {
            CheckpointError(
                kind, file: file.path, reason: "metadata \"tokenizer.ggml.\(key)\" \(reason)",
                remedy: "Convert the model again with its tokenizer.")
        }
        func value<T>(_ key: String, _ convert: (GGUFValue) -> T?) throws(CheckpointError) -> T? {
            guard let stored = file.metadata["tokenizer.ggml." + key] else { return nil }
            guard let value = convert(stored) else { throw fail(.malformed, key, "has the wrong type") }
            return value
        }
        func id(_ key: String) throws(CheckpointError) -> Int32? {
            try value(key) { $0.integer.flatMap(Int32.init(exactly:)) }
        }
        guard let model = try value("model", \.string) else { throw fail(.missing, "model", "is absent") }
        guard let tokens = try value("tokens", \.strings) else { throw fail(.missing, "tokens", "is absent") }
        let types = try value("token_type") { value -> [Int32]? in
            guard let codes = value.integers else { return nil }
            let narrowed = codes.compactMap(Int32.init(exactly:))
            return narrowed.count == codes.count ? narrowed : nil
        }
        self.init(
            model: model, preTokenizer: try value("pre", \.string), tokens: tokens, tokenTypes: types ?? [],
            scores: try value("scores", \.floats) ?? [], merges: try value("merges", \.strings) ?? [],
            beginOfSequence: try id("bos_token_id"), endOfSequence: try id("eos_token_id"),
            unknown: try id("unknown_token_id"), addsBeginOfSequence: try value("add_bos_token", \.bool),
            addsSpacePrefix: try value("add_space_prefix", \.bool), source: file.path)
    }
}
