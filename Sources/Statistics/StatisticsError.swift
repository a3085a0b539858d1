/// Why a statistic could not be computed from the given data.
public enum StatisticsError: Error, Equatable, CustomStringConvertible {
    /// There is nothing to summarise.
    case emptySample(String)
    /// A value is NaN or infinite.
    case notFinite(articleID: String, value: Double)
    /// A paired statistic was asked for, but the two sides were measured on different articles.
    case articleSetsDiffer(onlyInFirst: [String], onlyInSecond: [String])
    /// A count is negative, or there are more successes than trials.
    case invalidCounts(successes: Int, trials: Int)

    public var description: String {
        switch self {
        case .emptySample(let what):
            "there are no values for \(what): at least one article is needed"
        case .notFinite(let articleID, let value):
            "article '\(articleID)' has the value \(value), which is no finite number"
        case .articleSetsDiffer(let first, let second):
            """
            the two systems were not measured on the same articles, so they cannot be paired: \
            \(Self.list(first)) only in the first, \(Self.list(second)) only in the second
            """
        case .invalidCounts(let successes, let trials):
            "\(successes) of \(trials) is no proportion"
        }
    }

    private static func list(_ articleIDs: [String]) -> String {
        if articleIDs.isEmpty { return "none" }
        let shown = articleIDs.prefix(3).joined(separator: ", ")
        return articleIDs.count > 3 ? "\(articleIDs.count) (\(shown), ...)" : shown
    }
}
