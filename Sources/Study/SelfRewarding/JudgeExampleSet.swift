import Alignment
import Notebook
import SelfRewards

/// Judge examples as something to learn from by imitation.
struct JudgeExampleSet: TrainingPairs {
    var key: String
    var examples: [JudgeExample]

    /// - Throws: `InstructionError` if the rubric is missing from the program's data.
    init(_ file: JudgeExampleFile) throws {
        examples = file.examples
        let inputs: [String: KeyValue] = [
            "rubric": .string(try SelfReward.rubric().text),
            "examples": .array(
                examples.map { [.string($0.instruction), .string($0.response), .string($0.judgement)] }),
        ]
        key = ContentKey(step: "judge examples", version: 1, inputs: inputs).hex
    }

    var samples: any SampleSet { self }
    var remedy: String { "give more, or shorter, examples (--judge-examples)" }

    /// There are no pairs of samples.
    func rows() -> [PairRecord] { [] }

    func maximumCount(_ settings: StudySettings) -> Int { examples.count }

    /// The rubric with instruction and response, and the judgement after it.
    func trainingData(_ recipe: TrainingRecipe, in study: Study, reference: PolicyModel) throws -> TrainingData {
        .supervised(try fitting(study).map { SupervisedExample(prompt: $0.prompt, completion: $0.completion) })
    }

    /// Tokens of the examples that fit the model's context.
    func fitting(_ study: Study) throws -> [(prompt: [Int32], completion: [Int32])] {
        let judge = try SelfReward(
            model: study.originalModel, template: study.loaded.chatTemplate,
            settings: SelfReward.Settings(mode: .text, seed: study.settings.seed))
        let room = study.loaded.configuration.contextLength
        return try examples.map { try judge.tokens(of: $0) }.filter { $0.prompt.count + $0.completion.count <= room }
    }
}

extension JudgeExampleSet: SampleSet {
    func prompts(in study: Study) -> (_ id: String) throws -> [Int32]? { { _ in nil } }
}

extension Study {
    /// Evaluation fine-tuning of arXiv 2401.10020: imitates the judgements of `--judge-examples`, with the settings of
    /// `sft`. Without a file, `policy` as it is.
    /// - Throws: `JudgeExampleError` naming a line that is no example.
    public func warmUp(_ policy: PolicyModel, line: Int = #line) async throws -> PolicyModel {
        guard let path = options.roundOptions.judgeExamples else { return policy }
        let set = try JudgeExampleSet(JudgeExampleFile(path: path))
        let inputs: [String: KeyValue] = ["examples": .string(set.key), "model": .string(loaded.contentHash)]
        try await step("judge examples", inputs: inputs, line: line) { cell in
            let left = set.examples.count - (try set.fitting(self)).count
            cell.show(
                "\(set.examples.count) graded examples."
                    + (left == 0 ? "" : " Left out: \(left) that do not fit the model's context of \(loaded.configuration.contextLength) tokens."))
        }
        return try await train(sft(), on: set, from: policy, line: line)
    }
}
