import Preferences
import Statistics

/// A sweep's settings measured on the development articles.
struct SweepAnalysis: Sendable {
    struct Setting: Sendable {
        let cell: SweepCell
        /// Against the original, per preference variant, in the order of `PreferenceFunction.allCases`.
        let records: [WinRecord]
        /// Under the evaluation variant.
        let record: WinRecord
        let accuracy: Estimate
        let medianCompression: Estimate
        let failed: Proportion
        /// Whether this setting's win rate is the highest.
        var isBest = false
        /// Holm-adjusted p-value of the paired comparison with the best setting; `nil` for the best.
        var pValueAgainstBest: Double?
        /// Shown to be worse than the best setting at the 5 % level.
        var isSeparable = false

        var label: String {
            SweepAnalysis.label(cell)
        }
    }

    /// e.g. "dpo" or "lora".
    let method: String
    let rank: Int?
    /// By beta, then by learning rate.
    let settings: [Setting]
    /// Settings that were trained and never measured, such as those that diverged.
    let unmeasured: [SweepCell]

    var title: String {
        let name = method == "lora" ? "LoRA" : method.uppercased()
        return rank.map { "\(name), rank \($0)" } ?? "\(name), all parameters"
    }
    var id: String { (rank.map { "\(method)-rank\($0)" } ?? method).map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined() }
    private var cells: [SweepCell] { settings.map(\.cell) + unmeasured }
    var best: Setting? { settings.first { $0.isBest } }
    var chosen: Setting? { settings.first { $0.cell.isChosen } }
    /// Empty for a method without a beta.
    var betas: [Double] { Array(Set(cells.map(\.beta).filter(\.isFinite))).sorted() }
    var learningRates: [Double] { Array(Set(cells.map(\.learningRate))).sorted() }

    init(method: String, rank: Int?, cells: [SweepCell], bootstrap: ArticleBootstrap) throws {
        self.method = method
        self.rank = rank
        // A method without a beta has NaN there, which has no order.
        func order(_ cell: SweepCell) -> (Double, Double) { (cell.beta.isFinite ? cell.beta : 0, cell.learningRate) }
        let sorted = cells.sorted { order($0) < order($1) }
        unmeasured = sorted.filter(\.outcomes.isEmpty)
        var settings = try sorted.filter { !$0.outcomes.isEmpty }.map { cell in
            let name = "sweep/\(method)/\(rank ?? 0)/\(cell.beta)/\(cell.learningRate)"
            func record(_ rule: PreferenceFunction) throws -> WinRecord {
                try WinRecord(
                    cell.outcomes, against: cell.originalOutcomes, rule: rule, bootstrap: bootstrap,
                    metric: rule == .evaluation ? "\(name)/win-rate" : "\(name)/win-rate/\(rule.rawValue)")
            }
            return Setting(
                cell: cell, records: try PreferenceFunction.allCases.map(record), record: try record(.evaluation),
                accuracy: MeanEstimate(of: try ArticleScores(cell.outcomes.map { ($0.articleID, $0.accuracy) })).shareEstimate(),
                medianCompression: MedianEstimate(
                    of: try ArticleScores(cell.outcomes.map { ($0.articleID, $0.compression) })
                ).estimate,
                failed: try Proportion(
                    successes: cell.outcomes.count { !$0.failures.isEmpty || !$0.isMeasurable }, of: cell.outcomes.count))
        }
        let selection = try SweepSelection(settings.map { ($0.label, $0.record.scores) })
        for index in settings.indices {
            settings[index].isBest = settings[index].label == selection.best
            settings[index].pValueAgainstBest = selection.contenders[index].adjustedPValue
            settings[index].isSeparable = selection.contenders[index].isSeparable
        }
        self.settings = settings
    }

    static func label(_ cell: SweepCell) -> String {
        let rate = "lr \(NumberText.plain(cell.learningRate))"
        return cell.beta.isFinite ? "beta \(NumberText.plain(cell.beta)), \(rate)" : rate
    }

    /// One analysis per method and rank with a measured setting, in order of first appearance.
    static func all(_ cells: [SweepCell], bootstrap: ArticleBootstrap) throws -> [SweepAnalysis] {
        var groups: [(method: String, rank: Int?, cells: [SweepCell])] = []
        for cell in cells {
            if let index = groups.firstIndex(where: { $0.method == cell.method && $0.rank == cell.rank }) {
                groups[index].cells.append(cell)
            } else {
                groups.append((cell.method, cell.rank, [cell]))
            }
        }
        return try groups.filter { group in group.cells.contains { !$0.outcomes.isEmpty } }.map {
            try SweepAnalysis(method: $0.method, rank: $0.rank, cells: $0.cells, bootstrap: bootstrap)
        }
    }
}
