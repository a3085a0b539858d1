/// A model's opinions of one response.
public struct Reward: Sendable, Hashable, Codable {
    /// The opinion of the chosen mode; `nil` where there is none.
    public var value: Double?
    /// Scores read from the texts it wrote, in the order of sampling; `nil` where none could be read.
    public var readings: [Double?] = []
    /// How often a text gave no score, by reason.
    public var failures: [ScoreFailure: Int] = [:]
    /// Probabilities of the scores 0 to 5, adding up to 1; empty where they were not asked for.
    public var digits: [Double] = []
    /// Probability of all six digits together, before they were made to add up to 1.
    public var digitMass: Double?

    /// Sum of d p(d).
    public var expected: Double? {
        digits.isEmpty ? nil : digits.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
    }

    /// Mean of the scores that could be read.
    public var meanReading: Double? {
        let read = readings.compactMap(\.self)
        return read.isEmpty ? nil : read.reduce(0, +) / Double(read.count)
    }
}
