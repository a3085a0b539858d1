import Notebook
import Statistics

/// Mean differences of two systems on the articles that both have, second minus first.
struct SystemDifference {
    let label: String
    let pairedCount: Int
    let differingCount: Int
    /// Share of questions answered correctly; a summary that the judge could not answer from counts as none.
    let accuracy: Estimate?
    let words: Estimate?
    /// Summary words per article word.
    let compression: Estimate?

    init(_ system: RunComparison.System, label: String) throws {
        self.label = label
        pairedCount = system.rows.count
        differingCount = system.differingArticles.count + system.onlyInFirst.count + system.onlyInSecond.count
        let bootstrap = ArticleBootstrap(rootSeed: 0)
        func difference(
            _ metric: String, _ value: (EvaluationRowRecord, RunComparison.Pair) -> Double?
        ) throws -> Estimate? {
            let rows = system.rows.compactMap { pair -> (String, Double, Double)? in
                guard let first = value(pair.first, pair), let second = value(pair.second, pair) else { return nil }
                return (pair.first.articleID, first, second)
            }
            // A mean over some of the articles would not be the mean it is called.
            guard !rows.isEmpty, rows.count == system.rows.count else { return nil }
            return try bootstrap.meanDifference(
                ArticleScores(rows.map { ($0.0, $0.2) }), ArticleScores(rows.map { ($0.0, $0.1) }), metric: metric)
        }
        accuracy = try difference("compare/accuracy") { row, pair in
            let questions = max(pair.first.answers.count, pair.second.answers.count)
            return questions == 0 ? 0 : Double(row.correct ?? 0) / Double(questions)
        }
        words = try difference("compare/words") { row, _ in Double(row.words) }
        compression = try difference("compare/compression") { row, pair in
            pair.articleWords.flatMap { $0 > 0 ? Double(row.words) / Double($0) : nil }
        }
    }

    var json: KeyValue {
        func json(_ estimate: Estimate?) -> KeyValue {
            guard let estimate else { return .null }
            return [
                "difference": .double(estimate.value), "lower": estimate.interval.map { .double($0.lower) } ?? .null,
                "upper": estimate.interval.map { .double($0.upper) } ?? .null,
            ]
        }
        return [
            "system": .string(label), "articles": .int(pairedCount), "rows_that_differ": .int(differingCount),
            "accuracy": json(accuracy), "words": json(words), "compression": json(compression),
        ]
    }
}
