import ArgumentParser
import Foundation
import LanguageModel
import Notebook
import Study
import Tokenization

struct ScoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Log-probabilities of the completions of preference pairs, as JSON lines.",
        discussion: """
            Reads TRL's conversational format: {"prompt": [turns], "chosen": [one assistant turn], "rejected": [one \
            assistant turn]}. Each sum is over the completion's tokens through the end-of-turn token, in nats.
            """)

    @OptionGroup var options: ModelOptions

    @Option(help: "File of pairs, one JSON object a line.", completion: .file(extensions: ["jsonl"]))
    var pairs: String

    private struct Row: Decodable {
        var prompt: [Message]
        var chosen: [Message]
        var rejected: [Message]
    }

    private struct Tokens {
        var prompt: [Int32]
        var chosen: [Int32]
        var rejected: [Int32]
    }

    func run() async throws {
        try await reportingFailures {
            // Every line is checked before the model works on the first.
            let rows = try readRows()
            let loaded = try options.load()
            let model = try options.engine(loaded)
            let tokens = try rows.map { row in
                Tokens(
                    prompt: try loaded.chatTemplate.render(row.prompt, addGenerationPrompt: true),
                    chosen: loaded.chatTemplate.completion(row.chosen[0].content),
                    rejected: loaded.chatTemplate.completion(row.rejected[0].content))
            }
            for start in stride(from: 0, to: tokens.count, by: 16) {
                let batch = tokens[start..<min(start + 16, tokens.count)]
                let scores = try model.score(
                    batch.map { TokenTree(prompt: $0.prompt, chosen: $0.chosen, rejected: $0.rejected) })
                for (row, score) in zip(batch, scores) {
                    let line: KeyValue = [
                        "prompt_tokens": .int(row.prompt.count), "chosen": .double(score.sum(1)),
                        "chosen_tokens": .int(row.chosen.count), "rejected": .double(score.sum(2)),
                        "rejected_tokens": .int(row.rejected.count),
                    ]
                    Answer.write(line.canonicalJSON + "\n")
                }
            }
        }
    }

    /// - Throws: `UserFailure` naming the line that is not a pair.
    private func readRows() throws -> [Row] {
        guard let data = FileManager.default.contents(atPath: pairs) else {
            throw UserFailure(
                "cannot read the pairs", location: pairs, why: "there is no such file",
                remedy: "check the path given with --pairs", exitStatus: .missingInput)
        }
        var rows: [Row] = []
        for (index, line) in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) { continue }
            do {
                let row = try JSONDecoder().decode(Row.self, from: line)
                guard !row.prompt.isEmpty, row.chosen.count == 1, row.rejected.count == 1 else {
                    throw malformed(index, "prompt needs a turn, chosen and rejected one each")
                }
                rows.append(row)
            } catch let error as DecodingError {
                throw malformed(index, Self.reason(error))
            }
        }
        return rows
    }

    private func malformed(_ index: Int, _ why: String) -> UserFailure {
        UserFailure(
            "malformed pair", location: "\(pairs):\(index + 1)", why: why,
            remedy: "write one {\"prompt\": [...], \"chosen\": [...], \"rejected\": [...]} a line", exitStatus: .badData)
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "the key \"\(key.stringValue)\" is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is not a list of turns with role and content"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "not valid JSON" : "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has an unknown value"
        @unknown default: "not a preference pair"
        }
    }
}
