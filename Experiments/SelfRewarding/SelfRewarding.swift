// %% [markdown]
// # Self-rewarding
// The scheme of "Self-Rewarding Language Models" (Yuan et al. 2024, arXiv 2401.10020): a model writes instructions,
// answers each several times, grades its own answers on an additive five-point rubric, and learns by DPO to prefer
// its best to its worst. The result, M1, does the same; so do M2 and those after it.

import Study

@main
struct SelfRewarding: Experiment {
    static let name = "self-rewarding"
    static let abstract = "Train in rounds on the model's own instructions, answers and grades."
    static let source = #filePath
    static let subject = StudySubject.instructions

    static func run(_ study: Study) async throws {
        // %% [markdown]
        // ## The reward
        // Before it is relied on: does the model's reward tell its answer from another instruction's, from the first
        // half of it, and from its words in random order?
        // %%
        let instructions = try await study.instructions()
        try await study.checkReward(on: instructions)

        // %% [markdown]
        // ## Rounds
        // M0 is the model as it came, or warmed up on graded examples where a file of them is given. Each round ends
        // with held-out instructions, answered by the new model and by the one before it. Three judges compare the
        // two: the original model, which never changes; the model that graded the round; and PairRM where it is there.
        // %%
        var policy = try await study.warmUp(study.original)
        policy.label = "M0"
        let original = try study.selfReward(by: study.original)
        let pairRM = try study.pairRM()
        let first = try await study.completions(of: instructions.heldOut, by: policy)
        var before = first
        var rounds: [SelfRewardRound] = []
        while rounds.count < study.settings.rewards.rounds {
            let grader = try study.selfReward(by: policy)
            let round = try await study.selfRewardingRound(of: policy, knowing: instructions, after: rounds)
            let after = try await study.completions(of: instructions.heldOut, by: round.policy)
            try await study.compare(after, against: before, of: instructions, by: original)
            if policy.key != study.original.key {
                try await study.compare(after, against: before, of: instructions, by: grader)
            }
            if let pairRM { try await study.compare(after, against: before, of: instructions, by: pairRM) }
            rounds.append(round)
            (policy, before) = (round.policy, after)
        }

        // %% [markdown]
        // ## The last model against the first
        // %%
        if rounds.count > 1 {
            try await study.compare(before, against: first, of: instructions, by: original)
            if let pairRM { try await study.compare(before, against: first, of: instructions, by: pairRM) }
        }
        try await study.showBeforeAndAfter(before, first)
    }
}
