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
}

/// A prompt and the completion to imitate.
public struct SupervisedExample: Sendable, Hashable {
    public var prompt: [Int32]
    public var completion: [Int32]

    public init(prompt: [Int32], completion: [Int32]) {
        self.prompt = prompt
        self.completion = completion
    }
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

    /// An example's prompt, and its completions: chosen and rejected, or the one to imitate.
    func texts(_ index: Int) -> (prompt: [Int32], completions: [[Int32]]) {
        switch self {
        case .preference(let examples, _):
            (examples[index].prompt, [examples[index].chosen, examples[index].rejected])
        case .supervised(let examples): (examples[index].prompt, [examples[index].completion])
        }
    }
}

/// The token trees of an effective batch, and which of its examples stand in each: those with the same prompt share it.
struct ExampleTrees {
    private(set) var trees: [TokenTree] = []
    /// Per tree: examples, and the segments of their completions.
    private(set) var members: [[(index: Int, segments: [Int])]] = []

    init(_ data: TrainingData, indices: [Int]) {
        var gathered = PromptTrees()
        for index in indices {
            let (prompt, completions) = data.texts(index)
            let place = gathered.add(prompt: prompt, completions: completions)
            if place.tree == members.count { members.append([]) }
            members[place.tree].append((index, place.segments))
        }
        trees = gathered.trees
    }
}
