import Foundation
import Synchronization

/// Thrown by a step that stopped because a person or the system asked it to.
public struct Interrupted: UserError, Equatable {
    /// SIGINT or SIGTERM.
    public var signal: Int32

    public init(signal: Int32) { self.signal = signal }

    public var what: String { "interrupted" }
    public var location: String? { nil }
    public var why: String { signal == SIGTERM ? "the program was asked to end" : "Ctrl-C was pressed" }
    public var remedy: String { "run the same command to continue" }
    public var exitStatus: ExitStatus { signal == SIGTERM ? .terminated : .interrupted }

    public var description: String { "stopped; run the same command to continue" }
}

/// A request to stop, polled by long steps between two units of work.
///
/// After ``handleSignals()`` the first SIGINT or SIGTERM sets ``signals``, so that work stops after the unit
/// at hand; the second ends the program at once.
public final class Interruption: Sendable {
    private let requestedSignal = Atomic<Int32>(0)

    public init() {}

    /// The request that the process's signals set.
    public static let signals = Interruption()

    public var isRequested: Bool { requestedSignal.load(ordering: .relaxed) != 0 }

    /// - Returns: whether this was the first request.
    @discardableResult
    public func request(signal: Int32 = SIGINT) -> Bool {
        requestedSignal.compareExchange(expected: 0, desired: signal, ordering: .relaxed).exchanged
    }

    /// Throws ``Interrupted`` when a stop was requested.
    public func check() throws(Interrupted) {
        let signal = requestedSignal.load(ordering: .relaxed)
        if signal != 0 { throw Interrupted(signal: signal) }
    }

    /// Takes over SIGINT and SIGTERM, and ignores SIGPIPE so that a figure program or pager that ends early
    /// shows as a failed write.
    public static func handleSignals() {
        // The handler may only touch what exists already: globals are made lazily, so make it here.
        _ = signals
        var action = sigaction()
        setHandler(of: &action)
        sigemptyset(&action.sa_mask)
        // Restarting system calls keeps EINTR out of code that does not expect it.
        action.sa_flags = Int32(SA_RESTART)
        sigaction(SIGINT, &action, nil)
        sigaction(SIGTERM, &action, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    private static func setHandler(of action: inout sigaction) {
        #if canImport(Glibc)
            action.__sigaction_handler.sa_handler = onStopSignal
        #else
            action.__sigaction_u.__sa_handler = onStopSignal
        #endif
    }
}

/// Only async-signal-safe work: an atomic exchange, `write`, `_exit`.
private func onStopSignal(_ signal: Int32) {
    if Interruption.signals.request(signal: signal) {
        let note: StaticString = "\nstopping after the unit at hand; once more to stop now\n"
        _ = write(STDERR_FILENO, note.utf8Start, note.utf8CodeUnitCount)
    } else {
        _exit(128 + signal)
    }
}
