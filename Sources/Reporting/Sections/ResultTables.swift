import Preferences
import Statistics

/// The main tables: every system with its intervals.
struct ResultTables {
    let analysis: StudyAnalysis

    func main() -> Table {
        let rows = analysis.systems.enumerated().map { index, system in
            let comparison = analysis.comparisons[system.name]
            let isGroupStart = index > 0 && analysis.systems[index - 1].system.kind != system.system.kind
            let probability = analysis.frontierSystem(system.name)?.frontierProbability
            return Table.Row(
                [
                    Table.Cell(system.label, runs: system.runs),
                    comparison?.evaluation.map { .percent($0.rate, tone: .strong, runs: system.runs) }
                        ?? Table.Cell("reference", tone: .quiet),
                    .percent(system.accuracy, runs: system.runs),
                    comparison.map { .points($0.accuracyDifference, runs: system.runs) } ?? .missing,
                    .percent(system.medianCompression, runs: system.runs),
                    comparison.map { .points($0.compressionDifference, runs: system.runs) } ?? .missing,
                    .share(system.failed, runs: system.runs),
                    probability.map { Table.Cell(NumberFormat.fixed($0, decimals: 2), value: $0, runs: system.runs) } ?? .missing,
                ], opensGroup: isGroupStart)
        }
        return Table(
            id: "results-main", caption: "Table 1. Every system on the same \(NumberFormat.grouped(analysis.count)) test articles",
            columns: [
                .init("System", alignment: .leading), .init("Win rate", detail: "vs original"), .init("Accuracy"),
                .init("Δ accuracy", detail: "points"), .init("Compression", detail: "median"), .init("Δ compression", detail: "points"),
                .init("Failed"), .init("P(frontier)"),
            ], rows: rows, notes: mainNotes())
    }

    private func mainNotes() -> [String] {
        var notes = [
            """
            Brackets: 95 % intervals, the article being the unit. Win rate and differences (system minus original): paired \
            bootstrap over articles, \(NumberFormat.grouped(analysis.bootstrap.draws)) draws; accuracy: mean over articles, t; \
            compression: order statistics; failures: Wilson. Compression is summary words over article words: lower is shorter. \
            P(frontier): share of joint resamples in which no other system is both shorter and more accurate.
            """
        ]
        if let sentence = resolvable() { notes.append(sentence) }
        return notes
    }

    /// The smallest differences that this many articles can resolve.
    func resolvable() -> String? {
        let system = analysis.headline ?? analysis.systems.first { $0.name != analysis.original?.name }
        let differences = analysis.original.flatMap { original in
            system.flatMap { try? $0.accuracyScores.difference(from: original.accuracyScores) }
        }
        return Resolvable.sentence(count: analysis.count, accuracyDifferences: differences)
    }

    func details() -> Table {
        Table(
            id: "results-detail", caption: "Table 2. Shares of articles, lengths and the sign test", columns: [
                .init("System", alignment: .leading), .init("≥ 3 correct"), .init("≥ 4 correct"), .init("Mean compression"),
                .init("Words", detail: "mean"), .init("Wins / ties / losses"), .init("Sign test"),
            ],
            rows: analysis.systems.map { system in
                let wins = analysis.comparisons[system.name]?.evaluation?.winRate
                return .init([
                    .init(system.label, runs: system.runs),
                    .percent(system.atLeast3.estimate(), runs: system.runs), .percent(system.atLeast4.estimate(), runs: system.runs),
                    .percent(system.meanCompression, runs: system.runs), .plain(system.meanWords, runs: system.runs),
                    wins.map { .init("\($0.wins) / \($0.ties) / \($0.losses)", runs: system.runs) } ?? .missing,
                    wins.map { .init(NumberFormat.pValue($0.signTest.pValue), value: $0.signTest.pValue) } ?? .missing,
                ])
            })
    }

    func winParts() -> Table {
        func cell(_ wins: Int, _ losses: Int) -> Table.Cell { Table.Cell("\(wins) / \(losses)", value: Double(wins)) }
        return Table(
            id: "results-wins", caption: "Table 3. What decided the comparisons with the original: won / lost", columns: [
                .init("System", alignment: .leading), .init("More correct"), .init("Shorter, both ≥ 3"),
                .init("Shorter, low tie"), .init("The other failed"), .init("Ties"),
            ],
            rows: analysis.systems.compactMap { system in
                guard let record = analysis.comparisons[system.name]?.evaluation else { return nil }
                func part(_ reason: PreferenceOutcome.Reason) -> Table.Cell {
                    cell(record.wins(by: reason), record.losses(by: reason))
                }
                return .init([
                    .init(system.label, runs: system.runs), part(.moreAccurate), part(.shorterBothAtLeast3), part(.shorterLowTie),
                    part(.onlyValid), .init("\(record.winRate.ties)"),
                ])
            },
            notes: [
                "Under the evaluation variant of the preference function. A weak judge turns the last rule into “is it shorter?”: wins on a low tie say little about content."
            ])
    }

    func variants() -> Table {
        Table(
            id: "results-variants", caption: "Table 4. Win rate under the three published preference functions", columns: [
                .init("System", alignment: .leading), .init("evaluation", detail: "code, win rate"),
                .init("article", detail: "as printed"), .init("training", detail: "code, pairs"),
                .init("Undecided", detail: "training"),
            ],
            rows: analysis.systems.compactMap { system in
                guard let records = analysis.comparisons[system.name]?.records else { return nil }
                func rate(_ rule: PreferenceFunction) -> Table.Cell {
                    records.first { $0.rule == rule }.map { .percent($0.rate, runs: system.runs) } ?? .missing
                }
                let undecided = records.first { $0.rule == .training }?.winRate.ties
                return .init([
                    .init(system.label, runs: system.runs), rate(.evaluation), rate(.article), rate(.training),
                    undecided.map { .init("\($0)") } ?? .missing,
                ])
            },
            notes: [
                "The article's rule and the evaluation code's agree wherever both name a winner; summaries of equal length are half a win. The training variant leaves equal low accuracy, and length differences below three words, undecided: half a win each."
            ] + [Resolvable.sentence(count: analysis.count)].compactMap { $0 })
    }

    func failures() -> Table {
        // A column of zeros says nothing that a sentence does not.
        let kinds = ArticleOutcome.Failure.allCases.filter { kind in analysis.systems.contains { $0.share(of: kind).successes > 0 } }
        let absent = ArticleOutcome.Failure.allCases.filter { !kinds.contains($0) }
        return Table(
            id: "results-failures", caption: "Failed summaries by kind",
            columns: [.init("System", alignment: .leading), .init("any")] + kinds.map { .init($0.label) },
            rows: analysis.systems.map { system in
                .init([.init(system.label, runs: system.runs), .share(system.failed, tone: .strong)] + kinds.map { .share(system.share(of: $0)) })
            },
            notes: absent.isEmpty ? [] : ["No summary of any system: \(Prose.list(absent.map(\.label)))."])
    }
}
