/// One number per article, for one system and one metric: the sample of every statistic here.
///
/// The article is the unit of inference, because questions about one article are not independent.
/// Values are kept in the order of the article ids' bytes, so nothing depends on the order in which
/// rows were stored, and the same resample means the same articles for every system.
public struct ArticleScores: Sendable, Equatable {
    /// Distinct, ascending by UTF-8 bytes.
    public let articleIDs: [String]
    /// `values[i]` belongs to `articleIDs[i]`.
    public let values: [Double]

    /// - Parameter rows: article ids with values. Several rows of one article (repeated samples,
    ///   several questions) are averaged into one value: they are one cluster.
    /// - Throws: `StatisticsError.emptySample` and `.notFinite`.
    public init(_ rows: some Sequence<(articleID: String, value: Double)>) throws {
        let sorted = rows.sorted { first, second in
            first.articleID == second.articleID
                ? first.value < second.value
                : first.articleID.utf8.lexicographicallyPrecedes(second.articleID.utf8)
        }
        guard !sorted.isEmpty else { throw StatisticsError.emptySample("a metric") }
        var articleIDs: [String] = []
        var values: [Double] = []
        var start = 0
        while start < sorted.count {
            let articleID = sorted[start].articleID
            let first = sorted[start].value
            var end = start
            // Deviations from the first value make the average of equal values exactly that value.
            var deviations = 0.0
            while end < sorted.count, sorted[end].articleID == articleID {
                guard sorted[end].value.isFinite else {
                    throw StatisticsError.notFinite(articleID: articleID, value: sorted[end].value)
                }
                deviations += sorted[end].value - first
                end += 1
            }
            articleIDs.append(articleID)
            values.append(first + deviations / Double(end - start))
            start = end
        }
        self.articleIDs = articleIDs
        self.values = values
    }

    private init(articleIDs: [String], values: [Double]) {
        self.articleIDs = articleIDs
        self.values = values
    }

    /// Number of articles.
    public var count: Int { values.count }

    /// Mean over the articles.
    public var mean: Double { values.reduce(0, +) / Double(count) }

    /// Median over the articles; the middle of the two central values when their number is even.
    public var median: Double { Quantile.median(ofSorted: values.sorted()) }

    /// Per-article differences `self - other`.
    /// - Throws: `StatisticsError.articleSetsDiffer` unless both cover the same articles.
    public func difference(from other: ArticleScores) throws -> ArticleScores {
        try requireSameArticles(as: other)
        return ArticleScores(articleIDs: articleIDs, values: zip(values, other.values).map { $0 - $1 })
    }

    /// - Throws: `StatisticsError.articleSetsDiffer` naming the articles that only one side has.
    func requireSameArticles(as other: ArticleScores) throws {
        guard articleIDs != other.articleIDs else { return }
        let mine = Set(articleIDs)
        let theirs = Set(other.articleIDs)
        throw StatisticsError.articleSetsDiffer(
            onlyInFirst: articleIDs.filter { !theirs.contains($0) },
            onlyInSecond: other.articleIDs.filter { !mine.contains($0) })
    }
}
