import Foundation

/// log sigmoid(x) = -softplus(-x), without overflow.
public func logSigmoid(_ x: Double) -> Double {
    x >= 0 ? -log1p(exp(-x)) : x - log1p(exp(x))
}

/// 1 / (1 + e^-x), without overflow.
public func sigmoid(_ x: Double) -> Double {
    x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
}

/// A loss on preference pairs, as a function of four summed log-probabilities.
///
/// With a = log pi(chosen) - log ref(chosen), b the same for rejected, h = beta (a - b):
/// - `sigmoid`: DPO (Rafailov et al. 2023, arXiv 2305.18290, eq. 7); with label smoothing e the
///   conservative form -(1 - e) log s(h) - e log s(-h) (Mitchell 2023, cDPO).
/// - `hinge`: max(0, 1 - h) (SLiC, Zhao et al. 2023, arXiv 2305.10425).
/// - `ipo`: (a' - b' - 1 / (2 beta))^2 (Azar et al. 2023, arXiv 2310.12036, eq. 17) where a', b' are
///   per-token means, as its authors advise for language models.
public struct PreferenceObjective: Sendable, Hashable, Codable {
    public enum Form: String, Sendable, Hashable, Codable, CaseIterable { case sigmoid, hinge, ipo }

    public var form: Form
    /// Strength of the tie to the reference; larger is stronger.
    public var beta: Double
    /// Probability that a label is wrong, 0 ..< 0.5; `sigmoid` only.
    public var labelSmoothing: Double
    /// Weight of an added mean negative log-likelihood of the chosen completion, 0 for none.
    public var supervisedWeight: Double

    public init(form: Form = .sigmoid, beta: Double, labelSmoothing: Double = 0, supervisedWeight: Double = 0) {
        self.form = form
        self.beta = beta
        self.labelSmoothing = labelSmoothing
        self.supervisedWeight = supervisedWeight
    }

    /// Summed log-probabilities (nats) and token counts of one completion.
    public struct Completion: Sendable, Hashable {
        public var policy: Double
        public var reference: Double
        public var tokens: Int

        public init(policy: Double, reference: Double, tokens: Int) {
            self.policy = policy
            self.reference = reference
            self.tokens = tokens
        }

        var logRatio: Double { policy - reference }
    }

    public struct Value: Sendable, Hashable {
        public var loss: Double
        /// beta (log pi - log ref).
        public var chosenReward: Double
        public var rejectedReward: Double
        /// d(loss) / d(policy log-probability of the chosen completion).
        public var chosenDerivative: Double
        public var rejectedDerivative: Double
        public var margin: Double { chosenReward - rejectedReward }
    }

    /// Loss of one pair and its derivatives; a batch's loss is the mean over its pairs.
    public func value(chosen: Completion, rejected: Completion) -> Value {
        let h = beta * (chosen.logRatio - rejected.logRatio)
        var value = Value(
            loss: 0, chosenReward: beta * chosen.logRatio, rejectedReward: beta * rejected.logRatio,
            chosenDerivative: 0, rejectedDerivative: 0)
        switch form {
        case .sigmoid:
            value.loss = -(1 - labelSmoothing) * logSigmoid(h) - labelSmoothing * logSigmoid(-h)
            let slope = -(1 - labelSmoothing) * sigmoid(-h) + labelSmoothing * sigmoid(h)
            value.chosenDerivative = beta * slope
            value.rejectedDerivative = -beta * slope
        case .hinge:
            value.loss = max(0, 1 - h)
            let slope: Double = h < 1 ? -1 : 0
            value.chosenDerivative = beta * slope
            value.rejectedDerivative = -beta * slope
        case .ipo:
            let chosenTokens = Double(max(chosen.tokens, 1))
            let rejectedTokens = Double(max(rejected.tokens, 1))
            let distance = chosen.logRatio / chosenTokens - rejected.logRatio / rejectedTokens - 1 / (2 * beta)
            value.loss = distance * distance
            value.chosenDerivative = 2 * distance / chosenTokens
            value.rejectedDerivative = -2 * distance / rejectedTokens
        }
        if supervisedWeight != 0 {
            let tokens = Double(max(chosen.tokens, 1))
            value.loss -= supervisedWeight * chosen.policy / tokens
            value.chosenDerivative -= supervisedWeight / tokens
        }
        return value
    }
}
