import Foundation
import GRDB

/// Why the store could not be opened, read or written.
public struct StoreError: UserError, Equatable {
    public enum Kind: Sendable, Equatable {
        /// The workspace folder or the store does not exist.
        case missing
        /// The file is no SQLite database.
        case notADatabase
        /// A SQLite database of another program.
        case foreign
        /// The file is a database, but damaged.
        case corrupt
        /// Written by a newer version of this program.
        case newerSchema
        case notWritable
        case diskFull
        /// Another process writes to the workspace.
        case locked
        /// A row broke a constraint of the schema: a defect of the program.
        case constraint
        case other
    }

    public var kind: Kind
    public var what: String
    public var location: String?
    public var why: String

    public init(_ kind: Kind, what: String, location: String?, why: String) {
        self.kind = kind
        self.what = what
        self.location = location
        self.why = why
    }

    public var remedy: String {
        switch kind {
        case .missing: "run an experiment first, or name its workspace with --workspace"
        case .notADatabase, .foreign: "move the file away, or choose another folder with --workspace"
        case .corrupt: "move the file away and run again; results are then computed anew"
        case .newerSchema: "update the program, or choose another folder with --workspace"
        case .notWritable: "make the folder writable, or choose another with --workspace"
        case .diskFull: "free some space and run the same command to continue"
        case .locked: "wait for the other run, stop it, or choose another folder with --workspace"
        case .constraint: "report this message with the command that led to it"
        case .other: "run the same command again"
        }
    }

    public var exitStatus: ExitStatus {
        switch kind {
        case .missing: .missingInput
        case .notADatabase, .foreign, .corrupt, .newerSchema: .badData
        case .notWritable, .diskFull, .locked: .cannotWrite
        case .constraint: .internalError
        case .other: .failed
        }
    }
}

extension StoreError {
    /// The typed form of what SQLite reported; errors of other kinds pass through unchanged.
    static func wrapping(_ error: any Error, what: String, location: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        return StoreError(kind(of: error), what: what, location: location, why: error.message ?? "\(error.resultCode)")
    }

    private static func kind(of error: DatabaseError) -> Kind {
        switch error.resultCode {
        case .SQLITE_NOTADB: .notADatabase
        case .SQLITE_CORRUPT: .corrupt
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_IOERR, .SQLITE_AUTH: .notWritable
        case .SQLITE_FULL: .diskFull
        case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH: .constraint
        default: .other
        }
    }
}
