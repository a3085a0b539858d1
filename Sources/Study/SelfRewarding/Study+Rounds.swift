import Instructions
import Notebook
import SelfRewards

/// A round of self-rewarding: what it made, and from which instructions.
public struct SelfRewardRound: Sendable {
    /// M1, M2, ...
    public var policy: PolicyModel
    var instructions: [Instruction]
}

extension Study {
    /// DPO of all weights with the settings of self-rewarding: a round has few pairs, so they are seen several times.
    func selfRewardingRecipe() -> TrainingRecipe {
        var recipe = dpo(beta: settings.rewards.beta, learningRate: settings.rewards.learningRate, maximumPairs: 0)
        recipe.settings.epochs = settings.rewards.epochs
        recipe.settings.batchSize = settings.rewards.batchSize
        return recipe
    }

    /// Where a round's pairs are too few.
    static func roundRemedy(_ mode: RewardMode) -> String {
        let why = mode == .text ? "a small model rarely writes a score; " : ""
        return why + "take another reward (rewards.mode), more responses (rewards.candidates) or instructions "
            + "(rewards.instructions), or allow cut-off ones (responses.truncated=allow)"
    }

    /// One round: the policy writes instructions and several responses to each, grades them, and learns to prefer its
    /// best to its worst. Equal grades are no preference.
    ///
    /// - Parameters:
    ///   - known: instructions to learn from, and held-out ones to stay away from.
    ///   - earlier: the rounds before.
    public func selfRewardingRound(
        of policy: PolicyModel, knowing known: InstructionSet, after earlier: [SelfRewardRound], line: Int = #line
    ) async throws -> SelfRewardRound {
        let round = earlier.count + 1
        let written = try await newInstructions(
            by: policy, knowing: known, earlier: earlier.flatMap(\.instructions), line: line)
        let responses = try await responses(
            to: written.set.train, by: policy,
            sampling: settings.rewards.sampling(maximumTokens: settings.responses.maximumTokens),
            step: "respond to new instructions, \(policy.label)", line: line)
        let ranked = try await rank(
            responses, with: selfReward(by: policy, judgements: settings.rewards.judgements, readsDigits: true),
            step: "grade responses, \(policy.label)", line: line)
        let pairs = try await pairs(
            from: ranked, step: "best and worst, \(policy.label)", remedy: Self.roundRemedy(settings.rewards.mode), line: line)
        var trained = try await train(selfRewardingRecipe(), on: pairs, from: policy, line: line)
        trained.label = "M\(round)"
        try await record(round: round, of: written.set, pairs: pairs, trained: trained, dropped: written.drops, line: line)
        return SelfRewardRound(policy: trained, instructions: written.set.train)
    }
}
