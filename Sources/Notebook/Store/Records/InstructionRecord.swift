import GRDB

/// An instruction of a set, in its order.
public struct InstructionRecord: Sendable, Codable, Equatable {
    /// Identity of the file, or of the texts, and of the choice among them.
    public var setKey: String
    /// From the text, so that responses are found again whatever file the instruction stands in.
    public var id: String
    public var position: Int
    /// `train` or `held-out`.
    public var split: String
    /// What its file calls it.
    public var name: String
    @ModelText public var text: String

    public init(setKey: String, id: String, position: Int, split: String, name: String, text: String) {
        self.setKey = setKey
        self.id = id
        self.position = position
        self.split = split
        self.name = name
        self.text = text
    }
}

extension InstructionRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "instruction" }
}
