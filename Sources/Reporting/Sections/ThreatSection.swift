import Statistics

/// Section 9: what could be wrong.
struct ThreatSection {
    let analysis: StudyAnalysis
    let claims: [Claim]

    func section() throws -> ReportSection {
        var blocks = try analysis.results.judge == nil ? summedValidity() : ValiditySection(analysis: analysis).blocks()
        blocks += [.heading("Missing and dropped", id: "missing")]
        let drops = counts(analysis.results.questionDrops, id: "question-drops", caption: "Articles and questions: kept and dropped")
        let pairs = counts(analysis.results.pairTypes, id: "pair-types", caption: "Preference pairs by what decided them")
        blocks += [drops, pairs].compactMap { $0 }.map(Block.table)
        blocks.append(.text("""
            A summary that is empty, has invalid characters, is as long as its article or got no answer from the judge counts as \
            its system's failure: nothing right, nothing compressed, lost to any summary. The published code drops such articles \
            from the comparison instead. Every comparison above asserts that both sides cover the same articles.
            """))
        blocks += [.heading("Deviations from the paper", id: "deviations")]
        blocks.append(analysis.results.deviations.isEmpty ? .text("None recorded.") : .list(analysis.results.deviations.map { [.text($0)] }))
        blocks += [.heading("What these data can resolve", id: "resolvable")]
        blocks.append(.text(.text(ResultTables(analysis: analysis).resolvable() ?? "Nothing yet: no system has been measured.")))
        blocks += [.heading("How verdicts are reached", id: "rules")]
        blocks.append(.list(claims.filter { !$0.rule.isEmpty }.map { [.strong("Claim \($0.number). "), .text($0.rule)] }))
        return ReportSection(id: "threats", title: "Threats to validity", short: "Threats", blocks: blocks)
    }

    /// For results that hold sums of the calibration only.
    private func summedValidity() throws -> [Block] {
        let calibration = analysis.results.calibration.filter { $0.correct + $0.wrong + $0.unsure > 0 }
        return [
            .heading("Judge validity", id: "judge"),
            calibration.isEmpty
                ? .notRun(what: "the judge has not been calibrated.", command: Commands.baseline) : .table(try validity(calibration)),
        ]
    }

    private func validity(_ rows: [CalibrationRow]) throws -> Table {
        Table(
            id: "judge-validity", caption: "What the judge answers, by what it is given to read", columns: [
                .init("Passage", alignment: .leading), .init("Split", alignment: .leading), .init("Questions"), .init("Correct"),
                .init("Unsure"), .init("Wrong"),
            ],
            rows: try rows.map { row in
                let total = row.correct + row.wrong + row.unsure
                func share(_ count: Int) throws -> Table.Cell { .share(try Proportion(successes: count, of: total)) }
                return .init([
                    .init(row.passage), .init(row.split), .init(NumberFormat.grouped(total)), try share(row.correct),
                    try share(row.unsure), try share(row.wrong),
                ])
            },
            notes: ["A judge that reads answers well from the article and is unsure without it. Questions are pooled here, so these intervals are narrower than they should be."])
    }

    private func counts(_ reasons: [CountedReason], id: String, caption: String) -> Table? {
        let total = reasons.reduce(0) { $0 + $1.count }
        guard total > 0 else { return nil }
        return Table(
            id: id, caption: caption, columns: [.init("Reason", alignment: .leading), .init("Count"), .init("Share")],
            rows: reasons.map { reason in
                .init([
                    .init(reason.reason), .init(NumberFormat.grouped(reason.count), value: Double(reason.count)),
                    .init("\(NumberFormat.fixed(Double(reason.count) / Double(total) * 100, decimals: 1)) %"),
                ])
            })
    }
}
