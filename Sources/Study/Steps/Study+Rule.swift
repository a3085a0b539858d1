import LanguageModel
import Notebook
import Preferences
import Reporting

extension Study {
    static let ruleStep = "tune the judge's rule"
    /// Articles handed to the judge in one call.
    private static let ruleBatch = 4

    /// Tunes the embedded judge's rule on development articles, before it asks anything: the filter on questions goes
    /// by the rule too. A judge that reads otherwise has none.
    func tuneRule(on articles: ArticleSets, line: Int) async throws {
        guard asksCloze else { return }
        let count = settings.judge.tuningArticles
        let chosen = count == 0 ? articles.development : Array(articles.development.prefix(count))
        let judge = clozeJudge(articles)
        let goals = ClozeRule.Goals()
        let inputs: [String: KeyValue] = [
            "judge": .string(judge.identity), "articles": .array(chosen.map { .string($0.id) }),
            "others": .array(articles.development.map { .string($0.id) }), "corpus": .string(articles.key), "goals": try KeyValue(encoding: goals),
            "minimumQuestions": .int(ClozeRuleTuning.minimumQuestions), "seed": KeyValue(settings.seed),
        ]
        let key = ContentKey(step: Self.ruleStep, version: 1, inputs: inputs).hex
        try await step(Self.ruleStep, inputs: inputs, line: line, work: { judgingWork(chosen.count, unit: "articles") }) { cell in
            let tuning = try store.judgeRule(key: key)?.tuning.decode(ClozeRuleTuning.self)
                ?? tuned(judge, on: chosen, among: articles.development, goals: goals, key: key, cell)
            let table = RuleTable(tuning)
            cell.show(table.sentence)
            cell.show(table.table().markdown())
        }
        if let record = try store.judgeRule(key: key) { clozeRule = try record.tuning.decode(ClozeRuleTuning.self).rule }
    }

    private func tuned(
        _ judge: ClozeJudge, on articles: [Article], among others: [Article], goals: ClozeRule.Goals, key: String, _ cell: Cell
    ) throws -> ClozeRuleTuning {
        let progress = try cell.progress(total: articles.count, completed: 0, unit: "articles")
        var observations: [ClozeObservation] = []
        for start in stride(from: 0, to: articles.count, by: Self.ruleBatch) {
            let batch = Array(articles[start..<min(start + Self.ruleBatch, articles.count)])
            observations += try judge.observations(of: batch, among: others, seed: settings.seed)
            try progress.advance(by: batch.count)
            try cell.checkInterruption()
        }
        let tuning = ClozeRuleTuning(on: observations, articleCount: articles.count, goals: goals)
        try store.save(judgeRule: JudgeRuleRecord(key: key, tuning: JSONText(encoding: tuning)))
        return tuning
    }
}
