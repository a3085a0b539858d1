import Foundation
import GRDB

/// One experiment with one set of resolved settings. Running the same settings again continues the same run.
public struct RunRecord: Sendable, Codable, Equatable {
    /// Readable identifier, e.g. `beta-sweep-3f2a91`: the experiment and the start of ``settingsKey``.
    public var id: String
    public var experiment: String
    public var preset: String
    /// Content key of ``settings``; identifies the run within its experiment.
    public var settingsKey: String
    /// Resolved settings.
    public var settings: [String: KeyValue]
    /// Of the session that worked on the run last.
    public var provenance: Provenance
    /// Source text of the experiment, for its notebook page.
    public var source: String?
    public var state: WorkState
    public var startedAt: Date
    public var finishedAt: Date?

    public init(
        id: String, experiment: String, preset: String, settingsKey: String, settings: [String: KeyValue],
        provenance: Provenance, source: String? = nil, state: WorkState, startedAt: Date, finishedAt: Date? = nil
    ) {
        self.id = id
        self.experiment = experiment
        self.preset = preset
        self.settingsKey = settingsKey
        self.settings = settings
        self.provenance = provenance
        self.source = source
        self.state = state
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}

extension RunRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "run" }
}

/// One process that worked on a run.
public struct SessionRecord: Sendable, Codable, Equatable {
    public var runID: String
    /// 1 for the session that started the run.
    public var number: Int
    public var state: WorkState
    public var startedAt: Date
    public var finishedAt: Date?
    public var processID: Int32
    /// Identifies the boot of the machine that `processID` belongs to.
    public var bootID: String
    public var commandLine: [String]
    /// Commit of the code that ran.
    public var commit: String?

    public init(
        runID: String, number: Int, state: WorkState, startedAt: Date, finishedAt: Date? = nil, processID: Int32,
        bootID: String, commandLine: [String], commit: String? = nil
    ) {
        self.runID = runID
        self.number = number
        self.state = state
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.processID = processID
        self.bootID = bootID
        self.commandLine = commandLine
        self.commit = commit
    }
}

extension SessionRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "session" }
}
