import Statistics

/// Section 1: the answer first.
struct VerdictSection {
    let analysis: StudyAnalysis
    let claims: [Claim]

    func section() throws -> ReportSection {
        var blocks: [Block] = try sentences().map { .lead($0) }
        if !analysis.systems.isEmpty { blocks.append(.badges(badges())) }
        blocks.append(.table(claimTable()))
        return ReportSection(id: "verdict", title: "Verdict", short: "Verdict", blocks: blocks)
    }

    private func sentences() throws -> [[Inline]] {
        guard let headline = analysis.headline, let comparison = analysis.comparisons[headline.name],
            let record = comparison.evaluation
        else {
            return [["No DPO system has been measured yet, so there is no verdict. ", .text("To train and measure one: "), .code(Commands.sweep)]]
        }
        return [
            beatsOriginal(headline, comparison, record), try beatsBaselines(headline), howSure(headline),
        ]
    }

    private func beatsOriginal(_ headline: SystemAnalysis, _ comparison: Comparison, _ record: WinRecord) -> [Inline] {
        let rate = record.rate
        let verdict: String =
            if let interval = rate.interval, interval.lower > 0.5 { "beat" } else if let interval = rate.interval, interval.upper < 0.5 {
                "lost to"
            } else { "could not be told apart from" }
        return [
            .strong("\(headline.label) \(verdict) the original model"),
            .text("""
                : it won \(NumberFormat.percent(rate)) of \(Prose.counted(record.winRate.count, "article")) \
                (sign test \(NumberFormat.pValue(record.winRate.signTest.pValue))). \(change("Accuracy", comparison.accuracyDifference, up: "rose", down: "fell")), \
                \(change("median compression", comparison.compressionDifference, up: "grew", down: "shrank")).
                """),
        ]
    }

    /// A change in words that say no more than its interval does.
    private func change(_ what: String, _ difference: Estimate, up: String, down: String) -> String {
        let verb = difference.isSeparable(from: 0) ? difference.value > 0 ? up : down : "did not change measurably"
        return "\(what) \(verb): \(NumberFormat.percentagePoints(difference))"
    }

    private func beatsBaselines(_ headline: SystemAnalysis) throws -> [Inline] {
        let baselines = analysis.baselines
        guard !baselines.isEmpty else {
            return [.strong("No prompted or extractive baseline was measured"), .text(", so whether a prompt alone would do as well is open.")]
        }
        var better: [String] = []
        var worse: [String] = []
        var open: [String] = []
        for baseline in baselines {
            let record = try analysis.headToHead(headline, baseline)
            if let interval = record.rate.interval, interval.lower > 0.5 {
                better.append(baseline.label)
            } else if let interval = record.rate.interval, interval.upper < 0.5 {
                worse.append(baseline.label)
            } else {
                open.append(baseline.label)
            }
        }
        let undominated = try analysis.probabilityUndominated(headline, by: baselines)
        var clauses: [String] = []
        if !better.isEmpty { clauses.append("it wins against \(Prose.list(better))") }
        if !worse.isEmpty { clauses.append("loses to \(Prose.list(worse))") }
        if !open.isEmpty { clauses.append("cannot be told apart from \(Prose.list(open))") }
        let opening =
            better.count == baselines.count
            ? "It beat every prompted and extractive baseline"
            : better.isEmpty ? "It beat none of the prompted and extractive baselines"
                : "It beat \(better.count) of \(baselines.count) prompted and extractive baselines"
        return [
            .strong(opening),
            .text(" head to head: \(clauses.joined(separator: "; ")). In \(Prose.probability(undominated)) of joint resamples no baseline is both shorter and more accurate than it."),
        ]
    }

    private func howSure(_ headline: SystemAnalysis) -> [Inline] {
        var limits: [String] = ["one training seed"]
        if let judge = JudgeValidity(analysis.results.calibration) { limits.append(judge.sentence) }
        limits.append("failures of \(headline.label): \(NumberFormat.share(headline.failed))")
        return [
            .strong("How sure:"),
            .text(" intervals are 95 % over \(Prose.counted(analysis.count, "article")); limits are \(Prose.list(limits))."),
        ]
    }

    private func badges() -> [Badge] {
        let results = analysis.results
        var badges = [
            Badge(name: "Test articles", value: NumberFormat.grouped(analysis.count)),
            Badge(name: "Systems", value: "\(analysis.systems.count)"),
            Badge(name: "Root seed", value: "\(results.rootSeed)"),
        ]
        // The first entry of each name speaks for the report; differences are in the provenance table.
        for name in ["model", "judge", "preset", "numeric mode", "commit"] {
            if let value = results.provenance.compactMap({ $0.details[name] }).first {
                // A full commit hash is in the provenance; twelve digits find it.
                let shown = name == "commit" && value.count > 40 ? "\(value.prefix(12))\(value.dropFirst(40))" : name == "commit" ? String(value.prefix(12)) : value
                badges.append(Badge(name: name.prefix(1).uppercased() + name.dropFirst(), value: shown))
            }
        }
        return badges
    }

    private func claimTable() -> Table {
        Table(
            id: "claims", caption: "The study's seven claims, tested here", columns: [
                .init("Claim", alignment: .leading), .init("Verdict", alignment: .leading), .init("Here", alignment: .leading),
                .init("Evidence", alignment: .leading),
            ],
            rows: claims.map { claim in
                .init([
                    .init("\(claim.number). \(claim.text)"), .init(claim.verdict.rawValue, tone: claim.verdict.tone), .init(claim.ours),
                    .init(claim.evidence, link: claim.link),
                ])
            },
            notes: ["A verdict follows from the 95 % intervals by a rule fixed beforehand; the rules are under Threats."])
    }
}
