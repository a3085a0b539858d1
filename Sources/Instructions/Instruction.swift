/// Something that a person asks of a model, in one turn.
public struct Instruction: Sendable, Hashable {
    /// Unique within its file.
    public let id: String
    public let text: String
    /// Kept out of training, for comparisons before and after.
    public let isHeldOut: Bool

    public init(id: String, text: String, isHeldOut: Bool = false) {
        self.id = id
        self.text = text
        self.isHeldOut = isHeldOut
    }
}

/// What is wrong with a file of instructions: where, why, what to do.
public struct InstructionError: Error, Sendable, Hashable, CustomStringConvertible {
    public let file: String
    /// From 1; `nil` where the whole file is at fault.
    public let line: Int?
    public let reason: String
    public let remedy: String
    /// Whether the file itself, not what stands in it, is at fault.
    public var isUnreadable = false

    public var description: String {
        file + (line.map { ", line \($0)" } ?? "") + ": \(reason). \(remedy)"
    }
}
