// %% [markdown]
// # LoRA of rank 64
// DPO through a low-rank adapter on every projection, against DPO of all weights. An adapter wants a higher
// learning rate; it is chosen on development articles like the full model's.

import Study

@main
struct LoRARank64: Experiment {
    static let name = "lora-rank64"
    static let abstract = "Train a LoRA adapter with DPO and measure it against full fine-tuning."
    static let source = #filePath

    static func run(_ study: Study) async throws {
        // %% [markdown]
        // ## The same pairs as DPO's
        // %%
        let articles = try await study.articles()
        let bank = try await study.questions(for: articles)
        let pairs = try await study.preferencePairs(by: study.original, of: articles, with: bank)
        let validation = try await study.validation(of: articles, with: bank)

        // %% [markdown]
        // ## Learning rates
        // %%
        let reference = try await study.evaluate(
            study.original, as: "original", label: "Original model", kind: .original, on: .development, of: articles, with: bank)
        var cells: [SweepResult] = []
        for rate in study.settings.lora.learningRates {
            let recipe = study.lora(learningRate: rate)
            let trained = try await study.train(recipe, on: pairs, from: study.original, validating: validation)
            let evaluation = try await study.evaluate(
                trained, as: "lora lr \(rate)", kind: .lora, on: .development, of: articles, with: bank)
            cells.append(try study.result(of: recipe, trained, evaluation, against: reference))
        }
        let best = study.best(of: cells)
        try await study.showSweep(cells, chosen: best)

        // %% [markdown]
        // ## Test articles
        // %%
        let original = try await study.evaluate(
            study.original, as: "original", label: "Original model", kind: .original, on: .test, of: articles, with: bank)
        let tuned = try await study.evaluate(best.policy, as: "lora", kind: .lora, on: .test, of: articles, with: bank)
        try await study.showWins(of: tuned, against: original)
        for stronger in try await study.evaluateEndpointBaselines(on: .test, of: articles, with: bank) {
            try await study.showWins(of: tuned, against: stronger)
        }
        try await study.fluency(of: articles)
    }
}
