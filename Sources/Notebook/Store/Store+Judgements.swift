import Checkpoints
import GRDB

extension Store {
    /// Key of a summary within its judge's and article's judgements: SHA-256 of its UTF-8.
    public static func summaryHash(_ summary: String) -> String { SHA256.hexDigest(of: summary) }

    public func save(questionSets: [QuestionSetRecord]) throws { try upsert(questionSets) }

    /// Question sets by article, dropped ones included.
    public func questionSets(judgeKey: String) throws -> [String: QuestionSetRecord] {
        try read { db in
            let sets = try QuestionSetRecord.filter(Column("judgeKey") == judgeKey).fetchAll(db)
            return Dictionary(sets.map { ($0.articleID, $0) }, uniquingKeysWith: { _, last in last })
        }
    }

    public func save(judgements: [JudgementRecord]) throws { try upsert(judgements) }

    public func judgement(judgeKey: String, articleID: String, summaryHash: String) throws -> JudgementRecord? {
        try read { db in
            try JudgementRecord.fetchOne(
                db, key: ["judgeKey": judgeKey, "articleID": articleID, "summaryHash": summaryHash])
        }
    }

    /// Judgements of an article by the hash of the summary.
    public func judgements(judgeKey: String, articleID: String) throws -> [String: JudgementRecord] {
        try read { db in
            let rows = try JudgementRecord
                .filter(Column("judgeKey") == judgeKey && Column("articleID") == articleID).fetchAll(db)
            return Dictionary(rows.map { ($0.summaryHash, $0) }, uniquingKeysWith: { _, last in last })
        }
    }

    /// All judgements of a judge, by article and then by the hash of the summary.
    public func judgements(judgeKey: String) throws -> [String: [String: JudgementRecord]] {
        try read { db in
            let rows = try JudgementRecord.filter(Column("judgeKey") == judgeKey).fetchCursor(db)
            var judgements: [String: [String: JudgementRecord]] = [:]
            while let row = try rows.next() { judgements[row.articleID, default: [:]][row.summaryHash] = row }
            return judgements
        }
    }
}
