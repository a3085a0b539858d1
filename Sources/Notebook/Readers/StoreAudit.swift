import Checkpoints
import Foundation
import GRDB

/// Recomputes, from rows, every stored number that follows from others, and says where the two differ.
public struct StoreAudit: Sendable, Equatable {
    public struct Finding: Sendable, Equatable, CustomStringConvertible {
        /// Table and key of the row.
        public var place: String
        /// What was compared, e.g. "words".
        public var quantity: String
        public var stored: String
        public var recomputed: String

        public var description: String {
            "\(place): \(quantity) is stored as \(stored), recomputed as \(recomputed)"
        }
    }

    /// Values compared, by table.
    public private(set) var checked: [String: Int] = [:]
    public private(set) var findings: [Finding] = []

    public var checkedCount: Int { checked.values.reduce(0, +) }

    /// Adds what another audit found.
    public mutating func merge(_ other: StoreAudit) {
        checked.merge(other.checked) { $0 + $1 }
        findings += other.findings
    }

    public init() {}

    package mutating func compare<Value: Equatable>(
        _ table: String, _ key: @autoclosure () -> String, _ quantity: String, stored: Value, recomputed: Value,
        _ text: (Value) -> String = { "\($0)" }
    ) {
        checked[table, default: 0] += 1
        if stored != recomputed {
            findings.append(
                Finding(
                    place: table + " " + key(), quantity: quantity, stored: text(stored), recomputed: text(recomputed)))
        }
    }
}

extension Store {
    /// Checks the file, the keys of runs and cells, word counts, scores against questions, and evaluations
    /// against the judgements they were made from.
    ///
    /// - Parameter countWords: the study's unit of length.
    /// - Throws: ``StoreError``.
    public func audit(countWords: (String) -> Int) throws -> StoreAudit {
        try read { db in
            var audit = StoreAudit()
            try auditFile(db, &audit)
            try auditKeys(db, &audit)
            try auditWords(db, &audit, countWords)
            try auditJudgements(db, &audit)
            try auditEvaluations(db, &audit)
            try auditResponses(db, &audit, countWords)
            return audit
        }
    }

    /// Checks the weights files of finished trainings against the hashes they were stored with.
    /// - Throws: ``StoreError``, or `CheckpointError` for a file that cannot be read.
    public func auditWeights() throws -> StoreAudit {
        var audit = StoreAudit()
        for training in try trainings() {
            guard let path = training.weightsPath, let stored = training.weightsHash else { continue }
            let file = workspace.appendingPathComponent(path).path
            let exists = FileManager.default.fileExists(atPath: file)
            audit.compare(
                "training", "\(training.label) (\(path))", "SHA-256 of the weights", stored: stored,
                recomputed: exists ? try SHA256.hexDigest(ofFile: file) : "a missing file")
        }
        return audit
    }

    private func auditFile(_ db: Database, _ audit: inout StoreAudit) throws {
        let integrity = try String.fetchAll(db, sql: "PRAGMA integrity_check")
        audit.compare("file", "", "integrity", stored: integrity.joined(separator: "; "), recomputed: "ok")
        let orphans = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
        audit.compare("file", "", "rows that refer to a missing row", stored: orphans, recomputed: 0)
    }

    private func auditKeys(_ db: Database, _ audit: inout StoreAudit) throws {
        for run in try RunRecord.order(Column("id")).fetchAll(db) {
            audit.compare(
                "run", run.id, "settings key", stored: run.settingsKey,
                recomputed: ContentKey(.object(run.settings)).hex)
        }
        for cell in try CellRecord.order(Column("runID"), Column("position")).fetchAll(db) {
            let key = ContentKey(step: cell.name, version: cell.version, inputs: cell.inputs)
            audit.compare("cell", "\(cell.runID) \"\(cell.name)\"", "key", stored: cell.key, recomputed: key.hex)
        }
    }

    private func auditWords(_ db: Database, _ audit: inout StoreAudit, _ countWords: (String) -> Int) throws {
        let articles = try ArticleRecord.fetchCursor(db)
        while let row = try articles.next() {
            audit.compare("article", row.id, "words", stored: row.words, recomputed: countWords(row.text))
        }
        let samples = try SampleRecord.fetchCursor(db)
        while let row = try samples.next() {
            audit.compare(
                "sample", "\(row.articleID) #\(row.sampleIndex) of \(row.setKey.prefix(12))", "words",
                stored: row.words, recomputed: countWords(row.text))
        }
        let rows = try EvaluationRowRecord.fetchCursor(db)
        while let row = try rows.next() {
            audit.compare(
                "evaluationRow", "\(row.articleID) of evaluation \(row.evaluationID)", "words", stored: row.words,
                recomputed: countWords(row.summary))
        }
    }

    private func auditJudgements(_ db: Database, _ audit: inout StoreAudit) throws {
        var rightAnswers: [String: [Int]] = [:]
        for set in try QuestionSetRecord.fetchAll(db) {
            rightAnswers[set.judgeKey + " " + set.articleID] = try set.questions?.rightAnswers
        }
        let judgements = try JudgementRecord.fetchCursor(db)
        while let row = try judgements.next() {
            guard let correct = row.correct, let right = rightAnswers[row.judgeKey + " " + row.articleID] else {
                continue
            }
            audit.compare(
                "judgement", "\(row.articleID) \(row.summaryHash.prefix(12))", "correct", stored: correct,
                recomputed: zip(row.answers, right).count { $0 == $1 })
        }
    }

    private func auditEvaluations(_ db: Database, _ audit: inout StoreAudit) throws {
        for evaluation in try EvaluationRecord.order(Column("id")).fetchAll(db) {
            let place = "\(evaluation.systemName) (\(evaluation.split)) of \(evaluation.runID),"
            let rows = try EvaluationRowRecord.filter(Column("evaluationID") == evaluation.id)
                .order(Column("position")).fetchAll(db)
            for row in rows {
                guard let correct = row.correct else { continue }
                let judgement = try JudgementRecord.fetchOne(
                    db,
                    key: [
                        "judgeKey": evaluation.judgeKey, "articleID": row.articleID,
                        "summaryHash": Self.summaryHash(row.summary),
                    ])
                audit.compare(
                    "evaluation", "\(place) \(row.articleID)", "correct", stored: Int?.some(correct),
                    recomputed: judgement?.correct
                ) { $0.map(String.init) ?? "not judged" }
                audit.compare(
                    "evaluation", "\(place) \(row.articleID)", "answers", stored: row.answers,
                    recomputed: judgement?.answers ?? []
                ) { $0.map { $0.map(String.init) ?? "unsure" }.joined(separator: ",") }
            }
        }
    }
}

extension JSONText {
    /// The member `answer` of every question, in a list of questions or in an object's member `questions`;
    /// `nil` where a judge keeps its questions otherwise.
    fileprivate var rightAnswers: [Int]? {
        get throws {
            let value = try decode(KeyValue.self)
            guard case .array(let questions) = value.members["questions"] ?? value else { return nil }
            let answers = questions.compactMap { question -> Int? in
                if case .int(let answer)? = question.members["answer"] { answer } else { nil }
            }
            return answers.count == questions.count ? answers : nil
        }
    }
}
