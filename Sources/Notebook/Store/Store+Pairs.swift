import GRDB

extension Store {
    /// Replaces a pair set. Both samples of every pair must be stored.
    public func save(pairs: [PairRecord], pairSetKey: String) throws {
        try write { db in
            try PairRecord.filter(Column("pairSetKey") == pairSetKey).deleteAll(db)
            for pair in pairs { try pair.insert(db) }
        }
    }

    public func pairs(pairSetKey: String) throws -> [PairRecord] {
        try read { db in
            try PairRecord.filter(Column("pairSetKey") == pairSetKey).order(Column("position")).fetchAll(db)
        }
    }

    /// Every pair set with its number of pairs.
    public func pairSets() throws -> [(key: String, count: Int)] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT pairSetKey, COUNT(*) FROM pair GROUP BY pairSetKey ORDER BY pairSetKey")
                .map { (key: $0[0], count: $0[1]) }
        }
    }

    public func save(referenceLogProbabilities: [ReferenceLogProbabilityRecord]) throws {
        try upsert(referenceLogProbabilities)
    }

    /// All reference log-probabilities of a model, by content.
    public func referenceLogProbabilities(modelKey: String) throws -> [String: ReferenceLogProbabilityRecord] {
        try read { db in
            let rows = try ReferenceLogProbabilityRecord.filter(Column("modelKey") == modelKey).fetchAll(db)
            return Dictionary(rows.map { ($0.contentKey, $0) }, uniquingKeysWith: { _, last in last })
        }
    }
}
