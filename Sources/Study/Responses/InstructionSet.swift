import Instructions
import Notebook

/// Instructions of a study: those that are trained on, and those held out for comparisons before and after.
public struct InstructionSet: Sendable {
    public var train: [Instruction]
    public var heldOut: [Instruction]
    /// Identity of the texts, their order and split.
    public var key: String

    /// - Parameters: distinct texts, none of them in both.
    public init(train: [Instruction], heldOut: [Instruction]) {
        self.train = train
        self.heldOut = heldOut
        key = ContentKey(
            step: "instructions", version: 1,
            inputs: [
                "train": .array(train.map { .string($0.key) }), "heldOut": .array(heldOut.map { .string($0.key) }),
            ]
        ).hex
    }

    var records: [InstructionRecord] {
        let all = train.map { ($0, "train") } + heldOut.map { ($0, "held-out") }
        return all.enumerated().map { position, entry in
            InstructionRecord(
                setKey: key, id: entry.0.key, position: position, split: entry.1, name: entry.0.id, text: entry.0.text)
        }
    }
}

extension Instruction {
    /// Identity by its text: a response is found again whatever file the instruction stands in.
    var key: String { Store.instructionID(text) }
}
