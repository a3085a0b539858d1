import Notebook
import Preferences
import Reporting

extension StoreReader {
    /// What is known about the judge of these runs.
    func judgeEvidence() throws -> JudgeEvidence {
        JudgeEvidence(
            readings: try QuestionBank(judgeKey: judgeKey, store: store).readings(best: try bestOfNKey()),
            gaming: try systems { $0 == .gaming }, fluency: try fluency())
    }

    /// Key of the step whose samples the judge read as good summaries; `nil` where there is none.
    private func bestOfNKey() throws -> String? {
        guard let best = evaluations.first(where: { $0.kind == SystemKind.bestOfN.rawValue && $0.split == ArticleSplit.Part.test.rawValue })
        else { return nil }
        let step = Study.evaluationStep(label: best.label, part: best.split)
        return try store.cells(runID: best.runID).first { $0.name == step }?.key
    }

    /// `nil` where no text was measured.
    private func fluency() throws -> JudgeEvidence.Fluency? {
        guard case .string(let model)? = runs.first?.settings["model"],
            case .string(let numericMode)? = runs.first?.settings["numericMode"]
        else { return nil }
        let known = try store.fluency(modelKey: FluencyScorer.identity(model: model, numericMode: numericMode))
        let passages = articles.values.filter { $0.split == ArticleSplit.Part.development.rawValue }
            .flatMap { FluencyThreshold.passages(of: Article(id: $0.id, text: $0.text)) }
        guard let threshold = FluencyThreshold(passages.compactMap(known.perWord)) else { return nil }
        return JudgeEvidence.Fluency(
            threshold: threshold.value, quantile: FluencyThreshold.share, passageCount: threshold.passageCount,
            summaries: try systems { _ in true }.flatMap { system in
                system.outcomes.compactMap { outcome in
                    known.perWord(outcome.summary).map {
                        .init(system: system.name, label: system.label, articleID: outcome.articleID, perWord: $0)
                    }
                }
            })
    }
}
