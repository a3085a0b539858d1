/// Two systems on the same articles: the mean of the per-article differences.
public struct PairedComparison: Sendable, Codable, Hashable {
    /// Mean of `first - second` with the percentile interval of the article bootstrap.
    public let difference: Estimate
    /// Two-sided p-value of the paired t test; `nil` for a single article.
    public let pValue: Double?
    /// Standard deviation of the differences, for `ResolvableDifference`; `nil` for a single article.
    public let standardDeviation: Double?

    /// - Throws: `StatisticsError.articleSetsDiffer`.
    public init(
        _ first: ArticleScores, _ second: ArticleScores, bootstrap: ArticleBootstrap, metric: String
    ) throws {
        let differences = try first.difference(from: second)
        difference = bootstrap.mean(of: differences, metric: metric)
        standardDeviation = MeanEstimate(of: differences).standardDeviation
        pValue = Self.tTest(differences)
    }

    /// Two-sided p-value of the paired t test of equal means; `nil` for a single article.
    /// - Throws: `StatisticsError.articleSetsDiffer`.
    static func tTest(_ first: ArticleScores, _ second: ArticleScores) throws -> Double? {
        tTest(try first.difference(from: second))
    }

    private static func tTest(_ differences: ArticleScores) -> Double? {
        let mean = MeanEstimate(of: differences)
        return mean.standardError.map { standardError in
            if standardError == 0 { return mean.value == 0 ? 1 : 0 }
            return StudentT.twoSidedTail(mean.value / standardError, degreesOfFreedom: Double(mean.count - 1))
        }
    }
}
