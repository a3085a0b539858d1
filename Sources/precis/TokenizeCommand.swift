import ArgumentParser
import LanguageModel
import Notebook
import Study
import Tokenization

struct TokenizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Show the tokens of a text, one a line: position, id, spelling.")

    @OptionGroup var options: ModelOptions

    @Argument(help: "Text to encode. Without it, standard input is read.")
    var text: String?

    @Flag(help: "Encode as a user's turn through the model's chat template, with the assistant's turn opened.")
    var chat = false

    @Flag(help: "Answer with JSON on standard output.")
    var json = false

    func run() async throws {
        let loaded = try options.load()
        let text = try text ?? StandardInput.text()
        let ids = chat
            ? try loaded.chatTemplate.render([Message(role: .user, content: text)], addGenerationPrompt: true)
            : loaded.tokenizer.encode(text)
        if json {
            Answer.write(KeyValue.array(ids.map { .int(Int($0)) }).canonicalJSON + "\n")
            return
        }
        let lines = ids.enumerated().map { position, id in
            let spelling = loaded.tokenizer.decode([id], skippingSpecialTokens: false)
            return "\(position)\t\(id)\t\(KeyValue.string(spelling).canonicalJSON)\n"
        }
        Answer.write(lines.joined())
    }
}
