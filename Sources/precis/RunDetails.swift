import Notebook
import Reporting

/// All that is known of a run.
struct RunDetails {
    let status: RunStatus
    let sessions: [SessionRecord]
    let evaluations: [(record: EvaluationRecord, rowCount: Int)]
    let rounds: [(record: ResponseRoundRecord, ranker: String, pairCount: Int)]
    let comparisons: [(record: ResponseComparisonRecord, ranker: String, counts: ComparisonCounts)]

    init(store: Store, run: RunRecord) throws {
        status = try store.status(of: run)
        sessions = try store.sessions(runID: run.id)
        evaluations = try store.evaluations(runID: run.id).map { evaluation in
            (evaluation, try evaluation.id.map { try store.rows(ofEvaluation: $0).count } ?? 0)
        }
        func name(_ rankerKey: String) throws -> String { try store.ranker(key: rankerKey)?.name ?? rankerKey }
        rounds = try store.responseRounds(runID: run.id).map { round in
            (round, try name(round.rankerKey), try store.pairs(pairSetKey: round.pairSetKey).count)
        }
        comparisons = try store.responseComparisons(runID: run.id).map { comparison in
            let rows = try comparison.id.map(store.rows(ofResponseComparison:)) ?? []
            return (comparison, try name(comparison.rankerKey), ComparisonCounts(rows))
        }
    }

    /// Instructions by whose response the ranker scores higher; a missing score is a tie.
    struct ComparisonCounts {
        var wins = 0
        var ties = 0
        var losses = 0

        init(_ rows: [ResponseComparisonRowRecord]) {
            for row in rows {
                let difference = row.challengerScore.flatMap { a in row.opponentScore.map { a - $0 } } ?? 0
                if difference > 0 { wins += 1 } else if difference < 0 { losses += 1 } else { ties += 1 }
            }
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
            members["rounds"] = .array(
                rounds.map { round, ranker, pairCount in
                    [
                        "round": .int(round.round), "answered_by": .string(round.startLabel), "trained": .string(round.trainedLabel),
                        "ranker": .string(ranker), "responses_per_instruction": .int(round.responsesPerInstruction),
                        "pairs": .int(pairCount), "pair_drops": .object(round.pairDrops.mapValues(KeyValue.int)),
                        "instruction_drops": .object(round.instructionDrops.mapValues(KeyValue.int)),
                    ]
                })
            members["comparisons"] = .array(
                comparisons.map { comparison, ranker, counts in
                    [
                        "name": .string(comparison.name), "round": .int(comparison.round),
                        "challenger": .string(comparison.challengerLabel), "opponent": .string(comparison.opponentLabel),
                        "ranker": .string(ranker), "wins": .int(counts.wins), "ties": .int(counts.ties), "losses": .int(counts.losses),
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
        var parts = [StatusCommand.text(status), settings.text(), provenance.text(), sessionTable.text()]
        if rounds.isEmpty || !evaluations.isEmpty { parts.append(systems.text()) }
        if !rounds.isEmpty { parts.append(roundTable.text()) }
        if !comparisons.isEmpty { parts.append(comparisonTable.text()) }
        return parts.joined(separator: "\n")
    }

    private var roundTable: Table {
        Table(
            "Rounds on instructions", ["round", "answered by", "ranked by", "pairs", "trained"], numbers: ["round", "pairs"],
            rows: rounds.map { ["\($0.record.round)", $0.record.startLabel, $0.ranker, "\($0.pairCount)", $0.record.trainedLabel] })
    }

    private var comparisonTable: Table {
        Table(
            "Comparisons on held-out instructions", ["challenger", "opponent", "ranked by", "wins", "ties", "losses"],
            numbers: ["wins", "ties", "losses"],
            rows: comparisons.map { comparison, ranker, counts in
                [
                    comparison.challengerLabel, comparison.opponentLabel, ranker, "\(counts.wins)", "\(counts.ties)",
                    "\(counts.losses)",
                ]
            })
    }

    private func flatten(_ value: KeyValue, path: String) -> [(String, String)] {
        guard case .object(let members) = value else { return [(path, value.displayText)] }
        return members.sorted { $0.key < $1.key }.flatMap { name, member in
            flatten(member, path: path.isEmpty ? name : path + "." + name)
        }
    }
}
