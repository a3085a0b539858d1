/// An error that a person can act on: what failed, where, why and what to do. Programs print it without a
/// stack trace and end with its exit status.
public protocol UserError: Error, CustomStringConvertible {
    /// What could not be done, e.g. "cannot open the store".
    var what: String { get }
    /// The file (with line or offset), table, URL or option concerned.
    var location: String? { get }
    /// The cause.
    var why: String { get }
    /// What a person can do about it.
    var remedy: String { get }
    var exitStatus: ExitStatus { get }
}

extension UserError {
    public var description: String {
        var lines = ["error: " + what]
        if let location { lines.append("  where: " + location) }
        if !why.isEmpty { lines.append("  why:   " + why) }
        if !remedy.isEmpty { lines.append("  try:   " + remedy) }
        return lines.joined(separator: "\n")
    }
}

/// Wraps an error of a layer that does not know exit codes, or states one that needs no type of its own.
public struct UserFailure: UserError {
    public var what: String
    public var location: String?
    public var why: String
    public var remedy: String
    public var exitStatus: ExitStatus

    public init(
        _ what: String, location: String? = nil, why: String, remedy: String = "", exitStatus: ExitStatus = .failed
    ) {
        self.what = what
        self.location = location
        self.why = why
        self.remedy = remedy
        self.exitStatus = exitStatus
    }
}

/// What a program prints and returns for any error that reaches its top.
public struct FailureReport: Sendable, Equatable {
    public var message: String
    public var exitStatus: ExitStatus

    public init(_ error: any Error) {
        switch error {
        case let error as any UserError:
            message = error.description
            exitStatus = error.exitStatus
        case is CancellationError:
            message = "stopped: the work was cancelled\n  try:   run the same command to continue"
            exitStatus = .interrupted
        default:
            message =
                "internal error: \(error)\n"
                + "  try:   run the same command again; if it repeats, report it with this message"
            exitStatus = .internalError
        }
    }
}
