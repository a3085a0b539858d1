import Notebook
import Reporting

extension Store {
    /// Every finished step of runs, for the report's provenance.
    func provenance(of runs: [RunRecord]) throws -> [ProvenanceEntry] {
        try runs.flatMap { run in
            try cells(runID: run.id).filter { $0.inputs["text"] == nil }.map { cell in
                var details = run.provenance.details
                details["preset"] = run.preset
                for (name, value) in cell.inputs { details["input " + name] = Self.shown(value) }
                return ProvenanceEntry(
                    experiment: run.experiment, runID: run.id, step: cell.name, key: cell.key, reason: cell.reason,
                    seconds: cell.seconds, details: details)
            }
        }
    }

    /// The notebook page of each run whose source is kept.
    func notebooks(of runs: [RunRecord]) throws -> [NotebookRecord] {
        try runs.compactMap { run in
            guard let source = run.source else { return nil }
            return NotebookRecord(
                experiment: run.experiment, runID: run.id, source: source,
                steps: try cells(runID: run.id).map {
                    .init(name: $0.name, line: $0.line, reason: $0.reason, output: $0.output)
                })
        }
    }

    /// Long lists of ids are shown by their number.
    private static func shown(_ value: KeyValue) -> String {
        if case .array(let items) = value, items.count > 12 { return "\(items.count) entries" }
        return value.canonicalJSON
    }
}
