// %% [markdown]
// # DPO: beta and learning rate
// Direct preference optimisation of all weights on the model's own summaries. Beta ties the model to where
// it started, the learning rate decides how far it goes; both are chosen on development articles, and only
// the chosen setting meets the test articles.

import Study

@main
struct BetaSweep: Experiment {
    static let name = "beta-sweep"
    static let abstract = "Train with DPO over beta and learning rate; choose on development, measure on test."
    static let source = #filePath

    static func run(_ study: Study) async throws {
        // %% [markdown]
        // ## Preference pairs
        // Several summaries per training article, scored by the judge; of two, the preference function takes
        // the shorter one when both answer at least three questions, and otherwise the more accurate one.
        // %%
        let articles = try await study.articles()
        let bank = try await study.questions(for: articles)
        let pairs = try await study.preferencePairs(by: study.original, of: articles, with: bank)
        let validation = try await study.validation(of: articles, with: bank)

        // %% [markdown]
        // ## The sweep
        // Every setting starts from the original model and shares its reference log-probabilities.
        // %%
        let reference = try await study.evaluate(
            study.original, as: "original", label: "Original model", kind: .original, on: .development, of: articles, with: bank)
        var cells: [SweepResult] = []
        for beta in study.settings.sweep.betas {
            for rate in study.settings.sweep.learningRates {
                let recipe = study.dpo(beta: beta, learningRate: rate, maximumPairs: study.settings.sweep.maximumPairs)
                let trained = try await study.train(recipe, on: pairs, from: study.original, validating: validation)
                let evaluation = try await study.evaluate(
                    trained, as: "dpo beta \(beta) lr \(rate)", kind: .dpo, on: .development, of: articles, with: bank)
                cells.append(try study.result(of: recipe, trained, evaluation, against: reference))
                study.discardWeights(of: cells.map(\.policy), keeping: [study.best(of: cells).policy])
            }
        }

        // %% [markdown]
        // ## The choice
        // The setting with the highest win rate over the original model on development articles.
        // %%
        let best = study.best(of: cells)
        try await study.showSweep(cells, chosen: best)

        // %% [markdown]
        // ## Test articles
        // The chosen setting learns from every pair first, where the sweep used only some.
        // %%
        let policy =
            best.recipe.maximumPairs == 0
            ? best.policy
            : try await study.train(best.recipe.onAllPairs, on: pairs, from: study.original, validating: validation)
        let original = try await study.evaluate(
            study.original, as: "original", label: "Original model", kind: .original, on: .test, of: articles, with: bank)
        let tuned = try await study.evaluate(policy, as: "dpo", kind: .dpo, on: .test, of: articles, with: bank)
        try await study.showWins(of: tuned, against: original)
        for stronger in try await study.evaluateEndpointBaselines(on: .test, of: articles, with: bank) {
            try await study.showWins(of: tuned, against: stronger)
        }
        try await study.fluency(of: articles)
    }
}
