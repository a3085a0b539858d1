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
        var articles: [String: (holding: Int, count: Int)] = [:]
        for reading in readings {
            articles[reading.articleID, default: (0, 0)].holding += holds(reading) ? 1 : 0
            articles[reading.articleID, default: (0, 0)].count += 1
        }
        let clusters = articles.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map(\.value)
        let holding = clusters.reduce(0) { $0 + $1.holding }
        proportion = try Proportion(successes: holding, of: readings.count)
        estimate = bootstrap.estimate(
            value: Double(holding) / Double(readings.count), articleCount: clusters.count, metric: metric
        ) { multiplicities in
            var holding = 0
            var count = 0
            for (cluster, times) in zip(clusters, multiplicities) {
                holding += cluster.holding * Int(times)
                count += cluster.count * Int(times)
            }
            return Double(holding) / Double(count)
        }
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
