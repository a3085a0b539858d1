/// The best setting of a sweep, and the settings that the data cannot tell from it.
///
/// Choose on the development split and report the chosen setting on the test split: the best of
/// several noisy numbers is too good.
public struct SweepSelection: Sendable, Codable, Hashable {
    public struct Contender: Sendable, Codable, Hashable {
        public let name: String
        public let mean: Double
        /// Holm-adjusted p-value of the paired comparison with the best; `nil` for the best itself and
        /// for a single article.
        public let adjustedPValue: Double?
        /// Whether it is clearly worse than the best at the selection's level.
        public let isSeparable: Bool
    }

    /// Name of the setting with the highest mean; the first of equals.
    public let best: String
    /// Every setting, in the order given.
    public let contenders: [Contender]
    /// Family-wise error level of `isSeparable`.
    public let level: Double

    /// - Parameter settings: per-article scores of each setting on the same articles; higher is better.
    /// - Throws: `StatisticsError.emptySample` without settings and `.articleSetsDiffer`.
    public init(_ settings: [(name: String, scores: ArticleScores)], level: Double = 0.05) throws {
        guard let first = settings.indices.first else { throw StatisticsError.emptySample("a sweep") }
        let means = settings.map(\.scores.mean)
        let bestIndex = means.indices.reduce(first) { means[$1] > means[$0] ? $1 : $0 }
        let others = settings.indices.filter { $0 != bestIndex }
        let pValues = try others.map { index in
            try PairedComparison.tTest(settings[bestIndex].scores, settings[index].scores)
        }
        let known = pValues.compactMap { $0 }
        let adjusted = known.count == others.count ? Holm.adjusted(known).map(Optional.some) : pValues
        let byIndex = Dictionary(uniqueKeysWithValues: zip(others, adjusted))
        best = settings[bestIndex].name
        self.level = level
        contenders = settings.indices.map { index in
            let adjusted = byIndex[index] ?? nil
            return Contender(
                name: settings[index].name, mean: means[index], adjustedPValue: adjusted,
                isSeparable: adjusted.map { $0 <= level } ?? false)
        }
    }
}
