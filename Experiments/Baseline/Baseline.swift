// %% [markdown]
// # Baselines
// What summaries look like before any training, and what a summary has to beat: the original model with
// the study's prompt and with other lengths asked for, the article's own first sentences, and the best of
// several samples by the judge, which is the ceiling that preference tuning could reach by choosing.

import Study

@main
struct Baseline: Experiment {
    static let name = "baseline"
    static let abstract = "Measure the original model, prompted and extractive baselines, and the best of n."
    static let source = #filePath

    static func run(_ study: Study) async throws {
        // %% [markdown]
        // ## Articles and questions
        // News articles, split by article. The judge cuts five multiple-choice questions from each; an
        // article whose questions it cannot answer from the article itself is left out everywhere.
        // %%
        let articles = try await study.articles()
        let bank = try await study.questions(for: articles)

        // %% [markdown]
        // ## The original model
        // One greedy summary per test article with the study's prompt ("at most 2 sentences"), and with the
        // prompt asking for 1, 3 and 4.
        // %%
        let original = try await study.evaluate(
            study.original, as: "original", label: "Original model", kind: .original, on: .test, of: articles, with: bank)
        for sentences in [1, 3, 4] {
            _ = try await study.evaluate(
                study.original, as: "prompt-\(sentences)", label: "Prompted for \(sentences) sentence\(sentences == 1 ? "" : "s")",
                kind: .prompted, on: .test, of: articles, with: bank, sentences: sentences)
        }

        // %% [markdown]
        // ## The article's first sentences
        // News puts the most important first, so this extractive baseline is strong.
        // %%
        for sentences in 1...3 {
            let lead = try await study.evaluateLead(sentences: sentences, on: .test, of: articles, with: bank)
            try await study.showWins(of: lead, against: original)
        }

        // %% [markdown]
        // ## Stronger models
        // With `--baseline openai:MODEL@URL`, a remote model's summaries in 2, 3 and 4 sentences.
        // %%
        for stronger in try await study.evaluateEndpointBaselines(on: .test, of: articles, with: bank) {
            try await study.showWins(of: stronger, against: original)
        }

        // %% [markdown]
        // ## Best of n
        // Several samples per test article, of which the preference function takes the best: what a model
        // could reach that had learned to choose among its own summaries.
        // %%
        let best = try await study.evaluateBestOfN(study.original, on: .test, of: articles, with: bank)
        try await study.showWins(of: best, against: original)

        // %% [markdown]
        // ## Can the judge be trusted?
        // The same questions, answered from passages whose worth is known: the whole article, its first
        // sentences, a good summary, another article, nothing.
        // %%
        try await study.calibrateJudge(on: articles, with: bank, best: best)

        // %% [markdown]
        // ## Can the metric be gamed?
        // Texts that summarise nothing, scored like summaries; and how likely every text is under the original
        // model that sees nothing else, which tells a list of names from a sentence.
        // %%
        try await study.gaming(on: articles, with: bank)
        try await study.fluency(of: articles)
    }
}
