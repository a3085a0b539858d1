import Foundation
import Synchronization

/// Counts the units of a step as they are done, and shows rate and time left. May be advanced from any thread.
public final class StepProgress: Sendable {
    struct State {
        var completed: Int
        var lastShown: Duration
        var lastStored: Duration
    }

    public let name: String
    /// Units of work in all, those of earlier sessions included.
    public let total: Int?
    public let unit: String
    private let initial: Int
    private let start: Duration
    private let console: Console
    private let clock: @Sendable () -> Duration
    private let store: @Sendable (_ completed: Int) throws -> Void
    private let state: Mutex<State>

    init(
        name: String, total: Int?, completed: Int, unit: String, console: Console,
        clock: @escaping @Sendable () -> Duration, store: @escaping @Sendable (_ completed: Int) throws -> Void
    ) {
        self.name = name
        self.total = total
        self.unit = unit
        self.console = console
        self.clock = clock
        self.store = store
        initial = completed
        start = clock()
        state = Mutex(State(completed: completed, lastShown: start, lastStored: start))
    }

    public var completed: Int { state.withLock { $0.completed } }

    /// Counts `count` finished units, and shows the progress when it is time to.
    /// - Throws: ``StoreError`` when the store cannot take the count.
    public func advance(by count: Int = 1) throws {
        let now = clock()
        let due = state.withLock { state in
            state.completed += count
            let isLast = state.completed == total
            let show = isLast || now - state.lastShown >= (console.isTerminal ? .milliseconds(100) : .seconds(30))
            let save = isLast || now - state.lastStored >= .seconds(1)
            if show { state.lastShown = now }
            if save { state.lastStored = now }
            return (completed: state.completed, show: show, save: save)
        }
        if due.save { try store(due.completed) }
        if due.show { show(completed: due.completed, elapsed: now - start) }
    }

    private func show(completed: Int, elapsed: Duration) {
        let estimate = ProgressEstimate(
            completed: completed, initial: initial, total: total, elapsed: elapsed / .seconds(1))
        console.showProgress(estimate.line(name: name, unit: unit))
        console.send(
            .progress(
                name: name, completed: completed, total: total, perSecond: estimate.perSecond,
                secondsLeft: estimate.secondsLeft))
    }
}

/// Rate and time left, from the units that this session did; those found done say nothing about speed.
struct ProgressEstimate: Equatable {
    var completed: Int
    var initial: Int
    var total: Int?
    /// Seconds since the session began the step.
    var elapsed: Double

    var perSecond: Double? {
        elapsed > 0 && completed > initial ? Double(completed - initial) / elapsed : nil
    }

    var secondsLeft: Double? {
        guard let perSecond, let total else { return nil }
        return Double(max(0, total - completed)) / perSecond
    }

    /// `sample  312/960 articles  32 %  4.12/s  2:37 left`
    func line(name: String, unit: String) -> String {
        var parts = [name]
        parts.append(total.map { "\(completed)/\($0)" } ?? "\(completed)")
        if !unit.isEmpty { parts[1] += " " + unit }
        if let total, total > 0 { parts.append("\(completed * 100 / total) %") }
        if let perSecond { parts.append(rateText(perSecond) + "/s") }
        if let secondsLeft, completed != total { parts.append(DurationText.of(seconds: secondsLeft) + " left") }
        return parts.joined(separator: "  ")
    }
}
