import Statistics

/// The study's published numbers beside ours.
struct PublishedTable {
    let analysis: StudyAnalysis

    /// A measure that was published, and the same measure here.
    private struct Measure {
        var name: String
        var ours: (SystemAnalysis) -> Table.Cell
        var published: (PublishedSystem) -> PublishedSystem.Percentage?
        /// Whether the published number is a share of the 1,050 articles, and so has a Wilson interval.
        var isShare: Bool
    }

    private var measures: [Measure] {
        [
            Measure(
                name: "Win rate vs original",
                ours: { analysis.comparisons[$0.name]?.evaluation.map { .percent($0.rate) } ?? .missing },
                published: \.winRate, isShare: true),
            Measure(name: "≥ 3 correct", ours: { .percent($0.atLeast3.estimate()) }, published: \.atLeast3, isShare: true),
            Measure(name: "≥ 4 correct", ours: { .percent($0.atLeast4.estimate()) }, published: \.atLeast4, isShare: true),
            Measure(
                name: "Median compression", ours: { .percent($0.medianCompression) }, published: \.medianCompression,
                isShare: false),
            Measure(
                name: "Mean compression", ours: { .percent($0.meanCompression) }, published: \.meanCompression, isShare: false),
            Measure(
                name: "Too long", ours: { .share($0.share(of: .tooLong)) }, published: \.tooLong, isShare: true),
            Measure(
                name: "Invalid characters", ours: { .share($0.share(of: .invalidCharacters)) }, published: \.invalidCharacters,
                isShare: true),
        ]
    }

    func table() throws -> Table {
        var columns: [Table.Column] = [.init("Measure", alignment: .leading)]
        var systems: [(published: PublishedSystem, ours: SystemAnalysis?)] = []
        for published in PublishedSystem.all {
            let ours = published.kind == .dpo ? analysis.headline : analysis.systems(of: published.kind).first
            systems.append((published, ours))
            if let ours { columns.append(.init(ours.label, detail: "here")) }
            columns.append(.init(published.label, detail: "published"))
        }
        let rows = try measures.map { measure in
            var cells: [Table.Cell] = [.init(measure.name)]
            for (published, ours) in systems {
                if let ours { cells.append(measure.ours(ours)) }
                cells.append(try measure.published(published).map { try cell($0, isShare: measure.isShare) } ?? .missing)
            }
            return Table.Row(cells)
        }
        let configurations = PublishedSystem.all.map { "\($0.label): \($0.configuration)" }.joined(separator: "; ")
        return Table(
            id: "results-published", caption: "Table 5. Beside the published numbers (not comparable: other model, other data)",
            columns: columns, rows: rows,
            notes: [
                "Source: \(PublishedSystem.source). \(configurations).",
                "Articles without an answer valid for both sides were dropped there; here they count as failures. Brackets beside published shares are Wilson intervals computed here from n = 1,050; compression was published without a spread.",
            ])
    }

    /// The number exactly as published.
    private func cell(_ published: PublishedSystem.Percentage, isShare: Bool) throws -> Table.Cell {
        var cell = Table.Cell("\(published.text) %", value: published.value / 100, tone: .quiet)
        if isShare { cell.detail = Table.Cell.percent(try PublishedSystem.proportion(published).estimate()).detail }
        return cell
    }
}
