import Foundation
import LanguageModel
import SelfRewards
import TestSupport
import Testing
import Tokenization

/// One token per character; gives recorded texts, and log-probabilities from a rule.
private final class RecordedModel: RewardModel, Tokenizer, @unchecked Sendable {
    var contextLength = 10_000
    var texts: [String] = []
    private(set) var asked: [SamplingRequest] = []
    private(set) var trees: [TokenTree] = []
    /// Probability of a scored segment, from the text before it and its own.
    var probability: (_ before: String, _ text: String) -> Double = { _, _ in 0.1 }

    func score(_ trees: [TokenTree]) -> [TreeScores] {
        self.trees += trees
        return trees.map { tree in
            TreeScores(logProbabilities: tree.segments.indices.map { index in
                let segment = tree.segments[index]
                guard segment.isScored else { return [] }
                var before = ""
                var parent = segment.parent
                while let current = parent {
                    before = decode(tree.segments[current].tokens) + before
                    parent = tree.segments[current].parent
                }
                let total = Float(log(probability(before, decode(segment.tokens))))
                return segment.tokens.map { _ in total / Float(segment.tokens.count) }
            })
        }
    }

    func write(
        _ requests: [SamplingRequest], stopTokens: Set<Int32>, batchSize: Int,
        onFinish: (Int, Int, [Int32], Bool) throws -> Void
    ) throws {
        asked += requests
        // In another order than asked, as a batch decoder finishes them.
        for request in requests.indices.reversed() {
            for sample in requests[request].seeds.indices.reversed() {
                let text = texts.removeFirst()
                try onFinish(request, sample, encode(text), text.hasSuffix("..."))
            }
        }
    }

    var vocabularyCount: Int { 0x11_0000 }
    var endOfTurn: Int32 { 2 }
    var beginOfSequence: Int32? { nil }
    func encode(_ text: String, parsingSpecialTokens: Bool) -> [Int32] { text.unicodeScalars.map { Int32($0.value) } }
    func decode(_ tokens: some Sequence<Int32>, skippingSpecialTokens: Bool) -> String {
        String(String.UnicodeScalarView(tokens.filter { $0 > 2 }.compactMap { Unicode.Scalar(UInt32($0)) }))
    }
    func bytes(of id: Int32) -> [UInt8] { Array(decode([id], skippingSpecialTokens: true).utf8) }
    func isSpecial(_ id: Int32) -> Bool { id == 1 || id == 2 }
    func id(ofToken token: String) -> Int32? { ["<|im_start|>": 1, "<|im_end|>": 2][token] }
}

@Suite struct SelfRewardTests {
    private func judge(_ model: RecordedModel, _ mode: RewardMode, judgements: Int = 0) throws -> SelfReward {
        try SelfReward(
            model: model, template: ChatTemplate(.chatML(defaultSystemTurn: nil), tokenizer: model),
            settings: .init(mode: mode, judgements: judgements, seed: 5))
    }

    /// Scores of one response: 4, 2 and one that cannot be read; of the other: none.
    @Test func textScoresAreTheMeanOfWhatCanBeRead() throws {
        let model = RecordedModel()
        // Last response, last sample first.
        model.texts = ["Score: <points>", "It is fine...", "", "Score: 2", "no", "Score: 4"]
        let rewards = try judge(model, .text, judgements: 3).rewards(of: ["good", "bad"], to: "Add 2 and 3.")
        #expect(rewards[0].readings == [4, nil, 2] && rewards[0].value == 3)
        #expect(rewards[0].failures == [.noScore: 1])
        #expect(rewards[1].readings == [nil, nil, nil] && rewards[1].value == nil)
        #expect(rewards[1].failures == [.noNumber: 1, .cutOff: 1, .empty: 1])
        let prompt = model.decode(model.asked[0].prompt)
        for part in ["Instruction: Add 2 and 3.", "Response: good", "Score: <points>"] { #expect(prompt.contains(part)) }
        #expect(Set(model.asked.flatMap(\.seeds)).count == 6)
    }

    /// p(3) = 0.1, p(4) = 0.3 and nothing else: mass 0.4, expected (3 * 0.1 + 4 * 0.3) / 0.4 = 3.75.
    /// p(0) = p(2) = 0.2: mass 0.4, expected 1.
    @Test func expectedScoreWeighsTheDigits() throws {
        let model = RecordedModel()
        model.probability = { before, digit in
            guard before.hasSuffix("assistant\nScore: ") else { return 0 }
            let table = before.contains("Response: good") ? ["3": 0.1, "4": 0.3] : ["0": 0.2, "2": 0.2]
            return table[digit] ?? 0
        }
        let rewards = try judge(model, .expected).rewards(of: ["good", "bad"], to: "Add 2 and 3.")
        #expect(abs(rewards[0].value! - 3.75) < 1e-6 && abs(rewards[0].digitMass! - 0.4) < 1e-6)
        #expect(abs(rewards[1].value! - 1) < 1e-6 && abs(rewards[1].digitMass! - 0.4) < 1e-6)
        #expect(rewards.allSatisfy { abs($0.digits.reduce(0, +) - 1) < 1e-12 && $0.readings.isEmpty })
        // One pass: the rubric and the instruction once, a branch per response, six leaves each.
        #expect(model.trees.count == 1 && model.trees[0].segments.count == 1 + 2 + 12)
        #expect(model.decode(model.trees[0].segments[0].tokens).hasSuffix("Add 2 and 3.\n\nResponse: "))
    }

    /// Beside another reward the digits are read in one pass more, and the reward stays what it is.
    @Test(arguments: RewardMode.allCases)
    func digitsAreReadBesideAnyReward(_ mode: RewardMode) throws {
        func reward(readsDigits: Bool) throws -> (Reward, trees: Int) {
            let model = RecordedModel()
            model.texts = ["Score: 2"]
            model.probability = { before, text in
                before.hasSuffix("Score: ") ? (["3": 0.1, "4": 0.3][text] ?? 0) : before.contains("good") ? 0.8 : 0.1
            }
            let judge = try SelfReward(
                model: model, template: ChatTemplate(.chatML(defaultSystemTurn: nil), tokenizer: model),
                settings: .init(mode: mode, judgements: mode == .text ? 1 : 0, readsDigits: readsDigits, seed: 5))
            return (try judge.rewards(of: ["good"], to: "Add 2 and 3.")[0], model.trees.count)
        }
        let (without, with) = (try reward(readsDigits: false), try reward(readsDigits: true))
        let hasDigits = mode == .expected || mode == .contrast
        #expect(with.0.value == without.0.value)
        #expect(abs((with.0.expected ?? 0) - 3.75) < 1e-6 && abs((with.0.digitMass ?? 0) - 0.4) < 1e-6)
        #expect((without.0.expected == nil) == !hasDigits && with.trees == without.trees + (hasDigits ? 0 : 1))
    }

    /// 3.75 to the instruction; to none p(1) = p(2) = 0.2, so 1.5.
    @Test func contrastTakesAwayTheScoreWithoutInstruction() throws {
        let model = RecordedModel()
        model.probability = { before, digit in
            let table = before.contains("Add 2") ? ["3": 0.1, "4": 0.3] : ["1": 0.2, "2": 0.2]
            return table[digit] ?? 0
        }
        let rewards = try judge(model, .contrast).rewards(of: ["good"], to: "Add 2 and 3.")
        #expect(abs(rewards[0].value! - 2.25) < 1e-6)
        #expect(abs(rewards[0].expected! - 3.75) < 1e-6)
    }

    /// "good" has four tokens: (ln 0.5 - ln 0.125) / 4 = ln 4 / 4. The instruction has 12: (ln 0.8 - ln 0.1) / 12.
    @Test func likelihoodGainsAreMeansOverTokens() throws {
        let model = RecordedModel()
        model.probability = { before, text in
            text == "good" ? (before.contains("Add 2") ? 0.5 : 0.125) : (before.contains("good") ? 0.8 : 0.1)
        }
        let gains = try judge(model, .gain).rewards(of: ["good", ""], to: "Add 2 and 3.")
        #expect(abs(gains[0].value! - log(4) / 4) < 1e-6)
        #expect(gains[1].value == nil)
        let recalls = try judge(model, .recall).rewards(of: ["good", ""], to: "Add 2 and 3.")
        #expect(abs(recalls[0].value! - log(8) / 12) < 1e-6)
        #expect(recalls[1].value == nil)
    }

    @Test func aResponseWithoutRoomFailsByItself() throws {
        for mode in RewardMode.allCases {
            let model = RecordedModel()
            model.contextLength = 2_000
            model.texts = ["Score: 3"]
            let rewards = try judge(model, mode, judgements: mode == .text ? 1 : 0)
                .rewards(of: [String(repeating: "long ", count: 500), "short"], to: "Add 2 and 3.")
            #expect(rewards[0].value == nil && rewards[1].value != nil, "\(mode)")
            if mode == .text { #expect(rewards[0].failures == [.noRoom: 1]) }
        }
    }

    @Test func examplesOfJudgingAreInTheRubricsForm() throws {
        let model = RecordedModel()
        let example = JudgeExample(instruction: "Add 2 and 3.", response: "5", judgement: "Right.\nScore: 5", score: 5)
        let (prompt, completion) = try judge(model, .text).tokens(of: example)
        #expect(model.decode(prompt).hasSuffix("assistant\n") && model.decode(prompt).contains("Response: 5"))
        #expect(model.decode(completion) == "Right.\nScore: 5" && completion.last == 2)
    }
}
