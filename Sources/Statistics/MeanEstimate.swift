/// The mean over articles with its standard error, `sd / sqrt(n)`.
public struct MeanEstimate: Sendable, Codable, Hashable {
    /// The sampling distribution that the interval assumes.
    public enum Reference: Sendable {
        /// Student's t with `n - 1` degrees of freedom.
        case studentT
        /// The normal limit, for comparison with published intervals.
        case normal
    }

    public let value: Double
    /// Sample standard deviation with `n - 1` in the denominator; `nil` for a single article.
    public let standardDeviation: Double?
    /// Number of articles.
    public let count: Int

    public init(of scores: ArticleScores) {
        value = scores.mean
        count = scores.count
        standardDeviation = Self.standardDeviation(of: scores.values, around: value)
    }

    public var standardError: Double? { standardDeviation.map { $0 / Double(count).squareRoot() } }

    /// `nil` for a single article.
    public func interval(confidence: Double = 0.95, reference: Reference = .studentT) -> Interval? {
        guard let standardError else { return nil }
        let quantile =
            switch reference {
            case .studentT: StudentT.twoSidedQuantile(confidence: confidence, degreesOfFreedom: Double(count - 1))
            case .normal: NormalDistribution.twoSidedQuantile(confidence: confidence)
            }
        return Interval(lower: value - quantile * standardError, upper: value + quantile * standardError)
    }

    public func estimate(confidence: Double = 0.95, reference: Reference = .studentT) -> Estimate {
        Estimate(
            value: value, interval: interval(confidence: confidence, reference: reference), confidence: confidence,
            count: count)
    }

    /// The same for values that are shares of one: the interval ends at 0 and 1, and where all values are 0 or all
    /// are 1 it is not of width zero but leaves room for the articles, within Wilson's bound, that may be otherwise.
    public func shareEstimate(confidence: Double = 0.95) -> Estimate {
        var estimate = estimate(confidence: confidence)
        if standardDeviation == 0, value == 0 || value == 1, let edge = try? Proportion(successes: value == 0 ? 0 : count, of: count) {
            estimate.interval = edge.wilsonInterval(confidence: confidence)
        } else {
            estimate.interval = estimate.interval?.clamped(to: 0...1)
        }
        return estimate
    }

    static func standardDeviation(of values: [Double], around mean: Double) -> Double? {
        guard values.count > 1 else { return nil }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }
}
