import Statistics

/// The smallest differences that so many articles, or instructions, can resolve, in words for the foot of a table.
enum Resolvable {
    private static let power = ResolvableDifference()

    /// A win rate, and differences of accuracy where the articles' own are known.
    /// - Parameters:
    ///   - unit: what was counted.
    ///   - accuracyDifferences: per article, of the two systems that are compared.
    /// - Returns: `nil` where nothing can be said.
    static func sentence(count: Int, of unit: String = "article", accuracyDifferences: ArticleScores? = nil) -> String? {
        guard count > 1 else { return nil }
        var parts: [String] = []
        if let share = power.proportion(above: 0.5, count: count) {
            parts.append("a win rate of \(NumberFormat.fixed(50 + share * 100, decimals: 0)) % or more")
        }
        if let deviation = accuracyDifferences.flatMap({ MeanEstimate(of: $0).standardDeviation }) {
            let points = power.paired(standardDeviation: deviation, count: count) * 100
            parts.append("an accuracy difference of \(NumberFormat.fixed(points, decimals: 1)) points or more")
        }
        guard !parts.isEmpty else { return nil }
        return "Resolvable with \(Prose.counted(count, unit)) (5 % level, 80 % power): \(Prose.list(parts)). \(oneSeed)"
    }

    static let oneSeed = "Training variance not estimated: one training seed."
}
