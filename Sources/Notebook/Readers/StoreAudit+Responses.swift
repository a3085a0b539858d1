import GRDB

extension Store {
    /// Checks comparisons of responses against the scores and the texts that they were made from, and that every pair
    /// of a round prefers the higher score.
    func auditResponses(_ db: Database, _ audit: inout StoreAudit, _ countWords: (String) -> Int) throws {
        var texts: [String: [String: String]] = [:]
        func text(_ set: String, _ id: String) throws -> String {
            if texts[set] == nil {
                let rows = try InstructionRecord.filter(Column("setKey") == set).fetchAll(db)
                texts[set] = Dictionary(rows.map { ($0.id, $0.text) }, uniquingKeysWith: { first, _ in first })
            }
            return texts[set]?[id] ?? ""
        }
        func scores(_ ranker: String, _ instruction: String, _ responses: [String]) throws -> [ResponseScoreRecord] {
            let group = Self.responseGroupKey(instruction: instruction, responses: responses)
            return try ResponseScoreRecord.filter(Column("rankerKey") == ranker && Column("groupKey") == group)
                .order(Column("position")).fetchAll(db)
        }
        for comparison in try ResponseComparisonRecord.order(Column("id")).fetchAll(db) {
            let rows = try ResponseComparisonRowRecord.filter(Column("comparisonID") == comparison.id)
                .order(Column("position")).fetchAll(db)
            for row in rows {
                let place = "\(comparison.name) of \(comparison.runID), \(row.instructionID)"
                audit.compare("responseComparison", place, "words", stored: row.challengerWords, recomputed: countWords(row.challenger))
                audit.compare("responseComparison", place, "words", stored: row.opponentWords, recomputed: countWords(row.opponent))
                let known = try scores(
                    comparison.rankerKey, text(comparison.instructionSetKey, row.instructionID), [row.opponent, row.challenger])
                audit.compare(
                    "responseComparison", place, "scores", stored: [row.opponentScore, row.challengerScore],
                    recomputed: known.map(\.score)
                ) { $0.map { $0.map { "\($0)" } ?? "none" }.joined(separator: ", ") }
            }
        }
        for round in try ResponseRoundRecord.order(Column("runID"), Column("round")).fetchAll(db) {
            for pair in try PairRecord.filter(Column("pairSetKey") == round.pairSetKey).order(Column("position")).fetchAll(db) {
                let samples = try SampleRecord.filter(Column("setKey") == pair.setKey && Column("articleID") == pair.articleID)
                    .order(Column("sampleIndex")).fetchAll(db).prefix { $0.sampleIndex < round.responsesPerInstruction }
                let known = try scores(
                    round.rankerKey, text(round.instructionSetKey, pair.articleID), samples.map(\.text)
                ).map(\.score)
                func score(_ index: Int) -> Double? { known.indices.contains(index) ? known[index] : nil }
                audit.compare(
                    "responseRound", "\(round.round) of \(round.runID), pair \(pair.position)", "the higher score is chosen",
                    stored: true, recomputed: score(pair.chosenIndex).flatMap { a in score(pair.rejectedIndex).map { a > $0 } } ?? false)
            }
        }
    }
}
