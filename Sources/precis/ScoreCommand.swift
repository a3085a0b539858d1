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
            assistant turn]}. Each sum is over the completion's tokens through the end-of-turn token, in nats; with \
            --tokens the lists chosen_logprobs and rejected_logprobs hold each token's.
            """)

    @OptionGroup var options: ModelOptions

    @Option(help: "File of pairs, one JSON object a line.", completion: .file(extensions: ["jsonl"]))
    var pairs: String

    @Flag(help: "Write each token's log-probability besides the sums.")
    var tokens = false

    func run() async throws {
        // Every line is checked before the model works on the first.
        let file = try PairFile(path: pairs)
        let loaded = try options.load(into: .temporaryFile)
        let model = try options.engine(loaded)
        let rows = try file.tokens(loaded.chatTemplate)
        for start in stride(from: 0, to: rows.count, by: 16) {
            let batch = rows[start..<min(start + 16, rows.count)]
            var gathered = PromptTrees()
            let places = batch.map { gathered.add(prompt: $0.prompt, completions: [$0.chosen, $0.rejected]) }
            let scores = try model.score(gathered.trees)
            for (row, place) in zip(batch, places) {
                let score = scores[place.tree]
                let (chosen, rejected) = (place.segments[0], place.segments[1])
                var line: [String: KeyValue] = [
                    "prompt_tokens": .int(row.prompt.count), "chosen": .double(score.sum(chosen)),
                    "chosen_tokens": .int(row.chosen.count), "rejected": .double(score.sum(rejected)),
                    "rejected_tokens": .int(row.rejected.count),
                ]
                if tokens {
                    for (name, segment) in [("chosen_logprobs", chosen), ("rejected_logprobs", rejected)] {
                        line[name] = .array(score.logProbabilities[segment].map { .double(Double($0)) })
                    }
                }
                Answer.write(KeyValue.object(line).canonicalJSON + "\n")
            }
        }
    }
}
