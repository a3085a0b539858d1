import LanguageModel
import Notebook
import Reporting
import SelfRewards

/// A policy's own opinion of responses: scores that it writes under the additive rubric, the probabilities of the
/// scores, or likelihoods.
struct SelfRewardRanker: ResponseRanker {
    let study: Study
    let policy: PolicyModel
    let settings: SelfReward.Settings
    let identity: KeyValue

    /// - Throws: `InstructionError` if the rubric is missing from the program's data.
    init(study: Study, policy: PolicyModel, settings: SelfReward.Settings) throws {
        self.study = study
        self.policy = policy
        self.settings = settings
        identity = [
            "kind": "self-reward", "policy": .string(policy.key), "rubric": .string(try SelfReward.rubric().text),
            "settings": try KeyValue(encoding: settings), "numericMode": .string(study.precision.numericMode),
        ]
    }

    var name: String {
        // By whatever name an experiment knows it, it is one ranker.
        "\(policy.key == study.original.key ? "the original model" : policy.label), \(settings.mode.label)"
    }

    /// Instructions whose texts are written together.
    var groupsPerBatch: Int { settings.judgements > 0 ? 4 : 1 }

    func work(groups: Int, responsesPerGroup: Int) -> StepWork {
        StepWork(
            units: groups * responsesPerGroup, unit: "responses", judgeCalls: groups * responsesPerGroup,
            memoryBytes: MemoryEstimate.scoring(
                configuration: study.loaded.configuration, precision: study.precision, storage: .temporaryFile,
                codes: study.codes(of: policy)
            ).byteCount)
    }

    func load(in cell: Cell) async throws { try await study.ensureWeights(of: policy, cell: cell) }

    func scores(of groups: [ResponseGroup]) throws -> [[ResponseScore]] {
        let judge = try SelfReward(
            model: study.model(policy), template: study.loaded.chatTemplate, settings: settings,
            batchSize: study.settings.sampling.batchSize)
        return try judge.rewards(of: groups.map { ($0.instruction, $0.responses) }).map { rewards in
            rewards.map { ResponseScore($0.value, readings: $0.readings, measures: $0.measures) }
        }
    }
}

extension Reward {
    /// What was measured besides the reward, by name: the expected score and the probability of the six digits, and how
    /// often a text gave no score, by reason.
    var measures: [String: Double] {
        var measures: [String: Double] = [:]
        measures[ScoredResponses.expected] = expected
        measures["digit mass"] = digitMass
        for (failure, count) in failures { measures[ScoredResponses.unread + failure.rawValue] = Double(count) }
        return measures
    }
}

extension RewardMode {
    /// For people.
    var label: String {
        switch self {
        case .text: "written scores"
        case .expected: "expected score"
        case .contrast: "expected score over that without the instruction"
        case .gain: "likelihood gain of the response"
        case .recall: "likelihood gain of the instruction"
        }
    }
}

extension Study {
    /// A policy as the judge of responses, in the mode of `rewards.mode` or another.
    ///
    /// - Parameters:
    ///   - judgements: texts that it writes per response; by default `rewards.judgements` in text mode, else 0.
    ///   - readsDigits: whether the expected score is measured besides.
    public func selfReward(
        by policy: PolicyModel, mode: RewardMode? = nil, judgements: Int? = nil, readsDigits: Bool = false
    ) throws -> any ResponseRanker {
        let choice = settings.rewards
        let mode = mode ?? choice.mode
        return try SelfRewardRanker(
            study: self, policy: policy,
            settings: SelfReward.Settings(
                mode: mode, judgements: judgements ?? (mode == .text ? choice.judgements : 0),
                readsDigits: readsDigits, temperature: choice.temperature, topP: choice.topP, maximumTokens: choice.judgementTokens, seed: settings.seed))
    }
}
