import Notebook
import Preferences
import Reporting

extension StoreReader {
    /// What is known about the judge of these runs.
    func judgeEvidence() throws -> JudgeEvidence {
        JudgeEvidence(
            readings: try QuestionBank(judgeKey: judgeKey, store: store).readings(best: try bestOfNKey()),
            gaming: try systems { $0 == .gaming }, fluency: try fluency(), rule: try rule(), defects: try defects(),
            reading: try reading())
    }

    /// The embedded judge's, by the step that tuned it; `nil` for other judges, which only ask its questions.
    private func rule() throws -> ClozeRuleTuning? {
        let cloze = JudgeSelection.cloze.description
        for run in runs where (run.provenance.subjects?["judge"] ?? cloze) == cloze {
            guard let cell = try store.cells(runID: run.id).first(where: { $0.name == Study.ruleStep }),
                let record = try store.judgeRule(key: cell.key)
            else { continue }
            return try record.tuning.decode()
        }
        return nil
    }

    /// Answers of the judge that could not be read, by reason, among all summaries that it judged.
    private func defects() throws -> JudgeEvidence.Defects {
        let judgements = try store.judgements(judgeKey: judgeKey).values.flatMap(\.values)
        var counts: [String: Int] = [:]
        for judgement in judgements {
            guard let detail = try judgement.secondary?.decode(JudgementDetail.self) else { continue }
            let known = Judgement(choices: judgement.answers, failure: detail.failure, remarks: detail.remarks)
            for index in judgement.answers.indices {
                if let defect = known.defect(ofQuestion: index) { counts[defect, default: 0] += 1 }
            }
        }
        return JudgeEvidence.Defects(
            answers: judgements.reduce(0) { $0 + $1.answers.count },
            reasons: Self.ordered(counts.map { CountedReason(reason: $0.key, count: $0.value) }))
    }

    /// How much of the articles the models read.
    private func reading() throws -> JudgeEvidence.Reading {
        var prompted: Set<String> = []
        var cut: Set<String> = []
        for run in runs {
            for cell in try store.cells(runID: run.id) {
                guard case .array(let ids)? = cell.inputs["articles"], cell.inputs["prompt"] != nil else { continue }
                let prompts = try store.prompts(setKey: Study.summarySetKey(ofStep: cell.inputs))
                for case .string(let id) in ids {
                    guard let article = articles[id], let prompt = prompts[id] else { continue }
                    prompted.insert(id)
                    if !prompt.holdsAll(of: article.text) { cut.insert(id) }
                }
            }
        }
        let sets = try store.questionSets(judgeKey: judgeKey).values.compactMap { try $0.questions?.decode(QuestionOutcome.self) }
        return JudgeEvidence.Reading(
            prompted: prompted.count, cutInPrompt: cut.count, judged: sets.count, cutForJudge: sets.count { $0.unreadTokens != nil })
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
