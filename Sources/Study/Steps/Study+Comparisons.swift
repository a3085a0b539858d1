import Alignment
import Foundation
import Notebook
import Preferences

/// A trained setting and what it achieved on development articles.
public struct SweepResult: Sendable {
    public var recipe: TrainingRecipe
    public var policy: PolicyModel
    /// Win rate over the original, a tie being half a win; `nil` when planning.
    public var winRate: Double?
    public var wins: Int
    public var losses: Int
    public var ties: Int
    public var isDiverged: Bool
}

extension Study {
    public func result(
        of recipe: TrainingRecipe, _ policy: PolicyModel, _ system: Evaluation, against reference: Evaluation
    ) throws -> SweepResult {
        let record = try winRecord(system, against: reference)
        return SweepResult(
            recipe: recipe, policy: policy, winRate: record.winRate, wins: record.winCount, losses: record.lossCount,
            ties: record.tieCount, isDiverged: try store.training(key: policy.key)?.state == .diverged)
    }

    /// The setting with the highest win rate that did not diverge; of equals, the first.
    /// - Precondition: `results` is not empty.
    public func best(of results: [SweepResult]) -> SweepResult {
        let usable = results.filter { !$0.isDiverged }
        let candidates = usable.isEmpty ? results : usable
        return candidates.dropFirst().reduce(candidates[0]) { ($1.winRate ?? 0) > ($0.winRate ?? 0) ? $1 : $0 }
    }

    /// Shows a sweep as a table and keeps the choice for `iteration2`.
    public func showSweep(_ results: [SweepResult], chosen: SweepResult, line: Int = #line) async throws {
        guard !isPlanning else { return }
        var text = "| setting | win rate on development | wins | losses | ties | |\n|---|---|---|---|---|---|\n"
        for result in results {
            let rate = result.winRate.map { String(format: "%.1f %%", $0 * 100) } ?? "-"
            let remark = result.policy == chosen.policy ? "chosen" : result.isDiverged ? "diverged" : ""
            text += "| \(result.policy.label) | \(rate) | \(result.wins) | \(result.losses) | \(result.ties) | \(remark) |\n"
        }
        let inputs: [String: KeyValue] = [
            "chosen": .object(chosen.policy.details), "text": .string(text),
        ]
        try await step("choice", inputs: inputs, line: line) { $0.show(text) }
    }

    /// The recipe that `beta-sweep` chose last for this preset, model and corpus, or the settings' own beta and learning rate.
    public func chosenRecipe() throws -> TrainingRecipe {
        let articles = try CorpusFile.digest(options.articlesPath)
        let sweeps = try store.runs(experiment: "beta-sweep").filter {
            $0.preset == options.preset.rawValue && $0.settings["model"] == .string(loaded.contentHash)
                && $0.settings["articles"] == .string(articles)
        }.sorted { $0.startedAt > $1.startedAt }
        for run in sweeps {
            guard let cell = try store.cells(runID: run.id).first(where: { $0.name == "choice" }),
                let chosen = cell.inputs["chosen"]?.members, let beta = chosen["beta"]?.number,
                let rate = chosen["learningRate"]?.number
            else { continue }
            return dpo(beta: beta, learningRate: rate)
        }
        return dpo()
    }

    /// Shows how often a system wins over another on the same articles, and by what.
    public func showWins(of system: Evaluation, against other: Evaluation, line: Int = #line) async throws {
        guard !isPlanning else { return }
        let record = try winRecord(system, against: other)
        func parts(_ counts: [PreferenceOutcome.Reason: Int]) -> String {
            let text = counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }
            return text.isEmpty ? "" : " (" + text.joined(separator: ", ") + ")"
        }
        let rate = record.winRate.map { String(format: "%.1f %%", $0 * 100) } ?? "-"
        let text =
            "\(system.label) against \(other.label): win rate \(rate): \(record.winCount) wins\(parts(record.wins)), "
            + "\(record.lossCount) losses\(parts(record.losses)), \(record.tieCount) ties, of \(record.count) articles."
        try await step("wins of \(system.systemName)", inputs: ["text": .string(text)], line: line) { $0.show(text) }
    }
}
