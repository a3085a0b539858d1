import Notebook
import Reporting

/// All that is known of a run.
struct RunDetails {
    let status: RunStatus
    let sessions: [SessionRecord]
    let evaluations: [(record: EvaluationRecord, rowCount: Int)]

    init(store: Store, run: RunRecord) throws {
        status = try store.status(of: run)
        sessions = try store.sessions(runID: run.id)
        evaluations = try store.evaluations(runID: run.id).map { evaluation in
            (evaluation, try evaluation.id.map { try store.rows(ofEvaluation: $0).count } ?? 0)
        }
    }

    var json: KeyValue {
        get throws {
            var members = status.json.members
            members["settings"] = .object(status.run.settings)
            members["provenance"] = try KeyValue(encoding: status.run.provenance)
            members["session_list"] = .array(
                sessions.map { session in
                    var entry: [String: KeyValue] = [
                        "number": .int(session.number), "state": .string(session.state.rawValue),
                        "started_at": .string(TimeText.of(session.startedAt)),
                        "command_line": .array(session.commandLine.map(KeyValue.string)),
                    ]
                    entry["commit"] = session.commit.map(KeyValue.string)
                    entry["finished_at"] = session.finishedAt.map { .string(TimeText.of($0)) }
                    return .object(entry)
                })
            members["systems"] = .array(
                evaluations.map { evaluation, rowCount in
                    [
                        "name": .string(evaluation.systemName), "label": .string(evaluation.label),
                        "split": .string(evaluation.split), "articles": .int(rowCount),
                        "details": .object(evaluation.details),
                    ]
                })
            return .object(members)
        }
    }

    var text: String {
        let settings = Table(
            "Settings", ["name", "value"], rows: flatten(.object(status.run.settings), path: "").map { [$0.0, $0.1] })
        let provenance = Table(
            "Provenance", ["name", "value"],
            rows: status.run.provenance.details.sorted { $0.key < $1.key }.map { [$0.key, $0.value] })
        let sessionTable = Table(
            "Sessions", ["number", "state", "started (UTC)", "commit"], numbers: ["number"],
            rows: sessions.map {
                ["\($0.number)", $0.state.rawValue, TimeText.of($0.startedAt), String(($0.commit ?? "").prefix(12))]
            })
        let systems = Table(
            "Systems", ["system", "split", "articles", "label"], numbers: ["articles"],
            rows: evaluations.map { [$0.record.systemName, $0.record.split, "\($0.rowCount)", $0.record.label] })
        return [StatusCommand.text(status), settings.text(), provenance.text(), sessionTable.text(), systems.text()]
            .joined(separator: "\n")
    }

    private func flatten(_ value: KeyValue, path: String) -> [(String, String)] {
        guard case .object(let members) = value else { return [(path, value.displayText)] }
        return members.sorted { $0.key < $1.key }.flatMap { name, member in
            flatten(member, path: path.isEmpty ? name : path + "." + name)
        }
    }
}
