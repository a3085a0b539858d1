import Foundation
import GRDB

/// Everything that experiments measured: one SQLite file per workspace, in write-ahead-log mode, with one row
/// per unit of work, committed when the unit is done.
///
/// One process writes at a time; any number may read meanwhile. Rows of shared work (samples, judgements,
/// reference log-probabilities, ...) are addressed by content keys and serve every run; rows of a run
/// (cells, evaluations) go when the run is removed.
public final class Store: Sendable {
    public enum Access: Sendable {
        /// Creates the workspace and the store when they are missing, and migrates an older schema.
        case readWrite
        case readOnly
        /// As `readOnly`; where there is no store yet, an empty one in memory. For plans.
        case readOnlyOrEmpty
    }

    public static let fileName = "precis.sqlite"

    /// Folder of the store and of the files it names (weights).
    public let workspace: URL
    public let access: Access
    let reader: any DatabaseReader
    let writer: DatabasePool?
    private let lock: WriterLock?

    /// - Throws: ``StoreError``.
    public init(workspace: URL, access: Access) throws {
        let file = workspace.appendingPathComponent(Self.fileName)
        self.workspace = workspace
        self.access = access
        switch access {
        case .readWrite:
            try Self.makeFolder(workspace)
            lock = try WriterLock(workspace: workspace)
            let pool = try Self.wrapping("cannot open the store", file) {
                let pool = try DatabasePool(path: file.path, configuration: Self.configuration(readOnly: false))
                try pool.write { db in
                    try Self.checkOrigin(of: db, file: file)
                    // Before any table: whenever a process is killed, its file is known as a store.
                    try StoreSchema.mark(db)
                }
                try StoreSchema.migrator.migrate(pool)
                return pool
            }
            writer = pool
            reader = pool
        case .readOnly, .readOnlyOrEmpty:
            lock = nil
            writer = nil
            guard FileManager.default.fileExists(atPath: file.path) else {
                if access == .readOnlyOrEmpty {
                    let empty = try DatabaseQueue()
                    try StoreSchema.migrator.migrate(empty)
                    reader = empty
                    return
                }
                throw StoreError(
                    .missing, what: "cannot open the store", location: file.path, why: "there is no such file")
            }
            reader = try Self.wrapping("cannot open the store", file) {
                do {
                    let pool = try DatabasePool(path: file.path, configuration: Self.configuration(readOnly: true))
                    return try Self.openedForReading(pool, file)
                } catch let error as DatabaseError where Self.isUnwritten(file, error) {
                    let path = file.path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? file.path
                    let queue = try DatabaseQueue(
                        path: "file:\(path)?immutable=1", configuration: Self.configuration(readOnly: true))
                    return try Self.openedForReading(queue, file)
                }
            }
        }
    }

    private static func openedForReading(_ reader: any DatabaseReader, _ file: URL) throws -> any DatabaseReader {
        try reader.read { db in
            try checkOrigin(of: db, file: file)
            guard try StoreSchema.migrator.hasCompletedMigrations(db) else {
                throw StoreError(
                    .missing, what: "cannot read the store", location: file.path,
                    why: "it has an older schema, or none yet; a run updates it")
            }
        }
        return reader
    }

    /// Whether SQLite failed only because it cannot make its index of the write-ahead log, as in a folder
    /// that may not be written; without a log the file alone is the whole store and can be read as it is.
    private static func isUnwritten(_ file: URL, _ error: DatabaseError) -> Bool {
        let log = try? FileManager.default.attributesOfItem(atPath: file.path + "-wal")[.size] as? UInt64
        return [.SQLITE_READONLY, .SQLITE_CANTOPEN].contains(error.resultCode) && (log ?? 0) == 0
    }

    /// Whether a process is writing to the workspace now.
    public var isBeingWritten: Bool { WriterLock.isHeld(in: workspace) }

    private static func configuration(readOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.foreignKeysEnabled = true
        // Another process may hold the file for the moment that a checkpoint takes.
        configuration.busyMode = .timeout(10)
        configuration.label = "store"
        return configuration
    }

    private static func makeFolder(_ folder: URL) throws(StoreError) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw StoreError(
                .notWritable, what: "cannot make the workspace folder", location: folder.path,
                why: error.localizedDescription)
        }
    }

    private static func checkOrigin(of db: Database, file: URL) throws {
        let identifier = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        // The migrator's own table alone is what a process killed at its very beginning leaves.
        let hasTables = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE tbl_name <> 'grdb_migrations')") ?? false
        if hasTables, identifier != StoreSchema.applicationID {
            throw StoreError(
                .foreign, what: "cannot open the store", location: file.path,
                why: "the file is a SQLite database of another program")
        }
        if hasTables, try StoreSchema.migrator.hasBeenSuperseded(db) {
            throw StoreError(
                .newerSchema, what: "cannot open the store", location: file.path,
                why: "it was written by a newer version of this program")
        }
    }
}

extension Store {
    static func wrapping<Value>(_ what: String, _ file: URL, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw StoreError.wrapping(error, what: what, location: file.path)
        }
    }

    private var file: URL { workspace.appendingPathComponent(Self.fileName) }

    /// Runs `body` on one consistent state of the store.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try Self.wrapping("cannot read the store", file) { try reader.read(body) }
    }

    /// Runs `body` in one transaction: all of its rows are stored, or none.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        guard let writer else {
            throw StoreError(
                .notWritable, what: "cannot write to the store", location: file.path, why: "it was opened for reading")
        }
        return try Self.wrapping("cannot write to the store", file) { try writer.write(body) }
    }

    /// Moves the write-ahead log into the file, so that the file alone is the whole store.
    func checkpoint() throws {
        try Self.wrapping("cannot write to the store", file) {
            _ = try writer?.writeWithoutTransaction { try $0.checkpoint(.passive) }
        }
    }

    /// Inserts rows, or replaces those with the same primary key, in one transaction.
    func upsert<Record: PersistableRecord>(_ records: some Collection<Record>) throws {
        if records.isEmpty { return }
        try write { db in
            for record in records { try record.upsert(db) }
        }
    }
}

extension Store {
    /// Lets the file grow by `count` pages at most, for tests of a full disk.
    package func limitPages(toAdditional count: Int) throws {
        try write { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages + count)")
        }
    }
}
