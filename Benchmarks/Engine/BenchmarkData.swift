import Foundation
import LanguageModel
import Tokenization

/// Prompts and pairs on disk in TRL's conversational format, read by this program and by the peers alike.
struct BenchmarkData {
    struct Prompt: Codable {
        var prompt: [Message]
        /// The article that the prompt holds.
        var article: String
    }

    struct Pair: Codable {
        var prompt: [Message]
        var chosen: [Message]
        var rejected: [Message]
    }

    struct Tokens {
        var prompt: [Int32]
        var chosen: [Int32]
        var rejected: [Int32]

        var tree: TokenTree { TokenTree(prompt: prompt, chosen: chosen, rejected: rejected) }
        /// Tokens of two separate sequences, as trainers without trees compute them.
        var sequenceTokens: Int { 2 * prompt.count + chosen.count + rejected.count }
    }

    let folder: URL

    init(_ path: String) { folder = URL(fileURLWithPath: path, isDirectory: true) }

    private var promptsFile: URL { folder.appendingPathComponent("prompts.jsonl") }
    private var pairsFile: URL { folder.appendingPathComponent("pairs.jsonl") }

    /// The first `count` prompts.
    func prompts(_ count: Int) throws -> [Prompt] { try rows(promptsFile, count) }

    /// The first `count` pairs in tokens, the way the model was shown and wrote them.
    func pairs(_ count: Int, template: ChatTemplate) throws -> [Tokens] {
        try rows(pairsFile, count).map { (pair: Pair) in
            Tokens(
                prompt: try template.render(pair.prompt, addGenerationPrompt: true),
                chosen: template.completion(pair.chosen[0].content),
                rejected: template.completion(pair.rejected[0].content))
        }
    }

    func texts(_ count: Int) throws -> [Pair] { try rows(pairsFile, count) }

    func write(prompts: [Prompt], pairs: [Pair]) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try lines(prompts).write(to: promptsFile, options: .atomic)
        try lines(pairs).write(to: pairsFile, options: .atomic)
    }

    private func lines(_ rows: [some Encodable]) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try rows.reduce(into: Data()) { $0 += try encoder.encode($1) + Data("\n".utf8) }
    }

    private func rows<Row: Decodable>(_ file: URL, _ count: Int) throws -> [Row] {
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw DataError(file: file.path, reason: "does not exist; run `engine-benchmark prepare` first")
        }
        let lines = data.split(separator: UInt8(ascii: "\n")).prefix(count)
        guard lines.count == count else {
            throw DataError(file: file.path, reason: "has \(lines.count) rows of the \(count) that are wanted; run `prepare` again")
        }
        return try lines.map { try JSONDecoder().decode(Row.self, from: $0) }
    }

    struct DataError: Error, CustomStringConvertible {
        var file: String
        var reason: String
        var description: String { "\(file) \(reason)" }
    }
}
