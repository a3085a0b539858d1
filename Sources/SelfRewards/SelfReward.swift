import Instructions
import LanguageModel
import Preferences
import Tokenization

/// A language model as the judge of responses, its own or another's.
///
/// Every result depends on the model, the settings, the instruction and the one response only: not on the other
/// responses of the call, their order or the number of threads.
public struct SelfReward {
    public struct Settings: Sendable, Hashable, Codable {
        public var mode: RewardMode
        /// Texts written per response; 0 for none.
        public var judgements: Int
        /// Whether the probabilities of the scores are read also where they are not the reward.
        public var readsDigits: Bool
        /// Of the texts, as of the responses in the paper.
        public var temperature: Float
        public var topP: Float
        /// Token limit of a text: a hundred words of reasons and the score.
        public var maximumTokens: Int
        /// Root of the texts' random streams.
        public var seed: UInt64

        public init(
            mode: RewardMode, judgements: Int = 3, readsDigits: Bool = false, temperature: Float = 0.7, topP: Float = 0.9, maximumTokens: Int = 192,
            seed: UInt64
        ) {
            self.mode = mode
            self.judgements = judgements
            self.readsDigits = readsDigits
            self.temperature = temperature
            self.topP = topP
            self.maximumTokens = maximumTokens
            self.seed = seed
        }
    }

    public let model: any RewardModel
    public let template: ChatTemplate
    public let settings: Settings
    /// Texts written together; speed and memory only.
    public let batchSize: Int
    let rubric: PromptTemplate

    /// - Throws: `InstructionError` if the rubric is missing from the program's data.
    public init(
        model: any RewardModel, template: ChatTemplate, settings: Settings, batchSize: Int = 32
    ) throws(InstructionError) {
        self.model = model
        self.template = template
        self.settings = settings
        self.batchSize = batchSize
        rubric = try Self.rubric()
    }

    /// The rubric with its places `instruction` and `response`, part of what results depend on.
    /// - Throws: `InstructionError` if it is missing from the program's data.
    public static func rubric() throws(InstructionError) -> PromptTemplate {
        PromptTemplate(text: try InstructionPrompt.additiveRubric.text())
    }

    /// The rewards of responses to one instruction, in order.
    /// - Throws: `ModelError`, `TokenizationError`, `SelfRewardError`.
    public func rewards(of responses: [String], to instruction: String) throws -> [Reward] {
        try rewards(of: [(instruction, responses)])[0]
    }

    /// The rewards of responses to several instructions; texts are written together.
    /// - Throws: `ModelError`, `TokenizationError`, `SelfRewardError`.
    public func rewards(of groups: [(instruction: String, responses: [String])]) throws -> [[Reward]] {
        var rewards = groups.map { [Reward](repeating: Reward(), count: $0.responses.count) }
        if settings.judgements > 0 { try readTexts(groups, into: &rewards) }
        for (index, group) in groups.enumerated() {
            for (place, value) in try values(group.instruction, group.responses, &rewards[index]).enumerated() {
                rewards[index][place].value = value
            }
            if settings.readsDigits, rewards[index].allSatisfy(\.digits.isEmpty) {
                // An observation: a model whose vocabulary has no digits can have another reward.
                do { try readDigits(group.instruction, group.responses, into: &rewards[index]) } catch SelfRewardError.noDigits {}
            }
        }
        return rewards
    }

    private func values(_ instruction: String, _ responses: [String], _ rewards: inout [Reward]) throws -> [Double?] {
        switch settings.mode {
        case .text:
            return rewards.map(\.meanReading)
        case .expected:
            try readDigits(instruction, responses, into: &rewards)
            return rewards.map(\.expected)
        case .contrast:
            try readDigits(instruction, responses, into: &rewards)
            var without = rewards
            try readDigits(Self.noInstruction, responses, into: &without)
            return zip(rewards, without).map { own, without in
                own.expected.flatMap { own in without.expected.map { own - $0 } }
            }
        case .gain:
            return try gains(of: responses, from: instruction)
        case .recall:
            return try recalls(of: instruction, from: responses)
        }
    }

    /// Stands for an instruction that asks nothing.
    static let noInstruction = ""

    /// The judge's turn and all before it.
    func conversation(_ instruction: String, _ response: String) -> [Message] {
        [Message(role: .user, content: rubric.filled(["instruction": instruction, "response": response]))]
    }

    /// A graded response as the judge should write it: ids of the conversation, and of its turn with the end of turn.
    /// - Throws: `TokenizationError`.
    public func tokens(of example: JudgeExample) throws -> (prompt: [Int32], completion: [Int32]) {
        let turns = conversation(example.instruction, example.response)
        return (try template.render(turns, addGenerationPrompt: true), template.completion(example.judgement))
    }

    /// Longest number of ids that `sequences` begin with in common.
    static func commonPrefix(_ sequences: [[Int32]]) -> Int {
        guard let first = sequences.first else { return 0 }
        return sequences.dropFirst().reduce(first.count) { count, sequence in
            zip(first.prefix(count), sequence).prefix { $0 == $1 }.count
        }
    }
}

/// Why a model cannot be its own judge.
public enum SelfRewardError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The vocabulary does not tell the digits 0 to 5 apart.
    case noDigits

    public var description: String {
        switch self {
        case .noDigits:
            "the model's vocabulary does not tell the digits 0 to 5 apart, so it cannot give a score. "
                + "Use another model, or set rewards.mode to gain."
        }
    }
}
