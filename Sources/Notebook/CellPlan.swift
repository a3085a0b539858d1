/// Whether a step would run, and why.
public struct CellPlan: Sendable, Equatable {
    public var name: String
    public var key: ContentKey
    /// e.g. `never run`, `input learningRate changed 1e-5 -> 2e-5`, `resumed: 312 of 960 present`, `cached`.
    public var reason: String
    /// Whether the step's work is finished.
    public var isCached: Bool
    /// What the step took in earlier sessions.
    public var secondsSoFar: Double
    public var completed: Int
    public var total: Int?
    /// What the latest finished step of this name took, in this experiment or else another: the base of an
    /// estimate.
    public var earlierSeconds: Double?
    /// What one of its units took; `nil` for a step that counts none.
    public var earlierSecondsPerUnit: Double?
    /// What the study knows of the work ahead.
    public var work: StepWork?
    /// Of what steps up to this one leave in the workspace, what is removed once this one is done, in bytes.
    public var releasedDiskBytes = 0
}

extension Store {
    /// Compares a step with what the store holds: first the same run, then any run with the same key, then
    /// the experiment's latest step of that name, whose inputs tell what changed.
    public func plan(
        experiment: String, runID: String?, name: String, version: Int, inputs: [String: KeyValue], work: StepWork? = nil
    ) throws -> CellPlan {
        let key = ContentKey(step: name, version: version, inputs: inputs)
        var plan = CellPlan(
            name: name, key: key, reason: "never run", isCached: false, secondsSoFar: 0, completed: 0, work: work)
        let latest = try latestCell(experiment: experiment, name: name, preferring: runID)
        if let timed = try timedCell(experiment: experiment, name: name) {
            plan.earlierSeconds = timed.seconds
            plan.earlierSecondsPerUnit = timed.total.flatMap { $0 > 0 ? timed.seconds / Double($0) : nil }
        }
        if let latest, latest.key == key.hex, latest.runID == runID {
            plan.adopt(latest)
            plan.reason = Self.reasonToContinue(latest)
        } else if let finished = try finishedCell(key: key.hex) {
            plan.adopt(finished)
            plan.reason = "cached: computed in run \(finished.runID)"
        } else if let latest, latest.key == key.hex {
            plan.reason = "continues the work of run \(latest.runID)"
        } else if let latest {
            plan.reason = Self.changes(from: latest, toVersion: version, inputs: inputs)
        }
        return plan
    }

    private static func reasonToContinue(_ cell: CellRecord) -> String {
        switch cell.state {
        case .done: "cached"
        case .failed: "failed before: trying again"
        case .running, .interrupted, .incomplete:
            cell.total.map { "resumed: \(cell.completed) of \($0) present" } ?? "resumed"
        }
    }

    private static func changes(from cell: CellRecord, toVersion version: Int, inputs: [String: KeyValue]) -> String {
        var changes: [String] = []
        if cell.version != version { changes.append("step version changed \(cell.version) -> \(version)") }
        changes += KeyValueDifference.between(.object(cell.inputs), .object(inputs)).map { "input " + $0.description }
        if changes.isEmpty { return "the step was renamed or its key is made differently" }
        let shown = changes.prefix(3).joined(separator: "; ")
        return changes.count > 3 ? shown + "; and \(changes.count - 3) more" : shown
    }
}

extension CellPlan {
    fileprivate mutating func adopt(_ cell: CellRecord) {
        isCached = cell.state == .done
        secondsSoFar = cell.seconds
        completed = cell.completed
        total = cell.total
    }
}
