import LanguageModel
import Notebook

/// How responses are sampled.
public struct ResponseSampling: Sendable, Hashable {
    public var perInstruction: Int
    public var temperature: Float
    public var topP: Float
    public var maximumTokens: Int

    public init(perInstruction: Int, temperature: Float, topP: Float, maximumTokens: Int) {
        self.perInstruction = perInstruction
        self.temperature = temperature
        self.topP = topP
        self.maximumTokens = maximumTokens
    }

    /// One response, the most likely token at every place.
    public static func greedy(maximumTokens: Int) -> Self {
        Self(perInstruction: 1, temperature: 0, topP: 1, maximumTokens: maximumTokens)
    }

    var settings: SamplingSettings {
        temperature == 0
            ? .greedy(maximumTokens: maximumTokens)
            : SamplingSettings(temperature: temperature, topP: topP, maximumTokens: maximumTokens)
    }
}

extension StudySettings.Responses {
    public var sampling: ResponseSampling {
        ResponseSampling(perInstruction: perInstruction, temperature: temperature, topP: topP, maximumTokens: maximumTokens)
    }
}
