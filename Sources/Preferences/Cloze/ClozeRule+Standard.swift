extension ClozeRule {
    /// For runs with too few development articles to tune on. Tuned for SmolLM2-135M-Instruct (Q4_1, bfloat16) on the Lee
    /// articles of 80 to 400 words, all candidate questions, `ClozePrompt.standard`, with the presets' own split,
    /// `ArticleSplit(seed: 21, developmentShare: 0.2, testShare: 0.3)`, so that no preset measures on an article that tuned
    /// it. Shares of answers correct / wrong / unsure:
    ///
    /// | passage | development: 24 articles, 303 questions | test: 24 articles, 298 questions |
    /// |---|---|---|
    /// | full article | 0.904 / 0.003 / 0.092 | 0.943 / 0.000 / 0.057 |
    /// | full article, `ClozePrompt.paraphrase` | 0.917 / 0.003 / 0.079 | 0.940 / 0.000 / 0.060 |
    /// | first sentence | 0.224 / 0.050 / 0.726 | 0.225 / 0.037 / 0.738 |
    /// | first 2 sentences | 0.366 / 0.043 / 0.591 | 0.409 / 0.023 / 0.567 |
    /// | first 3 sentences | 0.498 / 0.036 / 0.465 | 0.540 / 0.044 / 0.416 |
    /// | another article | 0.026 / 0.026 / 0.947 | 0.010 / 0.034 / 0.956 |
    /// | nothing | 0 / 0 / 1 | 0 / 0 / 1 |
    ///
    /// Without a passage the right option is the likeliest of a candidate's five in 0.38 and 0.40 of cases, of the
    /// questions kept in 0.07 and 0.11; chance is 0.2. 23 and 21 of the articles have five questions; of these 13 of 115 and
    /// 12 of 105 have their answer told by another's statement. The articles are the first of each split's `selection`; more of
    /// them narrow the shares (standard errors of 0.01 to 0.02). Measured before a mention in another
    /// form no longer hid one of the same form among the options.
    ///
    /// Without the advantage (posterior above 0.8, gain above 2) another article gave 0.06 / 0.09 / 0.85 on an earlier
    /// version of the questions, mostly names that any news text makes likelier; contrasting with passages of two other
    /// articles instead of with nothing did about as well as the advantage and costs two more passes per article.
    ///
    /// To tune again: `ClozeRuleTuning(on: judge.observations(of: developmentArticles, seed: 21), articleCount: 24)`, then
    /// `calibration` on articles of the test split.
    public static let standard = ClozeRule(
        unaidedWeight: 0, minimumPosterior: 0.6, minimumGain: 0, minimumAdvantage: 4.5, maximumUnaidedPosterior: 0.7)
}
