/// Exit codes of every program of the package, documented in their help. The numbers from 64 up follow
/// BSD `sysexits.h`; 130 and 143 are 128 plus the signal that ended the program.
public enum ExitStatus: Int32, Sendable, CaseIterable {
    case ok = 0
    /// The work could not be done.
    case failed = 1
    /// `verify` or `compare` found a difference.
    case difference = 3
    /// The command line is wrong.
    case usage = 64
    /// A file's content is wrong.
    case badData = 65
    /// A file that is needed does not exist or cannot be read.
    case missingInput = 66
    /// A remote endpoint does not answer.
    case endpointUnavailable = 69
    /// A defect of the program.
    case internalError = 70
    /// A file, folder or store cannot be written.
    case cannotWrite = 73
    /// Some of the work is left; running the same command again continues it.
    case incomplete = 75
    /// A configuration value is wrong.
    case configuration = 78
    /// Interrupted from the keyboard (SIGINT).
    case interrupted = 130
    /// Asked to end (SIGTERM).
    case terminated = 143

    /// One line for the table of exit codes in help.
    public var summary: String {
        switch self {
        case .ok: "done"
        case .failed: "failed"
        case .difference: "verify or compare found a difference"
        case .usage: "wrong command line"
        case .badData: "bad data in a file"
        case .missingInput: "missing input"
        case .endpointUnavailable: "endpoint unavailable"
        case .internalError: "internal error"
        case .cannotWrite: "cannot write"
        case .incomplete: "incomplete; run the same command to continue"
        case .configuration: "wrong configuration"
        case .interrupted: "interrupted (Ctrl-C)"
        case .terminated: "interrupted (SIGTERM)"
        }
    }

    /// The table of exit codes, for the discussion part of a command's help.
    public static var helpTable: String {
        "EXIT CODES:\n"
            + allCases.map { status in
                let code = String(status.rawValue)
                return "  " + code + String(repeating: " ", count: 5 - code.count) + status.summary
            }.joined(separator: "\n")
    }
}
