import SelfRewards

extension StudySettings {
    /// Self-rewarding: a model writes instructions, answers them, grades its answers and learns from the grades.
    public struct Rewards: Sendable, Codable, Equatable {
        public var rounds = 3
        /// Which opinion of the model is its reward. The paper's is `text`, for a 70B model. Of 864 judgements that
        /// SmolLM2-135M-Instruct wrote one held a score; its expected score put a response above one to another
        /// instruction in 50 % of 16 cases, `recall` in all, and unlike `gain` it does not prefer the first half.
        public var mode = RewardMode.recall
        /// Texts written per response where texts are.
        public var judgements = 3
        /// Token limit of a text.
        public var judgementTokens = 160
        /// New instructions of each round.
        public var instructions = 24
        /// Attempts at an instruction after which a round goes on with what there is, per instruction wanted.
        public var attempts = 6
        /// Responses to each instruction.
        public var candidates = 4
        /// Of responses and of texts.
        public var temperature: Float = 0.7
        public var topP: Float = 0.9
        public var beta = 0.1
        public var learningRate = 2e-5
        public var epochs = 2
        public var batchSize = 4
        /// Instructions on which the reward is checked before it is relied on.
        public var checkInstructions = 16
    }
}

extension StudySettings.Rewards {
    /// Responses of a round.
    func sampling(maximumTokens: Int) -> ResponseSampling {
        ResponseSampling(perInstruction: candidates, temperature: temperature, topP: topP, maximumTokens: maximumTokens)
    }
}

extension SettingKey {
    static let rewards: [SettingKey] = [
        SettingKey("rewards.rounds", \.rewards.rounds, "rounds of self-rewarding", form: "1 or more", where: { $0 > 0 }),
        SettingKey(
            "rewards.mode", \.rewards.mode,
            "a model's reward: mean of the scores it writes, expected score, the same over no instruction, or likelihood gain"),
        SettingKey(
            "rewards.judgements", \.rewards.judgements, "texts written per response", form: "1 or more", where: { $0 > 0 }),
        SettingKey(
            "rewards.judgement_tokens", \.rewards.judgementTokens, "token limit of such a text", form: "1 or more",
            where: { $0 > 0 }),
        SettingKey(
            "rewards.instructions", \.rewards.instructions, "new instructions of each round", form: "1 or more",
            where: { $0 > 0 }),
        SettingKey(
            "rewards.attempts", \.rewards.attempts, "attempts at writing them, per instruction wanted", form: "1 or more",
            where: { $0 > 0 }),
        SettingKey(
            "rewards.candidates", \.rewards.candidates, "responses to each instruction", form: "2 or more", where: { $0 >= 2 }),
        SettingKey(
            "rewards.temperature", \.rewards.temperature, "temperature of responses and of texts",
            form: "a number of 0 or more", where: { $0 >= 0 }),
        SettingKey(
            "rewards.top_p", \.rewards.topP, "nucleus of responses and of texts", form: "a number above 0, at most 1",
            where: { $0 > 0 && $0 <= 1 }),
        SettingKey("rewards.beta", \.rewards.beta, "DPO beta of each round", form: "a number above 0", where: { $0 > 0 }),
        SettingKey(
            "rewards.learning_rate", \.rewards.learningRate, "peak learning rate of each round", form: "a number above 0",
            where: { $0 > 0 }),
        SettingKey("rewards.epochs", \.rewards.epochs, "passes over a round's pairs", form: "1 or more", where: { $0 > 0 }),
        SettingKey(
            "rewards.batch_size", \.rewards.batchSize, "pairs of a round per optimizer step", form: "1 or more",
            where: { $0 > 0 }),
        SettingKey(
            "rewards.check_instructions", \.rewards.checkInstructions, "instructions on which the reward is checked",
            form: "2 or more", where: { $0 >= 2 }),
    ]
}

extension RewardMode: SettingValue {}
