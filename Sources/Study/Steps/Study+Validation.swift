import Alignment
import LanguageModel
import Notebook
import Preferences

/// What a training is measured on along its way: a slice of the development articles, with the original
/// model's judged samples (for the loss on held-out pairs) and greedy summaries (for the win rate).
public struct Validation: Sendable {
    var key: String
    var articles: [Article]
    var samples: SummarySet
    var greedy: SummarySet
    var bank: QuestionBank
    var all: ArticleSets
}

extension Study {
    /// Prepares the measurements that training makes on its way; `nil` when `training.eval_steps` is 0.
    public func validation(
        of articles: ArticleSets, with bank: QuestionBank, line: Int = #line
    ) async throws -> Validation? {
        guard settings.training.evaluationSteps > 0 else { return nil }
        let slice = Array(try bank.answerable(articles.development).prefix(settings.training.evaluationArticles))
        let samples = try await trainingSummaries(of: slice, by: original, step: "sample validation summaries", line: line)
        try await judge(samples, articles: articles, with: bank, step: "judge validation summaries", line: line)
        let greedy = try await evaluationSummaries(
            of: slice, part: .development, by: original, step: "summarise validation articles", line: line)
        let inputs: [String: KeyValue] = [
            "samples": .string(samples.key), "greedy": .string(greedy.key), "judge": .string(bank.judgeKey),
            "articles": .array(slice.map { .string($0.id) }), "steps": .int(settings.training.evaluationSteps),
            "pairs": .int(settings.training.evaluationPairs), "builder": try KeyValue(encoding: validationPairBuilder),
        ]
        let validation = Validation(
            key: ContentKey(step: "validation", version: 1, inputs: inputs).hex, articles: slice, samples: samples,
            greedy: greedy, bank: bank, all: articles)
        try await step("validation", inputs: inputs, line: line) { cell in
            try await judged(try texts(of: greedy), articles, bank, cell: cell)
            cell.show(
                "Every \(settings.training.evaluationSteps) updates: loss on \(try validationPairs(validation).count) pairs "
                    + "and win rate over the original on \(slice.count) development articles.")
        }
        return validation
    }

    /// All pairs that the slice gives, by the study's rules; the first `training.eval_pairs` are used.
    private var validationPairBuilder: PairBuilder {
        PairBuilder(
            function: settings.pairs.variant, maximumPerArticle: settings.pairs.perArticle,
            choice: settings.pairs.balanced ? .balanced : .uniform, minimumAccuracyGap: settings.pairs.minimumAccuracyGap,
            seed: settings.seed)
    }

    private func validationPairs(_ validation: Validation) throws -> [PreferencePair] {
        let candidates = try candidates(validation.samples, validation.bank, truncated: settings.pairs.truncated)
        return Array(validationPairBuilder.pairs(of: candidates).pairs.prefix(settings.training.evaluationPairs))
    }

    /// Held-out pairs in the trainer's form, or `nil` when the slice gives none.
    func validationData(
        _ method: TrainingRecipe.Method, _ validation: Validation, reference: PolicyModel
    ) throws -> TrainingData? {
        let pairs = try validationPairs(validation)
        if pairs.isEmpty { return nil }
        return try trainingData(
            method, rows: pairs.map { ($0.articleID, $0.chosenIndex, $0.rejectedIndex) }, of: validation.samples,
            reference: reference)
    }

    /// Loss and margins on held-out pairs, win rate, accuracy and words on the slice's articles, under the
    /// model as it is; `eval_` before the field's names, as transformers' trainer writes them.
    func measure(
        _ model: LanguageModel, _ validation: Validation, _ held: TrainingData?, cell: Cell
    ) async throws -> [String: Double] {
        var metrics: [String: Double] = [:]
        if let held {
            for (name, value) in try Trainer.evaluate(held, model: model) { metrics["eval_" + name] = value }
        }
        let summaries = try greedySummaries(of: validation.articles, by: model)
        try await judged(
            zip(validation.articles, summaries).map { ($0.id, $1.text) }, validation.all, validation.bank, cell: nil)
        let judgements = try store.judgements(judgeKey: validation.bank.judgeKey)
        func scored(_ article: Article, _ text: String) -> ScoredSummary? {
            let measure = SummaryMeasure(summary: text, article: article, hitTokenLimit: false)
            return ScoredSummary(
                correct: judgements[article.id]?[Store.summaryHash(text)]?.correct, words: measure.words, failures: measure.failures)
        }
        let originals = Dictionary(uniqueKeysWithValues: try texts(of: validation.greedy))
        let record = WinRecord(
            zip(validation.articles, summaries).map { article, summary in
                (scored(article, summary.text), originals[article.id].flatMap { scored(article, $0) })
            }, under: .evaluation)
        let scores = zip(validation.articles, summaries).map { scored($0, $1.text) }
        let count = Double(max(scores.count, 1))
        metrics["eval_win_rate"] = record.winRate
        metrics["eval_accuracy"] = scores.reduce(0) { $0 + Double($1?.correct ?? 0) } / count / Double(Question.countPerArticle)
        metrics["eval_words"] = scores.reduce(0) { $0 + Double($1?.words ?? 0) } / count
        metrics["eval_truncated"] = Double(summaries.count(where: \.isCutOff)) / count
        return metrics
    }

    private func texts(of set: SummarySet) throws -> [(String, String)] {
        let samples = try set.samples()
        return set.articles.map { ($0.id, samples[$0.id]?.first?.text ?? "") }
    }
}
