/// How tokens are drawn. Temperature is applied before top-p; temperature 0 takes the most probable
/// token and ignores top-p.
public struct SamplingSettings: Sendable, Hashable, Codable {
    public var temperature: Float
    /// Keep the most probable tokens whose probabilities first reach this sum; 1 keeps all.
    public var topP: Float
    /// Longest continuation, in tokens.
    public var maximumTokens: Int

    public init(temperature: Float, topP: Float = 1, maximumTokens: Int) {
        self.temperature = temperature
        self.topP = topP
        self.maximumTokens = maximumTokens
    }

    public static func greedy(maximumTokens: Int) -> SamplingSettings {
        SamplingSettings(temperature: 0, maximumTokens: maximumTokens)
    }
}

/// One prompt and the samples wanted of it.
public struct SamplingRequest: Sendable {
    public var prompt: [Int32]
    public var settings: SamplingSettings
    /// One independent random stream per sample; a sample depends on its own seed only.
    public var seeds: [UInt64]

    public init(prompt: [Int32], settings: SamplingSettings, seeds: [UInt64]) {
        self.prompt = prompt
        self.settings = settings
        self.seeds = seeds
    }
}

public struct SampledSequence: Sendable, Hashable {
    public enum FinishReason: String, Sendable, Codable {
        /// A stop token was drawn; it is the last of `tokens`.
        case stop
        /// The token limit or the end of the context was reached; there is no stop token.
        case length
    }

    public var tokens: [Int32]
    public var finishReason: FinishReason
    /// Sum of log-probabilities of `tokens` at temperature 1, in nats.
    public var logProbability: Double
}
