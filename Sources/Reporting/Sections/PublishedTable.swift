import Statistics

/// The study's published numbers beside ours.
struct PublishedTable {
    let analysis: StudyAnalysis

    func table() throws -> Table {
        var rows: [Table.Row] = []
        for published in PublishedSystem.all {
            let ours = published.kind == .dpo ? analysis.headline : analysis.systems(of: published.kind).first
            let record = ours.flatMap { analysis.comparisons[$0.name]?.evaluation }
            func paper(_ percent: Double) throws -> Table.Cell {
                .percent(try PublishedSystem.proportion(ofPercent: percent).estimate(), tone: .quiet)
            }
            func unqualified(_ percent: Double) -> Table.Cell {
                Table.Cell("\(NumberFormat.fixed(percent, decimals: 2)) %", value: percent / 100, tone: .quiet)
            }
            let lines: [(String, Table.Cell?, Table.Cell?)] = [
                ("win rate", record.map { .percent($0.rate) }, try published.winRate.map(paper)),
                ("≥ 3 correct", ours.map { .percent($0.atLeast3.estimate()) }, try paper(published.atLeast3)),
                ("≥ 4 correct", ours.map { .percent($0.atLeast4.estimate()) }, try paper(published.atLeast4)),
                ("median compression", ours.map { .percent($0.medianCompression) }, unqualified(published.medianCompression)),
                ("mean compression", ours.map { .percent($0.meanCompression) }, unqualified(published.meanCompression)),
                ("failed outputs", ours.map { .share($0.failedAsPublished) }, try paper(published.tooLong + published.invalidCharacters)),
            ]
            for (index, line) in lines.enumerated() where line.2 != nil {
                rows.append(.init(
                    [
                        .init("\(published.label): \(line.0)"), line.1 ?? .missing, line.2 ?? .missing,
                        .init(index == 0 || (index == 1 && lines[0].2 == nil) ? published.configuration : "", tone: .quiet),
                    ], opensGroup: line.0 == "win rate" || (index == 1 && lines[0].2 == nil)))
            }
        }
        return Table(
            id: "results-published", caption: "Table 5. Beside the published numbers (not comparable: other model, other data)",
            columns: [
                .init("Measure", alignment: .leading), .init("Ours"), .init("Published"),
                .init("Published configuration", alignment: .leading),
            ], rows: rows,
            notes: [
                "Source: \(PublishedSystem.source). Rows without an answer valid for both were dropped there; here they count as failures. Published brackets are Wilson intervals computed here from n = 1,050; compression was published without a spread."
            ])
    }
}
