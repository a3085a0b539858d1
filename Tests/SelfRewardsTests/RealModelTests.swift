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
    private let responses = ["Paris is the capital of France.", "I like cats.", "\nThe capital is Paris.", ""]
    private let instruction = "What is the capital of France?"

    init() throws {
        loaded = try LoadedModel(path: CachedModel.path())
        model = LanguageModel(
            configuration: loaded.configuration, parameters: loaded.parameters, precision: .preferred,
            pool: ThreadPool(threadCount: 2))
    }

    private func judge(_ mode: RewardMode, judgements: Int = 0) throws -> SelfReward {
        try SelfReward(
            model: model, template: loaded.chatTemplate,
            settings: .init(mode: mode, judgements: judgements, maximumTokens: 12, seed: 3))
    }

    @Test(arguments: RewardMode.allCases)
    func rewardsDoNotDependOnTheOtherResponses(mode: RewardMode) throws {
        let judge = try judge(mode, judgements: mode == .text ? 2 : 0)
        let together = try judge.rewards(of: responses, to: instruction)
        let apart = try responses.map { try judge.rewards(of: [$0], to: instruction)[0] }
        #expect(together == apart)
        #expect(try judge.rewards(of: responses.reversed(), to: instruction).reversed() == together)
    }

    /// The shared tree against plain sequences: rubric, "Score: ", one digit.
    @Test func digitsAreThoseOfPlainSequences() throws {
        let judge = try judge(.expected)
        let rewards = try judge.rewards(of: responses, to: instruction)
        for (response, reward) in zip(responses, rewards) {
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
