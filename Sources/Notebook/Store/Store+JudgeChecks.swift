import GRDB

extension Store {
    public func save(calibrationAnswers: [CalibrationAnswerRecord]) throws { try upsert(calibrationAnswers) }

    /// A judge's calibration, ordered by split, reader, questions, passage, article and question.
    public func calibrationAnswers(judgeKey: String) throws -> [CalibrationAnswerRecord] {
        try read { db in
            try CalibrationAnswerRecord.filter(Column("judgeKey") == judgeKey)
                .order(
                    Column("split"), Column("reader"), Column("questions"), Column("passage"), Column("articleID"),
                    Column("question")
                ).fetchAll(db)
        }
    }

    public func save(judgeRule: JudgeRuleRecord) throws { try upsert([judgeRule]) }

    /// - Parameter key: of the step that chose it.
    public func judgeRule(key: String) throws -> JudgeRuleRecord? {
        try read { db in try JudgeRuleRecord.fetchOne(db, key: key) }
    }

    public func save(fluency: [FluencyRecord]) throws { try upsert(fluency) }

    /// Every text measured under a model, by the text's ``summaryHash(_:)``.
    public func fluency(modelKey: String) throws -> [String: FluencyRecord] {
        try read { db in
            let rows = try FluencyRecord.filter(Column("modelKey") == modelKey).fetchAll(db)
            return Dictionary(rows.map { ($0.textHash, $0) }, uniquingKeysWith: { _, last in last })
        }
    }
}
