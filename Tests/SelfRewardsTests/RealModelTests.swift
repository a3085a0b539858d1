import Foundation
import LanguageModel
import Preferences
import SelfRewards
import TestSupport
import Testing
import Tokenization

/// The default model as a judge, which set-up fetches.
@Suite struct RealModelTests {
    private let loaded: LoadedModel
    private let model: LanguageModel
    private let responses = ["Paris is the capital of France.", "\nI like cats."]
    private let instruction = "What is the capital of France?"

    init() throws {
        loaded = try LoadedModel(path: CachedModel.path())
        model = Self.model(loaded, .preferred)
    }

    private static func model(_ loaded: LoadedModel, _ precision: Precision) -> LanguageModel {
        LanguageModel(
            configuration: loaded.configuration, parameters: loaded.parameters, precision: precision,
            pool: ThreadPool(threadCount: 2))
    }

    private func judge(_ mode: RewardMode, judgements: Int = 0, by model: LanguageModel? = nil) throws -> SelfReward {
        try SelfReward(
            model: model ?? self.model, template: loaded.chatTemplate,
            settings: .init(mode: mode, judgements: judgements, maximumTokens: 12, seed: 3))
    }

    @Test(arguments: RewardMode.allCases)
    func rewardsDoNotDependOnTheOtherResponses(mode: RewardMode) throws {
        let judge = try judge(mode, judgements: mode == .text ? 2 : 0)
        let together = try judge.rewards(of: responses, to: instruction)
        let apart = try responses.map { try judge.rewards(of: [$0], to: instruction)[0] }
        #expect(together == apart)
        // Few tokens give no score in text mode.
        #expect(mode == .text || together[0] != together[1])
    }

    /// The shared tree against plain sequences: rubric, "Score: ", one digit; in float32, because where a sequence is
    /// divided changes the order of its sums.
    @Test func digitsAreThoseOfPlainSequences() throws {
        let model = Self.model(loaded, .float32)
        let judge = try judge(.expected, by: model)
        let rewards = try judge.rewards(of: responses, to: instruction)
        for (response, reward) in zip(responses, rewards).prefix(1) {
            let text = try SelfReward.rubric().filled(["instruction": instruction, "response": response])
            let prompt = try loaded.chatTemplate.render([Message(role: .user, content: text)], addGenerationPrompt: true)
            let trees = (0...5).map { digit in
                let ids = prompt + loaded.tokenizer.encode("Score: \(digit)")
                return TokenTree(prompt: Array(ids.dropLast()), completion: [ids[ids.count - 1]])
            }
            let probabilities = try model.score(trees).map { exp($0.sum(1)) }
            let mass = probabilities.reduce(0, +)
            #expect(abs(mass - reward.digitMass!) < 1e-4 * mass)
            for (plain, shared) in zip(probabilities, reward.digits) { #expect(abs(plain / mass - shared) < 1e-4) }
        }
    }
}
