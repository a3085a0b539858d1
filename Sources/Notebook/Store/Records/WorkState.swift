import GRDB

/// State of a run, a session or a cell.
public enum WorkState: String, Sendable, Codable, CaseIterable, DatabaseValueConvertible {
    case running, done, failed, interrupted
    /// Ended in good order with some of its work left.
    case incomplete
}
