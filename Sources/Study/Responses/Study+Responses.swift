import Instructions
import LanguageModel
import Notebook
import Preferences
import Tokenization

/// Responses of a policy to instructions; rows are read from the store.
public struct ResponseSet: Sendable {
    public var key: String
    public var policy: PolicyModel
    public var instructions: [Instruction]
    public var perInstruction: Int
    let store: Store

    /// Samples by the instruction's key, in sample order.
    public func samples() throws -> [String: [SampleRecord]] {
        Dictionary(grouping: try store.samples(setKey: key), by: \.articleID)
            .mapValues { $0.filter { $0.sampleIndex < perInstruction } }
    }

    /// The responses to each instruction together, in the order of the instructions.
    /// - Throws: `UserFailure` where one is missing.
    public func groups() throws -> [ResponseGroup] {
        let samples = try samples()
        return try instructions.map { instruction in
            ResponseGroup(instruction: instruction.text, responses: try complete(samples, instruction).map(\.text))
        }
    }

    /// - Throws: `UserFailure` where one is missing.
    func complete(_ samples: [String: [SampleRecord]], _ instruction: Instruction) throws -> [SampleRecord] {
        let found = samples[instruction.key] ?? []
        guard found.count == perInstruction else {
            throw UserFailure(
                "the store is incomplete", location: "\(store.workspace.path), instruction \(instruction.id)",
                why: "\(found.count) of \(perInstruction) responses are there",
                remedy: "run the experiment again; it keeps what is done", exitStatus: .badData)
        }
        return found
    }
}

extension ResponseSet: SampleSet {
    public func prompts(in study: Study) -> (_ id: String) throws -> [Int32]? {
        let texts = Dictionary(uniqueKeysWithValues: instructions.map { ($0.key, $0.text) })
        return { try texts[$0].map { try study.responsePrompt($0) } }
    }
}

extension Study {
    /// Several responses to each instruction, through the model's own chat template.
    ///
    /// - Parameter sampling: by default the `responses` settings.
    public func responses(
        to instructions: [Instruction], by policy: PolicyModel, sampling: ResponseSampling? = nil,
        step name: String? = nil, line: Int = #line
    ) async throws -> ResponseSet {
        try await respond(
            name ?? "respond to training instructions\(policy.stepSuffix)", to: instructions, by: policy,
            sampling: sampling ?? settings.responses.sampling, line: line)
    }

    /// One greedy response to each instruction, for comparisons.
    public func completions(
        of instructions: [Instruction], by policy: PolicyModel, step name: String? = nil, line: Int = #line
    ) async throws -> ResponseSet {
        try await respond(
            name ?? "respond to held-out instructions\(policy.stepSuffix)", to: instructions, by: policy,
            sampling: .greedy(maximumTokens: settings.responses.maximumTokens), line: line)
    }

    private func respond(
        _ name: String, to instructions: [Instruction], by policy: PolicyModel, sampling: ResponseSampling, line: Int
    ) async throws -> ResponseSet {
        // As with summaries, the key names no instruction: a larger study finds the responses of a smaller one.
        var inputs: [String: KeyValue] = [
            "policy": .string(policy.key), "temperature": sampling.temperature.keyValue, "topP": sampling.topP.keyValue,
            "maximumTokens": .int(sampling.maximumTokens), "seed": KeyValue(settings.seed),
            "numericMode": .string(precision.numericMode),
        ]
        let set = ResponseSet(
            key: ContentKey(step: "responses", version: 1, inputs: inputs).hex, policy: policy, instructions: instructions,
            perInstruction: sampling.perInstruction, store: store)
        inputs["instructions"] = .array(instructions.map { .string($0.key) })
        inputs["perInstruction"] = .int(sampling.perInstruction)
        try await step(name, inputs: inputs, line: line, work: { responseWork(instructions, by: policy, sampling) }) { cell in
            let drawn = try await draw(
                sampling.perInstruction,
                of: instructions.map { instruction in
                    SamplingSubject(id: instruction.key) {
                        (try self.responsePrompt(instruction.text), [PromptMessage(role: "user", content: instruction.text)])
                    }
                }, setKey: set.key, by: policy, purpose: "response by " + policy.key, sampling: sampling.settings,
                unit: "responses", cell: cell)
            let samples = try set.samples()
            let all = try instructions.flatMap { try set.complete(samples, $0) }
            let words = all.reduce(0) { $0 + $1.words }
            cell.show(
                "\(all.count) responses, \(words / max(1, all.count)) words on average, \(all.count { $0.isCutOff }) cut off at "
                    + "\(sampling.maximumTokens) tokens" + (drawn.map { "; " + $0 } ?? "") + ".")
        }
        return set
    }

    func responseWork(_ instructions: [Instruction], by policy: PolicyModel, _ sampling: ResponseSampling) -> StepWork {
        let words = instructions.reduce(0) { $0 + $1.text.wordCount } / max(1, instructions.count)
        return StepWork(
            units: instructions.count * sampling.perInstruction, unit: "responses",
            // Against a response of 128 tokens.
            referenceUnits: Double(sampling.maximumTokens) / 128,
            memoryBytes: MemoryEstimate.sampling(
                configuration: loaded.configuration, precision: precision,
                batchSize: min(settings.sampling.batchSize, instructions.count * sampling.perInstruction),
                samplesPerPrompt: sampling.perInstruction, promptTokens: words * 3 / 2 + 40,
                maximumTokens: sampling.maximumTokens, storage: .temporaryFile, codes: codes(of: policy)
            ).byteCount)
    }
}

extension SampleRecord {
    /// Whether it ended at the token limit.
    var isCutOff: Bool { finishReason == SampledSequence.FinishReason.length.rawValue }
}
