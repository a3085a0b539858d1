import GRDB

extension Store {
    /// Stores a system's evaluation and all of its rows in one transaction, replacing an earlier one of the
    /// same system and split in the same run.
    @discardableResult
    public func save(evaluation: EvaluationRecord, rows: [EvaluationRowRecord]) throws -> Int64 {
        try write { db in
            try EvaluationRecord.filter(
                Column("runID") == evaluation.runID && Column("systemName") == evaluation.systemName
                    && Column("split") == evaluation.split
            ).deleteAll(db)
            var record = evaluation
            record.id = nil
            try record.insert(db)
            let id = db.lastInsertedRowID
            for var row in rows {
                row.evaluationID = id
                try row.insert(db)
            }
            return id
        }
    }

    /// Evaluations in the order they were made; of one run when given.
    public func evaluations(runID: String? = nil) throws -> [EvaluationRecord] {
        try read { db in
            var request = EvaluationRecord.all()
            if let runID { request = request.filter(Column("runID") == runID) }
            return try request.order(Column("runID"), Column("id")).fetchAll(db)
        }
    }

    public func evaluation(runID: String, systemName: String, split: String) throws -> EvaluationRecord? {
        try read { db in
            try EvaluationRecord.filter(
                Column("runID") == runID && Column("systemName") == systemName && Column("split") == split
            ).fetchOne(db)
        }
    }

    /// Rows of an evaluation in article order.
    public func rows(ofEvaluation id: Int64) throws -> [EvaluationRowRecord] {
        try read { db in
            try EvaluationRowRecord.filter(Column("evaluationID") == id).order(Column("position")).fetchAll(db)
        }
    }
}
