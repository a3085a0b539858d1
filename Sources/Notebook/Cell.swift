import Foundation
import Synchronization

/// A step while it runs.
public final class Cell: Sendable {
    struct State {
        var output: [String] = []
        var completed: Int
        var total: Int?
    }

    public let name: String
    public let key: ContentKey
    /// Why the step runs, or that its work is there already.
    public let reason: String
    /// Whether a finished step with the same key exists, in this run or another.
    public let isCached: Bool
    private let record: CellRecord
    private let notebook: Notebook
    private let start: Duration
    private let state: Mutex<State>

    init(record: CellRecord, plan: CellPlan, notebook: Notebook) {
        name = record.name
        key = plan.key
        reason = plan.reason
        isCached = plan.isCached
        self.record = record
        self.notebook = notebook
        start = notebook.clock.elapsed()
        state = Mutex(State(completed: record.completed, total: record.total))
    }

    public var store: Store { notebook.store }
    public var console: Console { notebook.console }

    /// Throws ``Interrupted`` when a stop was requested. To be called between two units of work.
    public func checkInterruption() throws(Interrupted) { try notebook.interruption.check() }

    /// Time the step took so far, over all sessions. A cached step costs what it cost when it ran.
    public var seconds: Double {
        record.seconds + (isCached ? 0 : (notebook.clock.elapsed() - start) / .seconds(1))
    }

    /// Shows Markdown below the cell: on the console now, and on the notebook page.
    ///
    /// - Parameter text: what the console shows instead, e.g. a table that is wrapped to a terminal's width.
    public func show(_ markdown: String, inTerminal text: String? = nil) {
        state.withLock { $0.output.append(markdown) }
        console.print(text ?? markdown)
    }

    /// Reports a measured value to a program that watches the run.
    public func metric(_ name: String, step: Int? = nil, _ values: [String: Double]) {
        console.send(.metric(name: name, step: step, values: values))
    }

    /// Starts counting units of work. `completed` units are present from earlier sessions or other runs.
    public func progress(total: Int?, completed: Int = 0, unit: String = "") throws -> StepProgress {
        try update(completed: completed, total: total)
        return StepProgress(
            name: name, total: total, completed: completed, unit: unit, console: console,
            clock: notebook.clock.elapsed
        ) { [self] count in try update(completed: count, total: total) }
    }

    private func update(completed: Int, total: Int?) throws {
        state.withLock {
            $0.completed = completed
            $0.total = total
        }
        // Counting again what is cached would make a finished step look unfinished to `status`.
        if isCached { return }
        try store.updateProgress(
            runID: record.runID, name: name, completed: completed, total: total, seconds: seconds,
            at: notebook.clock.date())
    }

    func end(_ end: WorkState) throws {
        console.clearProgress()
        var record = record
        state.withLock {
            record.output = $0.output.joined(separator: "\n\n")
            record.completed = $0.completed
            record.total = $0.total
        }
        record.state = end
        record.seconds = seconds
        record.updatedAt = notebook.clock.date()
        try store.save(cell: record)
    }
}
