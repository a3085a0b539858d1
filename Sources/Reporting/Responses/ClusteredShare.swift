import Statistics

/// Share of responses, or of what was read of them, with an interval that takes instructions as independent and not
/// what stands within one.
struct ClusteredShare: Sendable {
    let successes: Int
    let trials: Int
    let estimate: Estimate
    /// Where none or all hold, resampling says nothing: Wilson's bound as if each instruction were one trial.
    private let edge: Proportion?

    /// - Parameter rows: an instruction with a number of trials and how many of them hold.
    /// - Returns: `nil` without trials.
    init?(
        _ rows: [(instructionID: String, successes: Int, trials: Int)], bootstrap: ArticleBootstrap, metric: String
    ) throws {
        var sums: [String: (part: Int, whole: Int)] = [:]
        for row in rows where row.trials > 0 {
            sums[row.instructionID, default: (0, 0)].part += row.successes
            sums[row.instructionID, default: (0, 0)].whole += row.trials
        }
        let clusters = sums.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map(\.value)
        let (successes, trials) = clusters.reduce((0, 0)) { ($0.0 + $1.part, $0.1 + $1.whole) }
        guard trials > 0 else { return nil }
        self.successes = successes
        self.trials = trials
        guard successes > 0, successes < trials else {
            let edge = try Proportion(successes: successes == 0 ? 0 : clusters.count, of: clusters.count)
            estimate = edge.estimate(confidence: bootstrap.confidence)
            self.edge = edge
            return
        }
        edge = nil
        let drawn = bootstrap.ratio(of: clusters, metric: metric)
        // Where every instruction has the same share, the trials within one say at least as much as independent ones.
        estimate = drawn.interval?.width == 0
            ? try Proportion(successes: successes, of: trials).estimate(confidence: bootstrap.confidence) : drawn
    }

    /// `"94 of 288 (32.6 % [27.1, 38.2])"`.
    var text: String { "\(counts) \(range)" }

    private var counts: String { "\(NumberFormat.grouped(successes)) of \(NumberFormat.grouped(trials))" }

    private var range: String {
        guard let edge else { return "(\(NumberFormat.percent(estimate)))" }
        let share = NumberFormat.share(edge, confidence: estimate.confidence)
        return share.firstIndex(of: "(").map { String(share[$0...]) } ?? ""
    }

    var cell: Table.Cell { Table.Cell(counts, detail: range, value: estimate.value) }
}
