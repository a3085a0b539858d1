import GRDB

extension Store {
    public func save(training: TrainingRecord) throws { try upsert([training]) }

    public func training(key: String) throws -> TrainingRecord? {
        try read { try TrainingRecord.fetchOne($0, key: key) }
    }

    /// Trainings in order of label; of one experiment when given.
    public func trainings(experiment: String? = nil) throws -> [TrainingRecord] {
        try read { db in
            var request = TrainingRecord.all()
            if let experiment { request = request.filter(Column("experiment") == experiment) }
            return try request.order(Column("label"), Column("key")).fetchAll(db)
        }
    }

    public func save(trainingSteps: [TrainingStepRecord]) throws { try upsert(trainingSteps) }

    public func trainingSteps(key: String) throws -> [TrainingStepRecord] {
        try read { db in
            try TrainingStepRecord.filter(Column("trainingKey") == key).order(Column("step")).fetchAll(db)
        }
    }

    /// Forgets the steps from `step` on, when a training resumes from an earlier checkpoint.
    public func removeTrainingSteps(key: String, from step: Int) throws {
        try write { db in
            _ = try TrainingStepRecord.filter(Column("trainingKey") == key && Column("step") >= step).deleteAll(db)
        }
    }
}
