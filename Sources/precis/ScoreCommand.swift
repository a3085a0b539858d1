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

    func run() async throws {
        // Every line is checked before the model works on the first.
        let file = try PairFile(path: pairs)
        let loaded = try options.load()
        let model = try options.engine(loaded)
        let tokens = try file.tokens(loaded.chatTemplate)
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
