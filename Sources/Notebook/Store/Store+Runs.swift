import Foundation
import GRDB

extension Store {
    /// Runs, the latest first; of one experiment when given.
    public func runs(experiment: String? = nil) throws -> [RunRecord] {
        try read { db in
            var request = RunRecord.all()
            if let experiment { request = request.filter(Column("experiment") == experiment) }
            return try request.order(Column("startedAt").desc, Column("id")).fetchAll(db)
        }
    }

    public func run(id: String) throws -> RunRecord? { try read { try RunRecord.fetchOne($0, key: id) } }

    /// The run whose identifier is or uniquely starts with `prefix`.
    /// - Throws: ``UserFailure`` (missing input) when there is none or more than one.
    public func run(matching prefix: String) throws -> RunRecord {
        let runs = try runs()
        if let exact = runs.first(where: { $0.id == prefix }) { return exact }
        let matches = runs.filter { $0.id.hasPrefix(prefix) }
        if let only = matches.first, matches.count == 1 { return only }
        let known = (matches.isEmpty ? runs : matches).prefix(8).map(\.id).joined(separator: ", ")
        throw UserFailure(
            "cannot find the run \"\(prefix)\"", location: workspace.path,
            why: matches.isEmpty ? "no run has this identifier" : "several runs start like this",
            remedy: known.isEmpty ? "run an experiment first" : "use one of: \(known)", exitStatus: .missingInput)
    }

    public func sessions(runID: String) throws -> [SessionRecord] {
        try read { try SessionRecord.filter(Column("runID") == runID).order(Column("number")).fetchAll($0) }
    }

    /// Cells of a run in order.
    public func cells(runID: String) throws -> [CellRecord] {
        try read { try CellRecord.filter(Column("runID") == runID).order(Column("position")).fetchAll($0) }
    }

    /// Removes a run with its cells and evaluations. Work that is shared by content stays.
    public func removeRun(id: String) throws {
        try write { _ = try RunRecord.deleteOne($0, key: id) }
    }

    /// Marks runs that say they are running as interrupted. Only the holder of the writer's lock can ask, so
    /// their processes are gone.
    @discardableResult
    func markAbandonedRuns() throws -> [String] {
        try write { db in
            let ids = try String.fetchAll(db, sql: "SELECT id FROM run WHERE state = 'running' ORDER BY id")
            for table in ["run", "session", "cell"] {
                try db.execute(sql: "UPDATE \(table) SET state = 'interrupted' WHERE state = 'running'")
            }
            return ids
        }
    }

    /// Opens the run of these settings, making it when it is new, and adds a session to it.
    func startRun(
        experiment: String, preset: String, settings: [String: KeyValue], provenance: Provenance, source: String?,
        at date: Date
    ) throws -> (run: RunRecord, session: Int, isNew: Bool) {
        let key = ContentKey(.object(settings)).hex
        return try write { db in
            let existing = try RunRecord.fetchOne(db, key: ["experiment": experiment, "settingsKey": key])
            var run = try existing ?? RunRecord(
                id: Self.freeRunID(db, experiment: experiment, settingsKey: key), experiment: experiment,
                preset: preset, settingsKey: key, settings: settings, provenance: provenance, state: .running,
                startedAt: date)
            run.preset = preset
            run.provenance = provenance
            run.source = source
            run.state = .running
            run.finishedAt = nil
            try run.upsert(db)
            let last = try Int.fetchOne(db, sql: "SELECT MAX(number) FROM session WHERE runID = ?", arguments: [run.id])
            let session = SessionRecord(
                runID: run.id, number: (last ?? 0) + 1, state: .running, startedAt: date,
                processID: ProcessInfo.processInfo.processIdentifier, bootID: Machine.bootID,
                commandLine: provenance.commandLine, commit: provenance.commit)
            try session.insert(db)
            return (run, session.number, existing == nil)
        }
    }

    private static func freeRunID(_ db: Database, experiment: String, settingsKey: String) throws -> String {
        var length = 6
        while length < settingsKey.count {
            let id = experiment + "-" + settingsKey.prefix(length)
            if try RunRecord.fetchOne(db, key: id) == nil { return id }
            length += 2
        }
        return experiment + "-" + settingsKey
    }

    /// Ends a session and its run. Cells that this session did not come to are no longer part of a run that
    /// is done.
    func finishRun(id: String, session: Int, state: WorkState, visitedCells: Set<String>, at date: Date) throws {
        try write { db in
            try db.execute(
                sql: "UPDATE run SET state = ?, finishedAt = ? WHERE id = ?", arguments: [state, date, id])
            try db.execute(
                sql: "UPDATE session SET state = ?, finishedAt = ? WHERE runID = ? AND number = ?",
                arguments: [state, date, id, session])
            if state == .done {
                _ = try CellRecord.filter(Column("runID") == id && !visitedCells.contains(Column("name"))).deleteAll(db)
            }
        }
    }
}
