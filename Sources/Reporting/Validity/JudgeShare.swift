import Statistics

/// Share of readings with some property, with an interval that takes articles, not their questions, as independent.
struct JudgeShare: Sendable {
    let estimate: Estimate
    let proportion: Proportion

    /// - Returns: `nil` without readings.
    init?(
        of readings: [JudgeReading], bootstrap: ArticleBootstrap, metric: String, where holds: (JudgeReading) -> Bool
    ) throws {
        guard !readings.isEmpty else { return nil }
        var articles: [String: (part: Int, whole: Int)] = [:]
        for reading in readings {
            articles[reading.articleID, default: (0, 0)].part += holds(reading) ? 1 : 0
            articles[reading.articleID, default: (0, 0)].whole += 1
        }
        let clusters = articles.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map(\.value)
        proportion = try Proportion(successes: clusters.reduce(0) { $0 + $1.part }, of: readings.count)
        estimate = bootstrap.ratio(of: clusters, metric: metric)
    }

    /// Wilson's where none or all hold.
    var interval: Interval? {
        proportion.successes == 0 || proportion.successes == proportion.trials ? proportion.wilsonInterval() : estimate.interval
    }

    /// Where none or all hold, resampling says nothing, and Wilson's bound is shown.
    var cell: Table.Cell {
        proportion.successes == 0 || proportion.successes == proportion.trials ? .share(proportion) : .percent(estimate)
    }
}
