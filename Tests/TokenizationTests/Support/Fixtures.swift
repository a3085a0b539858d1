import Foundation
import Tokenization

/// Files that `Fixtures/generate.py` wrote with transformers and tokenizers.
enum Fixtures {
    /// One text with the ids that tokenizers gives it.
    struct Encoding: Decodable {
        var text: String
        var ids: [Int32]
        var decoded: String
        /// Ids where special tokens in the text are parsed, if they differ.
        var parsed: [Int32]?
        /// Text of `parsed`, special tokens included.
        var decodedAll: String?
    }

    struct Decoding: Decodable {
        var ids: [Int32]
        var decoded: String
    }

    /// A conversation in a template of transformers; without text if the template refuses it.
    struct Rendering: Decodable {
        var template: String
        var conversation: String
        var messages: [Message]
        var addGenerationPrompt: Bool
        var text: String?
        var ids: [Int32]?
    }

    struct UnicodeClasses: Decodable {
        var letter: [[UInt32]]
        var number: [[UInt32]]
        var space: [[UInt32]]
    }

    static func path(_ name: String) -> String { Bundle.module.bundlePath + "/Fixtures/" + name }

    static func json<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    static func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path(name))), as: UTF8.self)
    }
}

/// The tokenizers that have fixtures; all but SmolLM's are small ones that `generate.py` trains.
enum Subject: String, CaseIterable, Sendable {
    case smollm, digits, gpt2, llama3, mistral

    /// - Throws: if the file is missing: for SmolLM the model in the cache, which `make test` puts there.
    func tokenizer() throws -> any Tokenizer {
        if self == .smollm { return try CachedModel.tokenizer() }
        return try TokenizerFolder(path: Fixtures.path(rawValue)).tokenizer
    }
}

/// Scalars of a text, for comparing: `String`'s own `==` takes canonically equivalent texts for equal.
func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }
