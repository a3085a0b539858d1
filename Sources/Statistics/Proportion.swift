/// Successes out of independent trials, with Wilson's score interval.
///
/// For shares of articles: at least three correct, failed, invalid. Do not use it for questions
/// pooled over articles, which are not independent; average them per article instead.
public struct Proportion: Sendable, Codable, Hashable {
    public let successes: Int
    public let trials: Int

    /// - Throws: `StatisticsError.emptySample` without trials and `.invalidCounts`.
    public init(successes: Int, of trials: Int) throws {
        guard successes >= 0, successes <= trials else {
            throw StatisticsError.invalidCounts(successes: successes, trials: trials)
        }
        guard trials > 0 else { throw StatisticsError.emptySample("a proportion") }
        self.successes = successes
        self.trials = trials
    }

    public var value: Double { Double(successes) / Double(trials) }

    /// Wilson's score interval without continuity correction. It never has width zero, not even at 0
    /// or all successes.
    ///
    /// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    /// JASA 22 (1927) 209-212.
    public func wilsonInterval(confidence: Double = 0.95) -> Interval {
        let z = NormalDistribution.twoSidedQuantile(confidence: confidence)
        let n = Double(trials)
        let p = value
        let scale = 1 / (1 + z * z / n)
        let centre = scale * (p + z * z / (2 * n))
        let half = scale * z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        // The ends are exact at the edges, where rounding would leave 1e-19.
        return Interval(
            lower: successes == 0 ? 0 : max(0, centre - half),
            upper: successes == trials ? 1 : min(1, centre + half))
    }

    public func estimate(confidence: Double = 0.95) -> Estimate {
        Estimate(value: value, interval: wilsonInterval(confidence: confidence), confidence: confidence, count: trials)
    }
}
