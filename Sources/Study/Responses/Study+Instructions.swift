import Foundation
import Instructions
import LanguageModel
import Notebook
import Preferences
import Tokenization

extension Study {
    /// The instructions of `--instructions`, or the embedded ones: a seeded choice to train on, and those held out.
    ///
    /// A file that marks none as held out gives a sixth of its instructions, chosen by the seed. A text that stands
    /// there twice counts once; one that leaves no room for a response in the model's context is left out.
    /// - Throws: `InstructionError`; `UserFailure` when a part is empty.
    public func instructions(line: Int = #line) async throws -> InstructionSet {
        let file = try options.instructions.file()
        let choice = settings.responses
        var drops: [String: Int] = [:]
        var seen: Set<String> = []
        let usable = try file.instructions.filter { instruction in
            guard seen.insert(instruction.key).inserted else {
                drops["that stand there twice", default: 0] += 1
                return false
            }
            guard try hasRoom(for: instruction, maximumTokens: choice.maximumTokens) else {
                drops["too long for the model's context", default: 0] += 1
                return false
            }
            return true
        }
        let shuffled = seeded(usable)
        var heldOut = shuffled.filter(\.isHeldOut)
        var train = shuffled.filter { !$0.isHeldOut }
        if heldOut.isEmpty {
            let count = max(1, (train.count + 5) / 6)
            heldOut = Array(train.suffix(count))
            train = Array(train.dropLast(count))
        }
        if choice.instructions > 0 { train = Array(train.prefix(choice.instructions)) }
        if choice.heldOut > 0 { heldOut = Array(heldOut.prefix(choice.heldOut)) }
        for (part, list) in [("training", train), ("held-out", heldOut)] where list.isEmpty {
            throw UserFailure(
                "there are no \(part) instructions", location: options.instructions.path ?? "the embedded instructions",
                why: "\(usable.count) instructions can be used, none of them for this", remedy: "give more instructions",
                exitStatus: .badData)
        }
        let set = InstructionSet(train: train, heldOut: heldOut)
        let inputs: [String: KeyValue] = ["instructions": .string(set.key)]
        try await step("instructions", inputs: inputs, line: line) { cell in
            try store.save(instructions: set.records, setKey: set.key)
            let left = drops.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            cell.show(
                "\(train.count) training and \(heldOut.count) held-out instructions of \(file.instructions.count) "
                    + "(\(options.instructions.name))." + (left.isEmpty ? "" : " Left out: \(left)."))
        }
        return set
    }

    /// In an order that the seed and each text decide, so that a smaller choice is part of a larger one.
    private func seeded(_ instructions: [Instruction]) -> [Instruction] {
        instructions.map { (SeededRandom.seed(rootSeed: settings.seed, purpose: "instruction selection", article: $0.key), $0) }
            .sorted { ($0.0, $0.1.key) < ($1.0, $1.1.key) }.map(\.1)
    }

    private func hasRoom(for instruction: Instruction, maximumTokens: Int) throws -> Bool {
        let room = loaded.configuration.contextLength - maximumTokens
        return try responsePrompt(instruction.text).count <= room
    }

    /// Tokens of the conversation that asks for a response, in the model's own format.
    func responsePrompt(_ instruction: String) throws -> [Int32] {
        try loaded.chatTemplate.render([Message(role: .user, content: instruction)], addGenerationPrompt: true)
    }
}
