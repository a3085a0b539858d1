/// How far a run is, as another process sees it.
public struct RunStatus: Sendable, Equatable {
    public var run: RunRecord
    /// A run that says it is running while nobody writes to the workspace was interrupted.
    public var state: WorkState
    public var cells: [CellRecord]
    public var sessionCount: Int

    /// Time the run's cells took, over all sessions.
    public var seconds: Double { cells.reduce(0) { $0 + $1.seconds } }

    /// The cell at work, with its estimate.
    public var current: (cell: CellRecord, secondsLeft: Double?)? {
        guard state == .running, let cell = cells.last(where: { $0.state == .running }) else { return nil }
        guard let total = cell.total, cell.completed > 0, cell.seconds > 0 else { return (cell, nil) }
        return (cell, Double(max(0, total - cell.completed)) * cell.seconds / Double(cell.completed))
    }

    public var json: KeyValue {
        var members: [String: KeyValue] = [
            "run": .string(run.id), "experiment": .string(run.experiment), "preset": .string(run.preset),
            "state": .string(state.rawValue), "started_at": .string(TimeText.of(run.startedAt)),
            "seconds": .double(seconds), "sessions": .int(sessionCount),
            "steps": .array(cells.map { cell in
                var step: [String: KeyValue] = [
                    "name": .string(cell.name), "key": .string(cell.key), "reason": .string(cell.reason),
                    "state": .string(cell.state.rawValue), "seconds": .double(cell.seconds),
                    "completed": .int(cell.completed),
                ]
                step["total"] = cell.total.map(KeyValue.int)
                return .object(step)
            }),
        ]
        members["finished_at"] = run.finishedAt.map { .string(TimeText.of($0)) }
        members["seconds_left"] = current?.secondsLeft.map(KeyValue.double)
        return .object(members)
    }
}

extension Store {
    public func status(of run: RunRecord) throws -> RunStatus {
        var cells = try cells(runID: run.id)
        let isAbandoned = run.state == .running && !isBeingWritten
        if isAbandoned {
            for index in cells.indices where cells[index].state == .running { cells[index].state = .interrupted }
        }
        return RunStatus(
            run: run, state: isAbandoned ? .interrupted : run.state, cells: cells,
            sessionCount: try sessions(runID: run.id).count)
    }
}
