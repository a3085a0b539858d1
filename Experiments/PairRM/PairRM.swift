// %% [markdown]
// # Preferences by PairRM
// Instructions are answered several times by the model, a ranker puts the responses in order, and the best against
// the worst makes a preference pair. DPO trains an adapter on the pairs. Held-out instructions are answered by both
// models, and the ranker says which it prefers.
//
// With `--ranker FOLDER` the ranker is PairRM. Without it the model grades its own responses, and the report says so.

import Study

@main
struct PairRM: Experiment {
    static let name = "pairrm"
    static let abstract = "Rank responses to instructions, train an adapter on best against worst, compare before and after."
    static let source = #filePath
    static let subject = StudySubject.instructions

    static func run(_ study: Study) async throws {
        // %% [markdown]
        // ## Instructions and responses
        // %%
        let instructions = try await study.instructions()
        let responses = try await study.responses(to: instructions.train, by: study.original)

        // %% [markdown]
        // ## Best against worst
        // Equal scores are no preference; such instructions give no pair.
        // %%
        try await study.showRankingCost(of: responses)
        let ranker = try study.ranker()
        let ranked = try await study.rank(responses, with: ranker)
        let pairs = try await study.pairs(from: ranked)

        // %% [markdown]
        // ## DPO through an adapter
        // %%
        let tuned = try await study.train(study.responseAdapter(), on: pairs, from: study.original)
        try await study.record(round: 1, of: instructions, pairs: pairs, trained: tuned)

        // %% [markdown]
        // ## Before and after
        // Greedy responses to instructions that no training has seen.
        // %%
        let before = try await study.completions(of: instructions.heldOut, by: study.original)
        let after = try await study.completions(of: instructions.heldOut, by: tuned)
        try await study.showBeforeAndAfter(after, before)
        try await study.compare(after, against: before, of: instructions, by: ranker)

        // %% [markdown]
        // ## To publish
        // A data set folder that Hugging Face `datasets` loads, and a PEFT folder.
        // %%
        try await study.writeDataset(pairs: pairs)
        try await study.writeAdapter(tuned, pairs: pairs)
    }
}
