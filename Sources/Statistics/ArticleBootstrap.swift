/// The nonparametric bootstrap over articles, with percentile intervals.
///
/// Each draw takes as many articles as there are, with replacement, and all that was measured on them;
/// so what is correlated within an article stays together. Results depend only on the values, the root
/// seed and the metric's name: neither on the order of the articles nor on other metrics.
///
/// Source: B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 6 and 13.
public struct ArticleBootstrap: Sendable, Codable, Hashable {
    public var rootSeed: UInt64
    public var draws: Int
    public var confidence: Double

    public init(rootSeed: UInt64, draws: Int = 10_000, confidence: Double = 0.95) {
        precondition(draws >= 100, "a percentile interval needs at least 100 draws")
        precondition(confidence > 0 && confidence < 1, "a confidence strictly between 0 and 1 is needed")
        self.rootSeed = rootSeed
        self.draws = draws
        self.confidence = confidence
    }

    /// The mean over articles.
    public func mean(of scores: ArticleScores, metric: String) -> Estimate {
        estimate(value: scores.mean, articleCount: scores.count, metric: metric) { multiplicities in
            weightedMean(scores.values, multiplicities)
        }
    }

    /// The mean of the per-article differences `first - second`. Swapping the two negates the estimate
    /// and its interval exactly.
    /// - Throws: `StatisticsError.articleSetsDiffer`.
    public func meanDifference(_ first: ArticleScores, _ second: ArticleScores, metric: String) throws -> Estimate {
        mean(of: try first.difference(from: second), metric: metric)
    }

    /// The median over articles.
    public func median(of scores: ArticleScores, metric: String) -> Estimate {
        let sorted = SortedColumn(scores.values)
        return estimate(value: scores.median, articleCount: scores.count, metric: metric) { sorted.median($0) }
    }

    /// The difference of the two medians, `median(first) - median(second)`, on the same resampled
    /// articles.
    /// - Throws: `StatisticsError.articleSetsDiffer`.
    public func medianDifference(_ first: ArticleScores, _ second: ArticleScores, metric: String) throws -> Estimate {
        try first.requireSameArticles(as: second)
        let a = SortedColumn(first.values)
        let b = SortedColumn(second.values)
        return estimate(value: first.median - second.median, articleCount: first.count, metric: metric) {
            a.median($0) - b.median($0)
        }
    }

    /// A share of what stands within articles, the sum of the parts over that of the wholes: articles are drawn, each with
    /// all of its own.
    /// - Parameter articles: in an order that does not depend on how they were read.
    public func ratio(of articles: [(part: Int, whole: Int)], metric: String) -> Estimate {
        func ratio(_ times: (Int) -> Int) -> Double {
            var (part, whole) = (0, 0)
            for (index, article) in articles.enumerated() {
                part += article.part * times(index)
                whole += article.whole * times(index)
            }
            return Double(part) / Double(whole)
        }
        return estimate(value: ratio { _ in 1 }, articleCount: articles.count, metric: metric) { multiplicities in
            ratio { Int(multiplicities[$0]) }
        }
    }

    /// Any statistic of the resampled articles.
    /// - Parameters:
    ///   - value: the statistic of the articles as they are.
    ///   - statistic: given how often each article was drawn (`articleCount` numbers that add up to
    ///     `articleCount`), the statistic of the draw, or NaN where it is not defined; such draws are
    ///     left out.
    /// - Returns: an estimate without an interval when there is only one article, or when fewer than
    ///   half of the draws define the statistic.
    public func estimate(
        value: Double, articleCount: Int, metric: String, statistic: ([Int32]) -> Double
    ) -> Estimate {
        var interval: Interval?
        if articleCount > 1 {
            var statistics: [Double] = []
            statistics.reserveCapacity(draws)
            forEachDraw(articleCount: articleCount, metric: metric) { _, multiplicities in
                let drawn = statistic(multiplicities)
                if drawn.isFinite { statistics.append(drawn) }
            }
            if 2 * statistics.count >= draws {
                statistics.sort()
                interval = Quantile.percentileInterval(ofSorted: statistics, confidence: confidence)
            }
        }
        return Estimate(value: value, interval: interval, confidence: confidence, count: articleCount)
    }

    /// Calls `body` with the index of each draw and how often it took each article.
    func forEachDraw(articleCount: Int, metric: String, _ body: (Int, [Int32]) -> Void) {
        var stream = RandomStream(rootSeed: rootSeed, metric: metric)
        var multiplicities = [Int32](repeating: 0, count: articleCount)
        for draw in 0..<draws {
            for i in 0..<articleCount { multiplicities[i] = 0 }
            for _ in 0..<articleCount { multiplicities[stream.next(below: articleCount)] += 1 }
            body(draw, multiplicities)
        }
    }
}

/// Mean of a resample: `values[i]` counted `multiplicities[i]` times.
func weightedMean(_ values: [Double], _ multiplicities: [Int32]) -> Double {
    var sum = 0.0
    for i in values.indices { sum += values[i] * Double(multiplicities[i]) }
    return sum / Double(values.count)
}

/// A column of values sorted once, so that the median of each resample is a walk along it.
struct SortedColumn: Sendable {
    private let values: [Double]
    private let order: [Int]

    init(_ unsorted: [Double]) {
        order = unsorted.indices.sorted { (unsorted[$0], $0) < (unsorted[$1], $1) }
        values = order.map { unsorted[$0] }
    }

    /// Median of a resample of as many articles as there are values. O(n).
    func median(_ multiplicities: [Int32]) -> Double {
        let count = values.count
        // Zero-based ranks of the two central values, or twice that of the one there is.
        let lowRank = Int32((count - 1) / 2)
        let highRank = Int32(count / 2)
        var seen: Int32 = 0
        var low: Double?
        for i in 0..<count {
            seen += multiplicities[order[i]]
            if low == nil, seen > lowRank { low = values[i] }
            if let low, seen > highRank { return (low + values[i]) / 2 }
        }
        return low ?? .nan
    }
}
