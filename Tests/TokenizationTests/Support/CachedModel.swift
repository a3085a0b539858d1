import Checkpoints
import Foundation
import Tokenization

/// The published SmolLM2-135M-Instruct that `make test` keeps in the cache folder.
enum CachedModel {
    struct Missing: Error, CustomStringConvertible {
        var path: String
        var description: String { "\(path) is missing; `make test` downloads it, PRECIS_CACHE names another folder" }
    }

    static var path: String {
        let cache =
            ProcessInfo.processInfo.environment["PRECIS_CACHE"]
            ?? FileManager.default.homeDirectoryForCurrentUser.path + "/.cache/precis"
        return cache + "/SmolLM2-135M-Instruct.Q4_1.gguf"
    }

    private static let loaded = Result { try load() }

    static func specification() throws -> VocabularySpecification { try loaded.get().specification }
    static func tokenizer() throws -> BytePairTokenizer { try loaded.get().tokenizer }
    static func chatTemplate() throws -> String { try loaded.get().chatTemplate }

    private struct Contents: Sendable {
        var specification: VocabularySpecification
        var tokenizer: BytePairTokenizer
        var chatTemplate: String
    }

    private static func load() throws -> Contents {
        guard FileManager.default.fileExists(atPath: path) else { throw Missing(path: path) }
        let metadata = try GGUFFile(path: path).metadata
        func field(_ name: String) -> GGUFValue? { metadata["tokenizer.ggml." + name] }
        let specification = VocabularySpecification(
            model: field("model")?.string ?? "", preTokenizer: field("pre")?.string,
            tokens: field("tokens")?.strings ?? [], tokenTypes: (field("token_type")?.integers ?? []).map { Int32($0) },
            merges: field("merges")?.strings ?? [], beginOfSequence: field("bos_token_id")?.integer.map { Int32($0) },
            endOfSequence: field("eos_token_id")?.integer.map { Int32($0) },
            addsBeginOfSequence: field("add_bos_token")?.bool, source: path)
        return Contents(
            specification: specification, tokenizer: try BytePairTokenizer(specification),
            chatTemplate: metadata["tokenizer.chat_template"]?.string ?? "")
    }
}
