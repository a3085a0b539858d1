/// The Pareto frontier of several systems measured on the same articles, with its uncertainty.
///
/// One joint bootstrap resamples articles for all systems at once, so that what makes an article easy
/// or short moves every system together. Each draw gives each system a point and all of them a
/// frontier.
public struct FrontierAnalysis: Sendable, Codable, Hashable {
    /// Measurements of one system.
    public struct Input: Sendable {
        public var name: String
        /// Smaller is better, e.g. summary words over article words; summarised by its median.
        public var x: ArticleScores
        /// Larger is better, e.g. share of correct answers; summarised by its mean.
        public var y: ArticleScores

        public init(name: String, x: ArticleScores, y: ArticleScores) {
            self.name = name
            self.x = x
            self.y = y
        }
    }

    public struct System: Sendable, Codable, Hashable {
        public var name: String
        public var point: ParetoPoint
        /// Whether the observed point is on the observed frontier.
        public var isOnFrontier: Bool
        /// Share of draws in which the system's point was on that draw's frontier.
        public var frontierProbability: Double
        /// Covariance ellipse of the draws around the observed point; `nil` for a single article.
        public var ellipse: Ellipse?
        public var xInterval: Interval?
        public var yInterval: Interval?
    }

    /// The frontier's `y` at one `x`, over the draws.
    public struct BandPoint: Sendable, Codable, Hashable {
        public var x: Double
        /// The 10 % quantile: nine draws in ten attain at least this; `nil` where fewer attain anything.
        public var lower: Double?
        /// The 90 % quantile; `nil` where fewer than one draw in ten attains anything.
        public var upper: Double?
    }

    public var systems: [System]
    /// The frontier of the observed points.
    public var frontier: ParetoFrontier
    /// Contours of the empirical attainment function at 10 and 90 %, on an even grid of `x`.
    ///
    /// Source: V. Grunert da Fonseca, C. Fonseca and A. Hall, "Inferential performance assessment of
    /// stochastic optimisers and the attainment function", EMO 2001, LNCS 1993.
    public var band: [BandPoint]

    /// - Parameters:
    ///   - inputs: systems, all on the same articles.
    ///   - bootstrap: draws, seed and the confidence of ellipses and intervals.
    ///   - gridRange: range of `x` for the band; by default that of all draws.
    ///   - gridCount: number of band points.
    /// - Throws: `StatisticsError.emptySample` without systems and `.articleSetsDiffer`.
    /// - Complexity: O(draws * systems * articles).
    public init(
        _ inputs: [Input], bootstrap: ArticleBootstrap, metric: String = "frontier",
        gridRange: ClosedRange<Double>? = nil, gridCount: Int = 201
    ) throws {
        guard let first = inputs.first else { throw StatisticsError.emptySample("a frontier") }
        for input in inputs {
            try first.x.requireSameArticles(as: input.x)
            try first.x.requireSameArticles(as: input.y)
        }
        let observed = inputs.map { ParetoPoint(x: $0.x.median, y: $0.y.mean) }
        let frontier = ParetoFrontier(observed)
        let clouds = BootstrapClouds(inputs, bootstrap: bootstrap, metric: metric)
        let isUncertain = first.x.count > 1
        self.frontier = frontier
        systems = inputs.indices.map { s in
            let xs = clouds.xs(ofSystem: s)
            let ys = clouds.ys(ofSystem: s)
            func interval(_ values: [Double]) -> Interval? {
                isUncertain
                    ? Quantile.percentileInterval(ofSorted: values.sorted(), confidence: bootstrap.confidence) : nil
            }
            return System(
                name: inputs[s].name, point: observed[s], isOnFrontier: frontier.isMember[s],
                frontierProbability: clouds.frontierProbabilities[s],
                ellipse: isUncertain
                    ? Ellipse(cloudX: xs, ys, centre: observed[s], confidence: bootstrap.confidence) : nil,
                xInterval: interval(xs), yInterval: interval(ys))
        }
        band = clouds.attainmentBand(gridRange: gridRange, gridCount: gridCount)
    }
}
