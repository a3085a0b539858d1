/// What a run tells a program that watches it: one JSON object per line with `--json`.
public enum ConsoleEvent: Sendable, Equatable {
    case stepStarted(name: String, key: String, reason: String)
    case stepCached(name: String, key: String, reason: String)
    case progress(name: String, completed: Int, total: Int?, perSecond: Double?, secondsLeft: Double?)
    case stepDone(name: String, key: String, seconds: Double)
    case metric(name: String, step: Int?, values: [String: Double])
    case checkpoint(name: String, path: String)
    case warning(String)
    /// The last line of every run.
    case done(run: String, state: WorkState, exitStatus: ExitStatus, message: String?)

    var json: String {
        var members: [String: KeyValue]
        switch self {
        case .stepStarted(let name, let key, let reason):
            members = ["event": "step_started", "name": .string(name), "key": .string(key), "reason": .string(reason)]
        case .stepCached(let name, let key, let reason):
            members = ["event": "step_cached", "name": .string(name), "key": .string(key), "reason": .string(reason)]
        case .progress(let name, let completed, let total, let perSecond, let secondsLeft):
            members = ["event": "progress", "name": .string(name), "completed": .int(completed)]
            members["total"] = total.map(KeyValue.int)
            members["per_second"] = perSecond.map(KeyValue.double)
            members["seconds_left"] = secondsLeft.map(KeyValue.double)
        case .stepDone(let name, let key, let seconds):
            members = ["event": "step_done", "name": .string(name), "key": .string(key), "seconds": .double(seconds)]
        case .metric(let name, let step, let values):
            // JSON has no NaN: such values are null.
            let numbers = values.mapValues { $0.isFinite ? KeyValue.double($0) : .null }
            members = ["event": "metric", "name": .string(name), "values": .object(numbers)]
            members["step"] = step.map(KeyValue.int)
        case .checkpoint(let name, let path):
            members = ["event": "checkpoint", "name": .string(name), "path": .string(path)]
        case .warning(let message):
            members = ["event": "warning", "message": .string(message)]
        case .done(let run, let state, let exitStatus, let message):
            members = [
                "event": "done", "run": .string(run), "state": .string(state.rawValue),
                "exit_code": .int(Int(exitStatus.rawValue)),
            ]
            members["message"] = message.map(KeyValue.string)
        }
        return KeyValue.object(members).canonicalJSON
    }
}
