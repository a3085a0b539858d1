import Foundation
import Instructions
import LanguageModel
import Notebook
import SelfRewards

/// Instructions that a policy wrote.
public struct NewInstructions: Sendable {
    /// All of them to train on.
    public var set: InstructionSet
    /// What was written besides and not used, by reason; empty when planning.
    public var drops: [String: Int]
}

extension Study {
    /// Attempts between two looks at how many instructions there are; part of the result, not of its speed.
    private static let attemptsTogether = 32

    /// New instructions, written after examples from `known` and from earlier rounds.
    ///
    /// Attempts go on until there are `rewards.instructions`, at most `rewards.attempts` times as many. What is empty,
    /// cut off, too short or long, a refusal, about something that is not there, or like a known one is dropped and
    /// counted. Held-out instructions are no examples, and nothing like them is kept.
    /// - Throws: `UserFailure` when none is left.
    public func newInstructions(
        by policy: PolicyModel, knowing known: InstructionSet, earlier: [Instruction], line: Int = #line
    ) async throws -> NewInstructions {
        let wanted = settings.rewards.instructions
        let writer = try InstructionWriter(
            settings: InstructionWriter.Settings(seed: settings.seed), seeds: known.train.map(\.text),
            written: earlier.map(\.text), stream: policy.key)
        var inputs: [String: KeyValue] = [
            "policy": .string(policy.key), "prompt": .string(writer.promptText),
            "writer": try KeyValue(encoding: writer.settings), "known": .string(known.key),
            "earlier": .array(earlier.map { .string($0.key) }), "numericMode": .string(precision.numericMode),
        ]
        let setKey = ContentKey(step: "new instructions", version: 1, inputs: inputs).hex
        inputs["instructions"] = .int(wanted)
        inputs["attempts"] = .int(settings.rewards.attempts)
        inputs["filter"] = try KeyValue(encoding: InstructionFilter.Settings())
        inputs["maximumTokens"] = .int(settings.responses.maximumTokens)
        var result: NewInstructions?
        let name = "write instructions\(policy.stepSuffix)"
        try await step(
            name, inputs: inputs, line: line, work: { StepWork(units: wanted, unit: "attempts") }
        ) { cell in
            let limit = wanted * settings.rewards.attempts
            var filter = InstructionFilter(seeds: (known.train + known.heldOut + earlier).map(\.text))
            var attempts = 0
            var texts: [String] = []
            var crowded = 0
            while texts.count < wanted, attempts < limit {
                let batch = attempts..<min(attempts + Self.attemptsTogether, limit)
                for sample in try await self.attempts(batch, of: writer, setKey: setKey, by: policy, cell: cell)
                where texts.count < wanted {
                    attempts += 1
                    guard let text = filter.take(sample.text, isCutOff: sample.isCutOff) else { continue }
                    // Its answer would not fit.
                    guard try hasRoom(for: text) else {
                        crowded += 1
                        continue
                    }
                    texts.append(text)
                }
            }
            let set = InstructionSet(train: Self.named(texts, round: policy.round + 1), heldOut: [])
            var drops = Dictionary(uniqueKeysWithValues: filter.drops.map { ($0.key.rawValue, $0.value) })
            if crowded > 0 { drops["too long for the model's context"] = crowded }
            try check(set, attempts: attempts, drops: drops)
            try store.save(instructions: set.records, setKey: set.key)
            show(texts, attempts: attempts, drops: drops, cell: cell)
            result = NewInstructions(set: set, drops: drops)
        }
        // A plan goes on with as many as there will be.
        return result
            ?? NewInstructions(
                set: InstructionSet(
                    train: Self.named((1...wanted).map { "instruction \($0) by \(policy.key)" }, round: policy.round + 1),
                    heldOut: []), drops: [:])
    }

    private func attempts(
        _ numbers: Range<Int>, of writer: InstructionWriter, setKey: String, by policy: PolicyModel, cell: Cell
    ) async throws -> [SampleRecord] {
        func id(_ number: Int) -> String { String(format: "attempt-%06d", number) }
        let subjects = numbers.map { number in
            SamplingSubject(id: id(number)) {
                let turns = writer.conversation(attempt: number)
                return (
                    try self.loaded.chatTemplate.render(turns, addGenerationPrompt: true),
                    turns.map { PromptMessage(role: $0.role.rawValue, content: $0.content) }
                )
            }
        }
        _ = try await draw(
            1, of: subjects, setKey: setKey, by: policy, purpose: "instruction by " + policy.key,
            sampling: writer.settings.sampling, unit: "attempts", cell: cell)
        let samples = Dictionary(uniqueKeysWithValues: try store.samples(setKey: setKey).map { ($0.articleID, $0) })
        return numbers.compactMap { samples[id($0)] }
    }

    private func hasRoom(for text: String) throws -> Bool {
        try responsePrompt(text).count + settings.responses.maximumTokens <= loaded.configuration.contextLength
    }

    private static func named(_ texts: [String], round: Int) -> [Instruction] {
        texts.enumerated().map { Instruction(id: "round-\(round)-\($0.offset + 1)", text: $0.element) }
    }

    private func check(_ set: InstructionSet, attempts: Int, drops: [String: Int]) throws {
        guard set.train.isEmpty else { return }
        throw UserFailure(
            "the model wrote no instruction that can be used", location: options.modelPath,
            why: "of \(attempts) attempts: " + Self.counts(drops),
            remedy: "use a stronger --model, or more attempts (rewards.attempts)", exitStatus: .badData)
    }

    private func show(_ texts: [String], attempts: Int, drops: [String: Int], cell: Cell) {
        cell.show(
            "\(texts.count) new instructions from \(attempts) attempts."
                + (drops.isEmpty ? "" : " Dropped: \(Self.counts(drops))."))
        cell.show("The first of them:\n\n" + texts.prefix(5).map { "- " + $0.replacing("\n", with: " ") }.joined(separator: "\n"))
    }

    static func counts(_ drops: [String: Int]) -> String {
        drops.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}
