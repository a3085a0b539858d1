import Instructions
import LanguageModel
import Preferences
import Tokenization

/// Has a model write new instructions after examples, as Self-Instruct does (arXiv 2212.10560).
///
/// An attempt depends on the model, the settings, the two pools of examples and its number only.
public struct InstructionWriter {
    public struct Settings: Sendable, Hashable, Codable {
        /// Examples in each prompt.
        public var examples = 8
        /// Of them, how many at most are instructions that a model wrote before.
        public var writtenExamples = 2
        public var temperature: Float = 0.6
        public var topP: Float = 0.9
        public var maximumTokens = 96
        /// Root of the random streams of examples and texts.
        public var seed: UInt64

        public init(seed: UInt64) { self.seed = seed }

        public var sampling: SamplingSettings {
            SamplingSettings(temperature: temperature, topP: topP, maximumTokens: maximumTokens)
        }
    }

    public let settings: Settings
    /// Instructions to learn from.
    public let seeds: [String]
    /// Instructions that earlier rounds wrote.
    public let written: [String]
    /// Names the model in the random streams, so that the rounds differ.
    public let stream: String
    private let request: PromptTemplate

    /// - Precondition: `seeds` is not empty.
    /// - Throws: `InstructionError` if the prompt is missing from the program's data.
    public init(settings: Settings, seeds: [String], written: [String] = [], stream: String) throws(InstructionError) {
        precondition(!seeds.isEmpty, "there are instructions to learn from")
        self.settings = settings
        self.seeds = seeds
        self.written = written
        self.stream = stream
        request = PromptTemplate(text: try InstructionPrompt.newInstruction.text())
    }

    /// The prompt's text, as part of what results depend on.
    public var promptText: String { request.text }

    /// The examples of an attempt in their order, without repetition.
    public func examples(attempt: Int) -> [String] {
        var random = SeededRandom(rootSeed: settings.seed, purpose: "examples for " + stream, index: attempt)
        let earlier = random.sample(written, count: min(settings.writtenExamples, written.count))
        let first = random.sample(seeds, count: settings.examples - earlier.count)
        return random.shuffled(first + earlier)
    }

    /// The conversation of an attempt: every example as an exchange of its own, and the request once more.
    public func conversation(attempt: Int) -> [Message] {
        let ask = Message(role: .user, content: request.text)
        return examples(attempt: attempt).flatMap { [ask, Message(role: .assistant, content: $0)] } + [ask]
    }
}
