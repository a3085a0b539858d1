import LanguageModel
import Notebook
import Preferences
import Tokenization

extension Study {
    /// The study's judge: the embedded one reads with the original model.
    func judge(_ articles: ArticleSets) throws -> any Judge {
        if let judgeMemo { return judgeMemo }
        var extraction = ClozeExtractor.Settings()
        extraction.seed = settings.seed
        let judge = clozeJudge(
            loaded.tokenizer, extractor: ClozeExtractor(pool: DistractorPool(articles.all), settings: extraction))
        judgeMemo = judge
        return judge
    }

    private func clozeJudge(_ tokenizer: some Tokenizer, extractor: ClozeExtractor) -> any Judge {
        ClozeJudge(
            scorer: originalModel, tokenizer: tokenizer,
            modelIdentity: loaded.contentHash + " " + precision.numericMode, extractor: extractor)
    }

    /// Has the judge answer from passages whose worth is known, on development and test articles.
    public func calibrateJudge(on articles: ArticleSets, with bank: QuestionBank, line: Int = #line) async throws {
        let inputs: [String: KeyValue] = [
            "judge": .string(bank.judgeKey), "articles": .string(articles.key), "seed": KeyValue(settings.seed),
        ]
        try await step("calibrate the judge", inputs: inputs, line: line) { cell in
            if !cell.isCached { try await calibrate(articles, bank, cell) }
            let rows = try store.calibration(judgeKey: bank.judgeKey)
                .filter { $0.split == ArticleSplit.Part.test.rawValue && $0.kind == "all" }
            cell.show(
                "| passage | correct | wrong | unsure |\n|---|---|---|---|\n"
                    + rows.map { "| \($0.passage) | \($0.correct) | \($0.wrong) | \($0.unsure) |\n" }.joined())
        }
    }

    private func calibrate(_ articles: ArticleSets, _ bank: QuestionBank, _ cell: Cell) async throws {
        let sets = try bank.sets()
        let judge = try judge(articles)
        var records: [CalibrationRecord] = []
        let parts: [ArticleSplit.Part] = [.development, .test]
        let passages = Calibration.Passage.allCases
        let progress = try cell.progress(total: parts.count * passages.count, unit: "passages")
        for part in parts {
            let asked = articles[part].compactMap { sets[$0.id] }
            for passage in passages {
                let result = try await judge.calibration(
                    sets: asked, articles: articles[part], passages: [passage], seed: settings.seed)
                let total = result.total(passage)
                func record(_ kind: String, _ correct: Int, _ wrong: Int, _ unsure: Int) -> CalibrationRecord {
                    CalibrationRecord(
                        judgeKey: bank.judgeKey, split: part.rawValue, passage: passage.rawValue, kind: kind,
                        correct: correct, wrong: wrong, unsure: unsure)
                }
                records.append(record("all", total.correct, total.wrong, total.unsure))
                records += result.rows.map { record($0.kind.rawValue, $0.correct, $0.wrong, $0.unsure) }
                try progress.advance()
                try cell.checkInterruption()
            }
        }
        try store.save(calibration: records, judgeKey: bank.judgeKey)
    }
}
