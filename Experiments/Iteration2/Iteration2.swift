// %% [markdown]
// # On-policy rounds
// Round 1 trains on the original model's summaries. Every later round samples again from the model that the
// round before made, judges those, and trains with that model as the new reference.

import Study

@main
struct Iteration2: Experiment {
    static let name = "iteration2"
    static let abstract = "Train in on-policy rounds: resample from the tuned model, then train again."
    static let source = #filePath

    static func run(_ study: Study) async throws {
        let articles = try await study.articles()
        let bank = try await study.questions(for: articles)
        let original = try await study.evaluate(
            study.original, as: "original", label: "Original model", kind: .original, on: .test, of: articles, with: bank)

        // %% [markdown]
        // ## Rounds
        // Beta and learning rate are those the sweep chose, where it has run.
        // %%
        let recipe = try study.chosenRecipe()
        let stronger = try await study.evaluateEndpointBaselines(on: .test, of: articles, with: bank)
        let validation = try await study.validation(of: articles, with: bank)
        var policy = study.original
        for round in 1...study.settings.rounds {
            let pairs = try await study.preferencePairs(by: policy, of: articles, with: bank)
            policy = try await study.train(recipe, on: pairs, from: policy, validating: validation)
            let tuned = try await study.evaluate(
                policy, as: round == 1 ? "dpo" : "dpo-round-\(round)", kind: .dpo, on: .test, of: articles, with: bank)
            for other in [original] + stronger { try await study.showWins(of: tuned, against: other) }
        }
        try await study.fluency(of: articles)
    }
}
