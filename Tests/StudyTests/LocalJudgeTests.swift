import Foundation
import LanguageModel
import Preferences
import TestSupport
import Testing
import Tokenization

/// The study's prompts through the default model, which set-up fetches.
@Suite struct LocalJudgeTests {
    private let loaded: LoadedModel
    private let model: LanguageModel

    init() throws {
        loaded = try LoadedModel(path: CachedModel.path())
        model = LanguageModel(
            configuration: loaded.configuration, parameters: loaded.parameters, precision: .preferred,
            pool: ThreadPool(threadCount: 2))
    }

    private var generator: LocalTextGenerator {
        LocalTextGenerator(model: model, template: loaded.chatTemplate, identity: "model", seed: 3)
    }

    private func conversation(_ text: String) -> [Message] { [Message(role: .user, content: text)] }

    @Test func textsDoNotDependOnTheOtherConversations() throws {
        let conversations = ["Name a colour.", "What is the capital of France?", "Count to three."].map(conversation)
        for temperature in [0, 0.8] {
            let together = try generator.generate(conversations, temperature: temperature, maximumTokens: 12)
            let apart = try conversations.map { try generator.generate([$0], temperature: temperature, maximumTokens: 12)[0] }
            #expect(together == apart)
        }
        guard case .text(let text) = try generator.generate([conversations[1]], temperature: 0, maximumTokens: 16)[0] else {
            Issue.record("no text")
            return
        }
        #expect(text.contains("Paris"))
    }

    @Test func aConversationWithoutRoomFailsByItself() throws {
        let long = conversation(String(repeating: "word ", count: model.configuration.contextLength))
        let results = try generator.generate([long, conversation("Say yes.")], temperature: 0, maximumTokens: 4)
        guard case .failed(let reason) = results[0], case .text = results[1] else {
            Issue.record("\(results)")
            return
        }
        #expect(reason.contains("context of \(model.configuration.contextLength) tokens"))
    }

    /// Five questions of one summary share its conversation in one tree; each alone gives the same numbers.
    @Test func lettersOfOneConversationAreScoredTogether() throws {
        let template = loaded.chatTemplate
        let scorer = TreeContinuationScorer(scorer: model, tokenizer: loaded.tokenizer, identity: "model") {
            try template.render($0, addGenerationPrompt: true)
        }
        let requests = (1...5).map { number in
            ContinuationRequest(
                conversation: conversation("Answer with letters: Q1) to Q5)."), opening: "Q\(number))",
                continuations: [" A", " B", " C", " D", " E", " Unsure"])
        }
        let together = try scorer.logProbabilities(requests)
        #expect(try requests.map { try scorer.logProbabilities([$0])[0] } == together)
        #expect(Set(together.map { $0[0] }).count == 5)
        #expect(together.joined().allSatisfy { $0 < 0 && $0.isFinite })
    }
}
