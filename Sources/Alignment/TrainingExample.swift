import LanguageModel

/// A preference pair in tokens, with the reference model's view of it.
public struct PreferenceExample: Sendable, Hashable {
    public var prompt: [Int32]
    /// Completion tokens, ending with the end-of-turn token unless the sample hit its token limit.
    public var chosen: [Int32]
    public var rejected: [Int32]
    /// Reference log-probabilities summed over the completion, in nats.
    public var referenceChosen: Double
    public var referenceRejected: Double

    public init(
        prompt: [Int32], chosen: [Int32], rejected: [Int32], referenceChosen: Double, referenceRejected: Double
    ) {
        self.prompt = prompt
        self.chosen = chosen
        self.rejected = rejected
        self.referenceChosen = referenceChosen
        self.referenceRejected = referenceRejected
    }

    var tree: TokenTree { TokenTree(prompt: prompt, chosen: chosen, rejected: rejected) }
}

/// A prompt and the completion to imitate.
public struct SupervisedExample: Sendable, Hashable {
    public var prompt: [Int32]
    public var completion: [Int32]

    public init(prompt: [Int32], completion: [Int32]) {
        self.prompt = prompt
        self.completion = completion
    }

    var tree: TokenTree { TokenTree(prompt: prompt, completion: completion) }
}

/// What a trainer learns from, and how.
public enum TrainingData: Sendable {
    case preference([PreferenceExample], PreferenceObjective)
    /// Cross-entropy on the completion, mean over all completion tokens of the effective batch.
    case supervised([SupervisedExample])

    public var count: Int {
        switch self {
        case .preference(let examples, _): examples.count
        case .supervised(let examples): examples.count
        }
    }

    func tree(_ index: Int) -> TokenTree {
        switch self {
        case .preference(let examples, _): examples[index].tree
        case .supervised(let examples): examples[index].tree
        }
    }
}
