import Checkpoints
import Foundation
import Tokenization

extension ModelSource {
    /// The tokenizer and the chat template (Jinja) that the model states.
    func loadTokenizer() throws -> (tokenizer: any Tokenizer, chatTemplate: String?) {
        switch self {
        case .gguf(let path):
            let file = try GGUFFile(path: path)
            return (try VocabularySpecification(file).makeTokenizer(), file.metadata["tokenizer.chat_template"]?.string)
        case .huggingFace(let folder):
            return (try Self.loadHuggingFaceTokenizer(folder), try Self.chatTemplate(folder))
        }
    }

    /// `chat_template.jinja` as transformers 5 writes it, else `chat_template` of `tokenizer_config.json`:
    /// a string, or a list of named templates of which "default" is meant.
    private static func chatTemplate(_ folder: String) throws(CheckpointError) -> String? {
        let file = file("chat_template.jinja", in: folder)
        if let text = try? String(contentsOfFile: file, encoding: .utf8) { return text }
        let config = self.file("tokenizer_config.json", in: folder)
        guard FileManager.default.fileExists(atPath: config) else { return nil }
        let template = try JSONValue(contentsOf: config, limit: 1 << 26)["chat_template"]
        return template?.string ?? template?.array?.first { $0["name"]?.string == "default" }?["template"]?.string
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

extension ModelSource {
    private static func loadHuggingFaceTokenizer(_ folder: String) throws -> any Tokenizer {
        throw CheckpointError(
            .unsupported, file: file("tokenizer.json", in: folder), reason: "tokenizer.json cannot be read yet",
            remedy: "Use the GGUF file of the model.")
    }
}
