import Notebook
import Reporting

/// The runs of experiments on instructions that a report is made of, and what they hold.
struct ResponseReader {
    private static let experiments = ["pairrm", "self-rewarding"]

    let store: Store
    /// The newest of each experiment that finished a round, in reading order.
    let runs: [RunRecord]

    /// - Parameter preset: only runs of this preset.
    init(_ store: Store, preset: String?) throws {
        self.store = store
        let all = try store.runs().sorted { $0.startedAt > $1.startedAt }
        runs = try Self.experiments.compactMap { experiment in
            try all.first { run in
                guard run.experiment == experiment, preset == nil || run.preset == preset else { return false }
                return try !store.responseRounds(runID: run.id).isEmpty
            }
        }
    }

    /// `nil` where there is no run.
    func results() throws -> [ResponseExperiment]? {
        runs.isEmpty ? nil : try runs.map(results)
    }

    private func results(of run: RunRecord) throws -> ResponseExperiment {
        let subjects = run.provenance.subjects ?? [:]
        let shown = run.settings["responses"]?.members["shown"]?.number.map { Int($0) }
        let rounds = try store.responseRounds(runID: run.id).map(store.responseRound)
        let comparisons = try store.responseComparisons(runID: run.id).compactMap { record in
            try record.id.map { try store.responseComparison(record, id: $0) }
        }
        return ResponseExperiment(
            experiment: run.experiment, runID: run.id, model: subjects["model"] ?? "the model",
            instructions: subjects["instructions"] ?? "instructions", rootSeed: run.provenance.seeds["root"] ?? 0,
            shown: shown ?? StudySettings.Responses().shown, rounds: rounds, comparisons: comparisons,
            rewardCheck: try store.rewardCheck(of: run),
            deviations: ResponseDeviations(run: run, rounds: rounds, comparisons: comparisons).sentences)
    }
}
