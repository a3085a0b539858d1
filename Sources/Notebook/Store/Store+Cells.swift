import Foundation
import GRDB

extension Store {
    func save(cell: CellRecord) throws { try upsert([cell]) }

    func cell(runID: String, name: String) throws -> CellRecord? {
        try read { try CellRecord.fetchOne($0, key: ["runID": runID, "name": name]) }
    }

    /// The cell of this name that an experiment worked on last, in `runID` if it has one there.
    func latestCell(experiment: String, name: String, preferring runID: String?) throws -> CellRecord? {
        try read { db in
            try CellRecord.fetchOne(
                db,
                sql: """
                    SELECT cell.* FROM cell JOIN run ON run.id = cell.runID
                    WHERE run.experiment = ? AND cell.name = ?
                    ORDER BY cell.runID = ? DESC, cell.updatedAt DESC, cell.runID LIMIT 1
                    """, arguments: [experiment, name, runID ?? ""])
        }
    }

    /// A finished cell of any run with this key.
    func finishedCell(key: String) throws -> CellRecord? {
        try read { db in
            try CellRecord.filter(Column("key") == key && Column("state") == WorkState.done)
                .order(Column("updatedAt"), Column("runID")).fetchOne(db)
        }
    }

    /// The finished cell of this name whose time tells what the step takes on this machine.
    func timedCell(experiment: String, name: String) throws -> CellRecord? {
        try read { db in
            try CellRecord.fetchOne(
                db,
                sql: """
                    SELECT cell.* FROM cell JOIN run ON run.id = cell.runID
                    WHERE cell.name = ? AND cell.state = 'done' AND cell.seconds > 0
                    ORDER BY run.experiment = ? DESC, cell.updatedAt DESC, cell.runID LIMIT 1
                    """, arguments: [name, experiment])
        }
    }

    /// Seconds per unit of the five latest different steps whose names begin with the word `kind`.
    func secondsPerUnit(kind: String) throws -> [Double] {
        try read { db in
            try Double.fetchAll(
                db,
                sql: """
                    SELECT seconds / total FROM cell
                    WHERE (name = ?1 OR substr(name, 1, length(?1) + 1) = ?1 || ' ')
                        AND state = 'done' AND seconds > 0 AND total > 0
                    GROUP BY key ORDER BY max(updatedAt) DESC, key LIMIT 5
                    """, arguments: [kind])
        }
    }

    func updateProgress(
        runID: String, name: String, completed: Int, total: Int?, seconds: Double, at date: Date
    ) throws {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE cell SET completed = ?, total = ?, seconds = ?, updatedAt = ?
                    WHERE runID = ? AND name = ?
                    """, arguments: [completed, total, seconds, date, runID, name])
        }
    }
}
