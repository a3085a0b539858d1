import Foundation

/// When an option's log-likelihood given the passage is an answer, and when the judge is unsure.
///
/// With s the options' log-likelihoods given the passage and b those without it, in nats:
/// - the choice is the option with the largest s - w b, w = `unaidedWeight`;
/// - its posterior is its share under softmax(s - w b) and must exceed `minimumPosterior`;
/// - its gain is s - b and must exceed `minimumGain`;
/// - its advantage is its gain less the mean gain of the other options and must exceed `minimumAdvantage`.
///
/// Otherwise the judge is unsure. A passage that says nothing about the question raises no option much, so the
/// gain tells knowledge from guessing. Any news text makes all names of news likelier, which the advantage
/// takes off. A gain alone, without the posterior, is misled by options that were very unlikely before.
public struct ClozeRule: Sendable, Hashable, Codable {
    /// w: how much of the options' likelihood without a passage is taken off.
    public var unaidedWeight: Double
    public var minimumPosterior: Double
    /// In nats.
    public var minimumGain: Double
    /// In nats.
    public var minimumAdvantage: Double
    /// A question whose right option is the likeliest without any passage, with a greater share than this, can
    /// be answered from its own statement and is not asked.
    public var maximumUnaidedPosterior: Double

    public init(
        unaidedWeight: Double, minimumPosterior: Double, minimumGain: Double, minimumAdvantage: Double,
        maximumUnaidedPosterior: Double
    ) {
        self.unaidedWeight = unaidedWeight
        self.minimumPosterior = minimumPosterior
        self.minimumGain = minimumGain
        self.minimumAdvantage = minimumAdvantage
        self.maximumUnaidedPosterior = maximumUnaidedPosterior
    }

    /// The option chosen, `nil` for "Unsure".
    /// - Parameters:
    ///   - aided: log-likelihood per option given the passage.
    ///   - unaided: the same without a passage.
    public func choice(aided: [Double], unaided: [Double]) -> Int? {
        let scores = zip(aided, unaided).map { $0 - unaidedWeight * $1 }
        guard scores.count > 1, let best = scores.indices.max(by: { scores[$0] < scores[$1] }) else { return nil }
        let gains = zip(aided, unaided).map { $0 - $1 }
        let otherGain = (gains.reduce(0, +) - gains[best]) / Double(gains.count - 1)
        let isKnown = Self.posterior(of: best, scores) > minimumPosterior && gains[best] > minimumGain
            && gains[best] - otherGain > minimumAdvantage
        return isKnown ? best : nil
    }

    /// Whether the statement alone gives the answer away.
    public func isAnswerable(unaided: [Double], answer: Int) -> Bool {
        unaided.indices.max { unaided[$0] < unaided[$1] } == answer
            && Self.posterior(of: answer, unaided) > maximumUnaidedPosterior
    }

    /// Share of one option under the softmax of log-likelihoods.
    static func posterior(of index: Int, _ scores: [Double]) -> Double {
        guard let largest = scores.max(), largest.isFinite else { return 0 }
        return exp(scores[index] - largest) / scores.reduce(0) { $0 + exp($1 - largest) }
    }
}
