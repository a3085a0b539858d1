/// The points of every system in every draw of a joint bootstrap.
struct BootstrapClouds {
    private let systemCount: Int
    private let draws: Int
    /// `[system][draw]`, row-major.
    private var xs: [Double]
    private var ys: [Double]
    /// Per draw, the system numbers in the frontier's sweep order; `[draw][rank]`.
    private var orders: [Int32]
    /// Share of draws in which each system was on the frontier.
    let frontierProbabilities: [Double]

    init(_ inputs: [FrontierAnalysis.Input], bootstrap: ArticleBootstrap, metric: String) {
        let systemCount = inputs.count
        let draws = bootstrap.draws
        let sortedX = inputs.map { SortedColumn($0.x.values) }
        var xs = [Double](repeating: 0, count: systemCount * draws)
        var ys = xs
        var orders = [Int32](repeating: 0, count: systemCount * draws)
        var memberships = [Int](repeating: 0, count: systemCount)
        var points = Array(repeating: ParetoPoint(x: 0, y: 0), count: systemCount)
        // Kept from draw to draw: nearly sorted already.
        var order = Array(0..<systemCount)
        bootstrap.forEachDraw(articleCount: inputs.first?.x.count ?? 0, metric: metric) { draw, multiplicities in
            for s in 0..<systemCount {
                let x = sortedX[s].median(multiplicities)
                let y = weightedMean(inputs[s].y.values, multiplicities)
                points[s] = ParetoPoint(x: x, y: y)
                xs[s * draws + draw] = x
                ys[s * draws + draw] = y
            }
            Self.insertionSort(&order) { ParetoFrontier.precedes(points[$0], points[$1]) }
            var last: ParetoPoint?
            for (rank, s) in order.enumerated() {
                orders[draw * systemCount + rank] = Int32(s)
                if let last, points[s].y <= last.y {
                    if points[s] == last { memberships[s] += 1 }
                } else {
                    memberships[s] += 1
                    last = points[s]
                }
            }
        }
        self.systemCount = systemCount
        self.draws = draws
        self.xs = xs
        self.ys = ys
        self.orders = orders
        frontierProbabilities = memberships.map { Double($0) / Double(draws) }
    }

    func xs(ofSystem s: Int) -> [Double] { Array(xs[s * draws..<(s + 1) * draws]) }
    func ys(ofSystem s: Int) -> [Double] { Array(ys[s * draws..<(s + 1) * draws]) }

    /// Quantiles over the draws of the best `y` with at most each grid `x`.
    func attainmentBand(gridRange: ClosedRange<Double>?, gridCount: Int) -> [FrontierAnalysis.BandPoint] {
        guard gridCount > 1, let smallest = xs.min(), let largest = xs.max() else { return [] }
        let range = gridRange ?? smallest...largest
        let step = (range.upperBound - range.lowerBound) / Double(gridCount - 1)
        let grid = (0..<gridCount).map { g in
            g == gridCount - 1 ? range.upperBound : range.lowerBound + step * Double(g)
        }
        // attained[grid point][draw]; minus infinity where the draw attains nothing yet.
        var attained = [Double](repeating: -.infinity, count: gridCount * draws)
        for draw in 0..<draws {
            var rank = 0
            var best = -Double.infinity
            for (g, x) in grid.enumerated() {
                while rank < systemCount {
                    let s = Int(orders[draw * systemCount + rank])
                    guard xs[s * draws + draw] <= x else { break }
                    best = max(best, ys[s * draws + draw])
                    rank += 1
                }
                attained[g * draws + draw] = best
            }
        }
        let tail = Quantile.tailRank(tail: 0.1, count: draws)
        return grid.enumerated().map { g, x in
            let sorted = attained[g * draws..<(g + 1) * draws].sorted()
            func finite(_ y: Double) -> Double? { y.isFinite ? y : nil }
            return FrontierAnalysis.BandPoint(
                x: x, lower: finite(sorted[tail]), upper: finite(sorted[draws - 1 - tail]))
        }
    }

    private static func insertionSort(_ values: inout [Int], by precedes: (Int, Int) -> Bool) {
        for i in 1..<max(1, values.count) {
            let value = values[i]
            var j = i
            while j > 0, precedes(value, values[j - 1]) {
                values[j] = values[j - 1]
                j -= 1
            }
            values[j] = value
        }
    }
}
