import Statistics

/// Tables of experiments on instructions, for notebook pages and the report.
public enum ResponseTables {
    /// What a ranker's scores of responses come to, and their histogram.
    /// - Throws: `StatisticsError`.
    public static func scores(_ scored: ScoredResponses, rootSeed: UInt64) throws -> [Table] {
        let analysis = try ScoredAnalysis(scored, bootstrap: ArticleBootstrap(rootSeed: rootSeed))
        var rows: [(String, Table.Cell)] = [("Responses", Table.Cell(NumberFormat.grouped(scored.responses.count)))]
        if let words = analysis.meanWords { rows.append(("Words", .plain(words))) }
        if let cutOff = analysis.cutOff { rows.append(("Cut off at the token limit", cutOff.cell)) }
        if let score = analysis.meanScore { rows.append(("Score", .plain(score))) }
        if let expected = analysis.expected { rows.append(("Expected score, 0 to 5", .plain(expected))) }
        if let spread = analysis.spread {
            rows.append(("Standard deviation within an instruction", Table.Cell(NumberText.significant(spread, digits: 3))))
        }
        if let unscored = analysis.unscored { rows.append(("Without a score", unscored.cell)) }
        if let parsed = analysis.parsed { rows.append(("Readings understood", parsed.cell)) }
        let summary = Table(
            id: "scores", caption: "Scores by \(scored.ranker.name)",
            columns: [.init("", alignment: .leading), .init("Value")], rows: rows.map { .init([.init($0.0), $0.1]) },
            notes: ["Intervals are 95 % over instructions."])
        let others = [
            histogram([("Responses", scored)], id: "score-histogram"), readings([("Texts", analysis)], id: "readings"),
            equal([("Instructions", analysis)], id: "equal-scores"),
        ]
        return [summary] + others.compactMap { $0 }
    }

    /// How two policies compare, on notebook pages.
    /// - Throws: `StatisticsError`.
    public static func comparisons(_ comparisons: [ResponseComparison], rootSeed: UInt64) throws -> Table {
        let bootstrap = ArticleBootstrap(rootSeed: rootSeed)
        return headToHead(
            try comparisons.filter { !$0.rows.isEmpty }.map {
                try ResponseComparisonAnalysis($0, bootstrap: bootstrap)
            }, id: "head-to-head", runs: [])
    }

    /// Instruction, the opponent's response, the challenger's: the first `count` instructions.
    public static func beforeAndAfter(_ comparison: ResponseComparison, count: Int, id: String = "before-and-after") -> Table {
        func text(_ response: ResponseComparison.Response) -> String {
            let text = response.text.isEmpty ? "(nothing)" : response.text
            return response.isCutOff ? text + " … (cut off)" : text
        }
        return Table(
            id: id, caption: "Held-out instructions before and after training",
            columns: [
                .init("Instruction", alignment: .leading), .init(comparison.opponent.capitalizedFirst, alignment: .leading),
                .init(comparison.challenger.capitalizedFirst, alignment: .leading),
            ],
            rows: comparison.rows.prefix(count).map {
                .init([.init($0.instruction), .init(text($0.opponent)), .init(text($0.challenger))])
            },
            notes: comparison.rows.count > count
                ? ["The first \(count) of \(comparison.rows.count) held-out instructions, greedily answered."]
                : ["Greedily answered."])
    }

    /// - Parameter comparisons: in the order of their rows.
    static func headToHead(_ comparisons: [ResponseComparisonAnalysis], id: String, runs: [String]) -> Table {
        Table(
            id: id, caption: "Head to head on held-out instructions",
            columns: [
                .init("Policy", alignment: .leading), .init("Against", alignment: .leading),
                .init("Ranked by", alignment: .leading), .init("It wins"), .init("Wins"), .init("Ties"), .init("Losses"),
                .init("Sign test"), .init("Δ score"), .init("Δ words"), .init("Verdict", alignment: .leading),
            ],
            rows: comparisons.map { analysis in
                let comparison = analysis.comparison
                let verdict: (String, Table.Tone) =
                    switch analysis.verdict {
                    case .better: ("preferred", .favourable)
                    case .worse: ("not preferred", .adverse)
                    case .open: (analysis.changedNothing ? "same texts" : "not separable", .open)
                    }
                // Where all texts are the same there is nothing to estimate.
                var rate = Table.Cell.missing, score = Table.Cell.missing, words = Table.Cell.missing
                if !analysis.changedNothing {
                    rate = .percent(analysis.winRate.rate, tone: .strong)
                    words = .signed(analysis.wordDifference)
                    if !comparison.ranker.isRelative, let difference = analysis.scoreDifference { score = .signed(difference) }
                }
                return .init([
                    .init(comparison.challenger, runs: runs), .init(comparison.opponent), .init(comparison.ranker.name),
                    rate, .init("\(analysis.winRate.wins)", value: Double(analysis.winRate.wins)),
                    .init("\(analysis.winRate.ties)", value: Double(analysis.winRate.ties)),
                    .init("\(analysis.winRate.losses)", value: Double(analysis.winRate.losses)),
                    .init(NumberFormat.pValue(analysis.winRate.signTest.pValue), value: analysis.winRate.signTest.pValue),
                    score, words, .init(verdict.0, tone: verdict.1),
                ])
            },
            notes: notes(comparisons))
    }

    private static func notes(_ comparisons: [ResponseComparisonAnalysis]) -> [String] {
        var notes = [
            "Share of instructions on which the ranker scores its response higher, a tie counting half, with 95 % bootstrap "
                + "intervals over instructions; exact sign test over those that are not tied."
        ]
        func note(_ count: Int, _ one: String, _ many: String) {
            guard count > 0 else { return }
            let pairs = Prose.counted(count, "pair of responses", plural: "pairs of responses")
            notes.append("\(pairs) \(count == 1 ? one : many): a tie.")
        }
        note(comparisons.reduce(0) { $0 + $1.identical }, "is the same text twice", "are the same text twice")
        note(comparisons.reduce(0) { $0 + $1.unscored }, "lacks a score", "lack a score")
        if let fewest = comparisons.map(\.winRate.count).min() {
            notes.append(Resolvable.sentence(count: fewest, of: "instruction") ?? Resolvable.oneSeed)
        }
        return notes
    }

    /// Written scores, and texts without one by reason; `nil` where none was written.
    static func readings(_ columns: [(header: String, scored: ScoredAnalysis)], id: String) -> Table? {
        var names: [String] = []
        for reason in columns.flatMap(\.scored.readings).map(\.reason) where !names.contains(reason) { names.append(reason) }
        guard !names.isEmpty else { return nil }
        // Scores come first, whatever round had a reason first.
        names = names.filter { !$0.hasPrefix(ScoredResponses.unread) } + names.filter { $0.hasPrefix(ScoredResponses.unread) }.sorted()
        return Table(
            id: id, caption: "Texts by the score that was read in them",
            columns: [.init("Score", alignment: .leading)] + columns.map { .init($0.header) },
            rows: names.map { name in
                .init(
                    [.init(name)]
                        + columns.map { column in
                            guard !column.scored.readings.isEmpty else { return .missing }
                            let count = column.scored.readings.first { $0.reason == name }?.count ?? 0
                            return .init("\(count)", value: Double(count))
                        })
            })
    }

    /// Instructions whose responses cannot be told apart, by what they are scored with; `nil` without scores.
    static func equal(_ columns: [(header: String, scored: ScoredAnalysis)], id: String) -> Table? {
        let names = (columns.first?.scored.equal ?? []).map(\.name).filter { name in
            columns.contains { $0.scored.equal.contains { $0.name == name && $0.share != nil } }
        }
        guard !names.isEmpty else { return nil }
        return Table(
            id: id, caption: "Instructions whose responses all have one score",
            columns: [.init("By", alignment: .leading)] + columns.map { .init($0.header) },
            rows: names.map { name in
                .init([.init(name)] + columns.map { $0.scored.equal.first { $0.name == name }?.share.map { .share($0) } ?? .missing })
            },
            notes: ["Of the instructions with two such scores or more."])
    }

    /// Scores in equal bins over the range of all columns; `nil` without scores.
    static func histogram(_ columns: [(header: String, scored: ScoredResponses)], id: String) -> Table? {
        let scores = columns.map { $0.scored.responses.compactMap(\.score) }
        guard let low = scores.joined().min(), let high = scores.joined().max() else { return nil }
        let bins = ScoreBins(from: low, to: high)
        let counts = scores.map(bins.counts)
        return Table(
            id: id, caption: "Responses by score",
            columns: [.init("Score", alignment: .leading)] + columns.map { .init($0.header) },
            rows: bins.labels.indices.map { bin in
                .init([.init(bins.labels[bin])] + counts.map { .init("\($0[bin])", value: Double($0[bin])) })
            })
    }
}

/// At most ten bins of a round width (1, 2 or 5 times a power of ten) that cover a range of scores.
struct ScoreBins: Sendable, Equatable {
    let start: Double
    let width: Double
    let count: Int

    init(from low: Double, to high: Double) {
        var width = 1.0
        if high > low {
            var power = 1.0
            while power * 10 <= (high - low) / 10 { power *= 10 }
            while power > (high - low) / 10 { power /= 10 }
            width = [1, 2, 5, 10].map { $0 * power }.first { (high / $0).rounded(.down) - (low / $0).rounded(.down) < 10 } ?? 10 * power
        }
        start = (low / width).rounded(.down) * width
        self.width = width
        count = max(1, Int((high / width).rounded(.down) - (low / width).rounded(.down)) + 1)
    }

    func counts(_ scores: [Double]) -> [Int] {
        scores.reduce(into: [Int](repeating: 0, count: count)) { counts, score in
            counts[min(count - 1, max(0, Int((score / width).rounded(.down) - (start / width).rounded())))] += 1
        }
    }

    /// Lower end of a bin, a multiple of the width: no sums, which would leave 1e-18 where 0 is meant.
    func edge(_ bin: Int) -> Double { ((start / width).rounded() + Double(bin)) * width }

    /// Lower end, to below the upper one.
    var labels: [String] {
        (0..<count).map { bin in
            "\(NumberText.plain(edge(bin))) to below \(NumberText.plain(edge(bin + 1)))"
        }
    }
}

extension Table.Cell {
    /// A difference with its sign and interval.
    static func signed(_ estimate: Estimate) -> Table.Cell {
        let text = NumberFormat.plain(estimate, signed: true)
        guard let bracket = text.firstIndex(of: "[") else { return Table.Cell(text, value: estimate.value) }
        return Table.Cell(text[..<bracket].trimmed, detail: String(text[bracket...]), value: estimate.value)
    }
}

extension String {
    /// With a capital first letter, as a heading has it.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
