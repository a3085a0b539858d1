import Foundation
import GRDB

/// A step of a run.
public struct CellRecord: Sendable, Codable, Equatable {
    public var runID: String
    public var name: String
    /// Order within the run, from 0.
    public var position: Int
    /// Line of the step in the experiment's source.
    public var line: Int
    /// Version of the step's code.
    public var version: Int
    /// Content key of the name, version and inputs.
    public var key: String
    /// Why the step ran, or that it was cached.
    public var reason: String
    public var state: WorkState
    /// Time the step took, summed over the sessions that worked on it.
    public var seconds: Double
    /// Units of work done, of ``total``.
    public var completed: Int
    public var total: Int?
    public var startedAt: Date
    public var updatedAt: Date
    public var inputs: [String: KeyValue]
    /// Markdown that the step showed.
    @ModelText public var output: String

    public init(
        runID: String, name: String, position: Int, line: Int, version: Int, key: String, reason: String,
        state: WorkState, seconds: Double, completed: Int, total: Int? = nil, startedAt: Date, updatedAt: Date,
        inputs: [String: KeyValue], output: String
    ) {
        self.runID = runID
        self.name = name
        self.position = position
        self.line = line
        self.version = version
        self.key = key
        self.reason = reason
        self.state = state
        self.seconds = seconds
        self.completed = completed
        self.total = total
        self.startedAt = startedAt
        self.updatedAt = updatedAt
        self.inputs = inputs
        self.output = output
    }
}

extension CellRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "cell" }
}
