import Checkpoints
import GRDB

extension Store {
    /// Key of an instruction within sets, prompts, samples and pairs: from its text.
    public static func instructionID(_ text: String) -> String { String(SHA256.hexDigest(of: text).prefix(16)) }

    /// Key of responses that are ranked together: SHA-256 of the instruction and of each response, in order.
    public static func responseGroupKey(instruction: String, responses: [String]) -> String {
        var hash = SHA256()
        // Lengths keep ("ab", "c") and ("a", "bc") apart.
        for text in [instruction] + responses { hash.update("\(text.utf8.count):\(text);") }
        return hash.hexDigest()
    }

    /// Replaces an instruction set.
    public func save(instructions: [InstructionRecord], setKey: String) throws {
        try write { db in
            try InstructionRecord.filter(Column("setKey") == setKey).deleteAll(db)
            for instruction in instructions { try instruction.insert(db) }
        }
    }

    /// Instructions of a set in its order; of one split when given.
    public func instructions(setKey: String, split: String? = nil) throws -> [InstructionRecord] {
        try read { db in
            var request = InstructionRecord.filter(Column("setKey") == setKey)
            if let split { request = request.filter(Column("split") == split) }
            return try request.order(Column("position")).fetchAll(db)
        }
    }

    public func save(ranker: RankerRecord) throws { try upsert([ranker]) }

    public func ranker(key: String) throws -> RankerRecord? { try read { try RankerRecord.fetchOne($0, key: key) } }

    /// Stores scores; those of a group belong in one call, so that it is there whole or not at all.
    public func save(responseScores: [ResponseScoreRecord]) throws { try upsert(responseScores) }

    /// All scores of a ranker, by group and in the order of the responses.
    public func responseScores(rankerKey: String) throws -> [String: [ResponseScoreRecord]] {
        try read { db in
            let rows = try ResponseScoreRecord.filter(Column("rankerKey") == rankerKey)
                .order(Column("groupKey"), Column("position")).fetchCursor(db)
            var scores: [String: [ResponseScoreRecord]] = [:]
            while let row = try rows.next() { scores[row.groupKey, default: []].append(row) }
            return scores
        }
    }

    public func save(responseRound: ResponseRoundRecord) throws { try upsert([responseRound]) }

    /// Rounds of a run in order.
    public func responseRounds(runID: String) throws -> [ResponseRoundRecord] {
        try read { try ResponseRoundRecord.filter(Column("runID") == runID).order(Column("round")).fetchAll($0) }
    }

    /// What a round's instructions were answered, with the scores, in the order of the instructions.
    public func scoredGroups(of round: ResponseRoundRecord) throws -> [ScoredGroup] {
        let samples = Dictionary(grouping: try samples(setKey: round.responseSetKey), by: \.articleID)
        let known = try responseScores(rankerKey: round.rankerKey)
        return try instructions(setKey: round.instructionSetKey, split: "train").map { instruction in
            let group = (samples[instruction.id] ?? []).filter { $0.sampleIndex < round.responsesPerInstruction }
            let key = Self.responseGroupKey(instruction: instruction.text, responses: group.map(\.text))
            return ScoredGroup(instruction: instruction, samples: group, scores: known[key] ?? [])
        }
    }

    /// The first round that was trained on a pair set; `nil` for pairs of summaries.
    public func responseRound(pairSetKey: String) throws -> ResponseRoundRecord? {
        try read {
            try ResponseRoundRecord.filter(Column("pairSetKey") == pairSetKey).order(Column("runID"), Column("round")).fetchOne($0)
        }
    }

    /// Stores a comparison and all of its rows in one transaction, replacing an earlier one of its name in the run.
    @discardableResult
    public func save(responseComparison: ResponseComparisonRecord, rows: [ResponseComparisonRowRecord]) throws -> Int64 {
        try write { db in
            try ResponseComparisonRecord.filter(
                Column("runID") == responseComparison.runID && Column("name") == responseComparison.name
            ).deleteAll(db)
            var record = responseComparison
            record.id = nil
            try record.insert(db)
            let id = db.lastInsertedRowID
            for var row in rows {
                row.comparisonID = id
                try row.insert(db)
            }
            return id
        }
    }

    /// Comparisons of a run in the order they were made.
    public func responseComparisons(runID: String) throws -> [ResponseComparisonRecord] {
        try read { try ResponseComparisonRecord.filter(Column("runID") == runID).order(Column("id")).fetchAll($0) }
    }

    /// Rows of a comparison in the order of the instructions.
    public func rows(ofResponseComparison id: Int64) throws -> [ResponseComparisonRowRecord] {
        try read { db in
            try ResponseComparisonRowRecord.filter(Column("comparisonID") == id).order(Column("position")).fetchAll(db)
        }
    }
}
