import ArgumentParser
import LanguageModel
import Notebook
import Preferences
import Study
import Tokenization

struct SampleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "Sample answers to a prompt, as JSON lines.",
        discussion: "Sample i depends on the model, the prompt, the settings, the seed and i only.")

    @OptionGroup var options: ModelOptions

    @Option(help: "The user's turn. Without it, standard input is read.")
    var prompt: String?

    @Option(name: .customLong("n"), help: "Number of samples.")
    var count = 1

    @Option(help: "0 takes the most probable token.")
    var temperature: Float = 0.8

    @Option(help: "Keep the most probable tokens whose probabilities reach this sum.")
    var topP: Float = 1

    @Option(help: "Longest answer, in tokens.")
    var maximumTokens = 128

    @Option(help: "Seed.")
    var seed: UInt64 = 1

    func validate() throws {
        guard count > 0 else { throw ValidationError("--n is at least 1") }
        guard temperature >= 0, temperature.isFinite else { throw ValidationError("--temperature is 0 or more") }
        guard topP > 0, topP <= 1 else { throw ValidationError("--top-p is above 0 and at most 1") }
        guard maximumTokens > 0 else { throw ValidationError("--maximum-tokens is at least 1") }
    }

    func run() async throws {
        let loaded = try options.load(into: .temporaryFile)
        let model = try options.engine(loaded)
        let text = try prompt ?? StandardInput.text()
        let request = SamplingRequest(
            prompt: try loaded.chatTemplate.render([Message(role: .user, content: text)], addGenerationPrompt: true),
            settings: SamplingSettings(temperature: temperature, topP: topP, maximumTokens: maximumTokens),
            seeds: (0..<count).map { SeededRandom.seed(rootSeed: seed, purpose: "sample", index: $0) })
        var lines = [String](repeating: "", count: count)
        try model.sample([request], stopTokens: Set(loaded.chatTemplate.stopTokens)) { _, index, sequence in
            let row: KeyValue = [
                "sample": .int(index), "text": .string(loaded.tokenizer.decode(sequence.tokens)),
                "tokens": .array(sequence.tokens.map { .int(Int($0)) }),
                "finish_reason": .string(sequence.finishReason.rawValue),
                "logp": .double(sequence.logProbability),
            ]
            lines[index] = row.canonicalJSON + "\n"
        }
        Answer.write(lines.joined())
    }
}
