/// The median over articles with its order-statistic interval, which assumes nothing about the
/// distribution.
///
/// `[x_(k), x_(n+1-k)]` covers the median with probability `1 - 2 P(Binomial(n, 1/2) < k)`; `k` is the
/// largest rank for which that reaches the confidence (W. J. Conover, "Practical Nonparametric
/// Statistics", section 3.2).
public struct MedianEstimate: Sendable, Codable, Hashable {
    public let value: Double
    /// With fewer than six articles no interval reaches 95 %; then it is the whole range of the data.
    public let interval: Interval
    /// Probability that such an interval covers the median: at least `confidence`, except in the case
    /// above.
    public let coverage: Double
    /// The coverage that was asked for.
    public let confidence: Double
    /// Number of articles.
    public let count: Int

    public init(of scores: ArticleScores, confidence: Double = 0.95) {
        precondition(confidence > 0 && confidence < 1, "a confidence strictly between 0 and 1 is needed")
        let sorted = scores.values.sorted()
        let n = sorted.count
        // The probability beyond a rank grows with the rank, so the first failure ends the search.
        var rank = 0
        while rank + 1 <= (n - 1) / 2, 2 * FairBinomial.cdf(rank + 1, trials: n) <= 1 - confidence { rank += 1 }
        value = Quantile.median(ofSorted: sorted)
        interval = Interval(lower: sorted[rank], upper: sorted[n - 1 - rank])
        coverage = max(0, 1 - 2 * FairBinomial.cdf(rank, trials: n))
        self.confidence = confidence
        count = n
    }

    public var estimate: Estimate {
        Estimate(value: value, interval: interval, confidence: confidence, count: count)
    }
}
