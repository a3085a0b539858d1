// %% [markdown]
// # Supervised fine-tuning
// The study's control: imitate the chosen summary of every pair and learn nothing from the rejected one.
// The loss is cross-entropy on the summary's tokens alone.

import Study

@main
struct SFT: Experiment {
    static let name = "sft"
    static let abstract = "Fine-tune on the chosen summaries and measure."
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
        // ## Training and measuring
        // %%
        let tuned = try await study.train(study.sft(), on: pairs, from: study.original, validating: validation)
        let original = try await study.evaluate(
            study.original, as: "original", label: "Original model", kind: .original, on: .test, of: articles, with: bank)
        let evaluation = try await study.evaluate(tuned, as: "sft", kind: .sft, on: .test, of: articles, with: bank)
        try await study.showWins(of: evaluation, against: original)
        for stronger in try await study.evaluateEndpointBaselines(on: .test, of: articles, with: bank) {
            try await study.showWins(of: evaluation, against: stronger)
        }
        try await study.fluency(of: articles)
    }
}
