import LanguageModel
import Tokenization

/// Writes with a model in this process: all conversations of a call are decoded together.
public struct LocalTextGenerator: TextGenerator {
    public let model: LanguageModel
    public let template: ChatTemplate
    /// Content hash of the weights together with the numeric mode.
    public let identity: String
    /// Root of the random streams, one per conversation; greedy text does not depend on it.
    public let seed: UInt64
    /// Conversations decoded together; speed and memory only.
    public let batchSize: Int

    public init(model: LanguageModel, template: ChatTemplate, identity: String, seed: UInt64, batchSize: Int = 16) {
        self.model = model
        self.template = template
        self.identity = identity
        self.seed = seed
        self.batchSize = batchSize
    }

    /// A conversation that leaves no room in the model's context fails by itself; the others go on.
    /// - Throws: `TokenizationError` where the template cannot express the turns; `ModelError`.
    public func generate(
        _ conversations: [[Message]], temperature: Double, maximumTokens: Int
    ) throws -> [GeneratedText] {
        let room = model.configuration.contextLength
        var results = [GeneratedText](repeating: .failed("the model wrote nothing"), count: conversations.count)
        var requests: [SamplingRequest] = []
        var places: [Int] = []
        for (index, conversation) in conversations.enumerated() {
            let prompt = try template.render(conversation, addGenerationPrompt: true)
            guard prompt.count < room else {
                results[index] = .failed("the conversation does not fit the model's context of \(room) tokens")
                continue
            }
            requests.append(
                SamplingRequest(
                    prompt: prompt, settings: SamplingSettings(temperature: Float(temperature), maximumTokens: maximumTokens),
                    seeds: [SeededRandom.seed(rootSeed: seed, purpose: "judge", article: Self.text(conversation))]))
            places.append(index)
        }
        try model.sample(requests, stopTokens: Set(template.stopTokens), batchSize: batchSize) { request, _, sequence in
            results[places[request]] = .text(template.tokenizer.decode(sequence.tokens))
        }
        return results
    }

    /// What a conversation's random stream is drawn for, so that it does not depend on the others of the call.
    private static func text(_ conversation: [Message]) -> String {
        conversation.map { "\($0.role.rawValue)\n\($0.content)" }.joined(separator: "\n")
    }
}
