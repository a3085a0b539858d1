/// The smallest true difference that a study of a given size would probably find: printed under each
/// table, so that "no difference was seen" can be read for what it is.
///
/// All are normal approximations of two-sided tests (J. Cohen, "Statistical Power Analysis for the
/// Behavioral Sciences", 1988).
public struct ResolvableDifference: Sendable, Codable, Hashable {
    /// Two-sided level of the test.
    public var level: Double
    /// Probability of finding the difference when it is there.
    public var power: Double

    public init(level: Double = 0.05, power: Double = 0.8) {
        precondition(level > 0 && level < 1 && power > level && power < 1, "level and power must be probabilities")
        self.level = level
        self.power = power
    }

    private var zLevel: Double { NormalDistribution.twoSidedQuantile(confidence: 1 - level) }
    private var zPower: Double { NormalDistribution.quantile(power) }

    /// For the mean of per-article differences, or of any per-article score against a fixed value.
    /// - Parameters:
    ///   - standardDeviation: of the per-article differences, as observed.
    ///   - count: number of articles.
    public func paired(standardDeviation: Double, count: Int) -> Double {
        precondition(count > 0 && standardDeviation >= 0, "a sample size and a standard deviation are needed")
        return (zLevel + zPower) * standardDeviation / Double(count).squareRoot()
    }

    /// For a share of `count` articles above a fixed `reference`, e.g. a win rate above one half.
    /// - Returns: the difference, or `nil` when even a share of 1 would probably not be told apart.
    public func proportion(above reference: Double, count: Int) -> Double? {
        precondition(count > 0 && (0...1).contains(reference), "a sample size and a share are needed")
        let n = Double(count)
        return smallestDifference(from: reference) { share in
            zLevel * (reference * (1 - reference) / n).squareRoot() + zPower * (share * (1 - share) / n).squareRoot()
        }
    }

    /// For two shares measured on `count` articles each, not paired.
    /// - Returns: the difference above `reference`, or `nil` as above.
    public func twoProportions(above reference: Double, count: Int) -> Double? {
        precondition(count > 0 && (0...1).contains(reference), "a sample size and a share are needed")
        let n = Double(count)
        return smallestDifference(from: reference) { share in
            let pooled = (reference + share) / 2
            return zLevel * (2 * pooled * (1 - pooled) / n).squareRoot()
                + zPower * ((reference * (1 - reference) + share * (1 - share)) / n).squareRoot()
        }
    }

    /// Smallest `d` with `d >= needed(reference + d)`, by bisection; `needed` is concave in the share.
    private func smallestDifference(from reference: Double, needed: (Double) -> Double) -> Double? {
        var low = 0.0
        var high = 1 - reference
        guard high > 0, high >= needed(1) else { return nil }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if middle >= needed(reference + middle) { high = middle } else { low = middle }
        }
        return high
    }
}
