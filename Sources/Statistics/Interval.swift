/// A closed interval on the real line, here always a confidence interval.
public struct Interval: Sendable, Codable, Hashable {
    public var lower: Double
    public var upper: Double

    /// - Precondition: `lower <= upper`.
    public init(lower: Double, upper: Double) {
        precondition(lower <= upper, "an interval's lower end must not lie above its upper end")
        self.lower = lower
        self.upper = upper
    }

    public var width: Double { upper - lower }

    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

    /// The part of the interval inside `bounds`, for a quantity that cannot leave them.
    public func clamped(to bounds: ClosedRange<Double>) -> Interval {
        Interval(
            lower: min(max(lower, bounds.lowerBound), bounds.upperBound),
            upper: min(max(upper, bounds.lowerBound), bounds.upperBound))
    }
}

/// A number with its uncertainty.
public struct Estimate: Sendable, Codable, Hashable {
    public var value: Double
    /// `nil` when the sample is too small to say anything (one article).
    public var interval: Interval?
    /// Coverage that the interval aims at, e.g. 0.95.
    public var confidence: Double
    /// Number of units of inference: articles, or trials of a proportion.
    public var count: Int

    public init(value: Double, interval: Interval?, confidence: Double, count: Int) {
        self.value = value
        self.interval = interval
        self.confidence = confidence
        self.count = count
    }

    /// Whether the interval leaves `reference` out; `false` when there is no interval.
    public func isSeparable(from reference: Double) -> Bool {
        interval.map { !$0.contains(reference) } ?? false
    }
}
