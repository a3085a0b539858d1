import Foundation
import Synchronization

/// A run of an experiment: named cells that execute in order, each identified by the content of its inputs.
///
/// The same settings always belong to the same run, so starting an experiment again continues where it
/// stopped. A cell's body does its own resuming, row by row; the notebook records what each cell was given,
/// why it ran, how long it took over all sessions, and what it showed.
public final class Notebook: Sendable {
    public let store: Store
    public let experiment: String
    public let runID: String
    public let console: Console
    public let interruption: Interruption
    let clock: NotebookClock
    private let session: Int
    private let visited = Mutex<[String]>([])

    /// - Parameters:
    ///   - settings: resolved settings; everything in them identifies the run, so no paths.
    ///   - sourceFile: the experiment's source (`#filePath`), kept for its notebook page when it can be read.
    /// - Throws: ``StoreError``.
    public convenience init(
        store: Store, experiment: String, preset: String, settings: [String: KeyValue], provenance: Provenance,
        console: Console, interruption: Interruption = .signals, sourceFile: String? = nil
    ) throws {
        let source = sourceFile.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) }
        try self.init(
            store: store, experiment: experiment, preset: preset, settings: settings, provenance: provenance,
            console: console, interruption: interruption, source: source, clock: .system)
    }

    package init(
        store: Store, experiment: String, preset: String, settings: [String: KeyValue], provenance: Provenance,
        console: Console, interruption: Interruption, source: String?, clock: NotebookClock
    ) throws {
        try store.markAbandonedRuns()
        let start = try store.startRun(
            experiment: experiment, preset: preset, settings: settings, provenance: provenance, source: source,
            at: clock.date())
        self.store = store
        self.experiment = experiment
        self.console = console
        self.interruption = interruption
        self.clock = clock
        runID = start.run.id
        session = start.session
        console.log((start.isNew ? "run " : "continuing run ") + runID)
    }

    /// Runs an experiment's cells and records how the run ended: done, incomplete, interrupted or failed.
    ///
    /// - Parameter report: gives errors of layers that do not know exit codes their message and status.
    public func run<Value>(
        reporting report: (any Error) -> FailureReport = { FailureReport($0) },
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            let value = try await body()
            try finish(.done, exitStatus: .ok, message: nil)
            return value
        } catch {
            let failure = report(error)
            // The first error is the one to report, also when the store cannot take the state.
            try? finish(Self.state(after: error), exitStatus: failure.exitStatus, message: failure.message)
            throw error
        }
    }

    /// Executes a step.
    ///
    /// - Parameters:
    ///   - name: unique within the run.
    ///   - version: raised when the step's code changes what it computes.
    ///   - inputs: everything the result depends on: settings, content hashes, seeds, the numeric mode.
    ///   - body: always called, also when ``Cell/isCached``; it finds its finished rows in the store.
    /// - Throws: what the body throws; ``Interrupted``; ``StoreError``; ``UserFailure`` for a repeated name.
    public func cell<Value>(
        _ name: String, version: Int = 1, inputs: [String: KeyValue], line: Int = #line,
        isolation: isolated (any Actor)? = #isolation, _ body: (Cell) async throws -> Value
    ) async throws -> Value {
        try interruption.check()
        let cell = try begin(name, version: version, inputs: inputs, line: line)
        do {
            let value = try await body(cell)
            try cell.end(.done)
            console.send(.stepDone(name: name, key: cell.key.hex, seconds: cell.seconds))
            return value
        } catch {
            try? cell.end(Self.state(after: error))
            throw error
        }
    }

    private func begin(_ name: String, version: Int, inputs: [String: KeyValue], line: Int) throws -> Cell {
        let position = try visited.withLock { visited in
            guard !visited.contains(name) else {
                throw UserFailure(
                    "the cell \"\(name)\" appears twice in \(experiment)", location: "line \(line)",
                    why: "cells are found again by their name", remedy: "give each cell its own name",
                    exitStatus: .internalError)
            }
            visited.append(name)
            return visited.count - 1
        }
        let plan = try store.plan(
            experiment: experiment, runID: runID, name: name, version: version, inputs: inputs)
        let now = clock.date()
        var record = CellRecord(
            runID: runID, name: name, position: position, line: line, version: version, key: plan.key.hex,
            reason: plan.reason, state: plan.isCached ? .done : .running, seconds: plan.secondsSoFar,
            completed: plan.completed, total: plan.total, startedAt: now, updatedAt: now, inputs: inputs, output: "")
        if let earlier = try store.cell(runID: runID, name: name), earlier.key == record.key {
            record.startedAt = earlier.startedAt
            record.output = earlier.output
            // The reason says why the work was done, which a rerun that finds it done does not change.
            if plan.isCached { record.reason = earlier.reason }
        }
        try store.save(cell: record)
        announce(plan, name: name)
        return Cell(record: record, plan: plan, notebook: self)
    }

    private func announce(_ plan: CellPlan, name: String) {
        console.heading(name, plan.reason)
        if plan.isCached {
            console.send(.stepCached(name: name, key: plan.key.hex, reason: plan.reason))
        } else {
            console.send(.stepStarted(name: name, key: plan.key.hex, reason: plan.reason))
        }
    }

    private func finish(_ state: WorkState, exitStatus: ExitStatus, message: String?) throws {
        console.clearProgress()
        try store.finishRun(
            id: runID, session: session, state: state, visitedCells: Set(visited.withLock { $0 }), at: clock.date())
        try store.checkpoint()
        console.send(.done(run: runID, state: state, exitStatus: exitStatus, message: message))
    }

    private static func state(after error: any Error) -> WorkState {
        switch FailureReport(error).exitStatus {
        case .interrupted, .terminated: .interrupted
        case .incomplete: .incomplete
        default: .failed
        }
    }
}

/// The time, as a notebook reads it.
package struct NotebookClock: Sendable {
    /// Time of the day, for records.
    package var date: @Sendable () -> Date
    /// Time that passes while the machine is awake, for durations.
    package var elapsed: @Sendable () -> Duration

    package init(date: @escaping @Sendable () -> Date, elapsed: @escaping @Sendable () -> Duration) {
        self.date = date
        self.elapsed = elapsed
    }

    package static let system: NotebookClock = {
        let origin = SuspendingClock.now
        return NotebookClock(date: { Date() }, elapsed: { SuspendingClock.now - origin })
    }()
}
