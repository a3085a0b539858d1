import Preferences
import Statistics

/// Section 9: what could be wrong.
struct ThreatSection {
    let analysis: StudyAnalysis
    let claims: [Claim]

    func section() throws -> ReportSection {
        var blocks = try ValiditySection(analysis: analysis).blocks()
        blocks += [.heading("Missing and dropped", id: "missing")]
        blocks += missing().map(Block.table)
        if let reading = analysis.results.judge?.reading { blocks.append(.text(.text(Self.sentence(reading)))) }
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

    /// How much of the articles the models read.
    private static func sentence(_ reading: JudgeEvidence.Reading) -> String {
        func extent(_ cut: Int, _ count: Int) -> String {
            let articles = Prose.counted(count, "article")
            return cut == 0 ? "the whole text of all \(articles)" : "only the beginning of \(NumberFormat.grouped(cut)) of \(articles)"
        }
        return "Prompts for summaries hold \(extent(reading.cutInPrompt, reading.prompted)); the judge reads "
            + "\(extent(reading.cutForJudge, reading.judged)) that have questions."
    }

    /// What was left out at each stage; those that have rows.
    private func missing() -> [Table] {
        let results = analysis.results
        let pairs = results.pairTypes.map { CountedReason(reason: PreferenceOutcome.Reason(rawValue: $0.reason)?.inWords ?? $0.reason, count: $0.count) }
        return [
            counts(results.articleDrops, id: "article-drops", caption: "Articles of the corpus: used and left out"),
            counts(results.questionDrops, id: "question-drops", caption: "Articles by whether the judge has questions about them"),
            counts(results.candidateFates, id: "question-fates", caption: "Questions that the judge could ask, by what became of them"),
            counts(pairs, id: "pair-types", caption: "Preference pairs by what decided them"),
        ].compactMap { $0 }
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
