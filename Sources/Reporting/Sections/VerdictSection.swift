import Statistics

/// Section 1: the answer first.
struct VerdictSection {
    let analysis: StudyAnalysis
    let claims: [Claim]

    func section() throws -> ReportSection {
        var blocks: [Block] = try sentences().map { .lead($0) }
        if !analysis.systems.isEmpty { blocks.append(.badges(badges())) }
        if let table = try contestTable() { blocks.append(.table(table)) }
        blocks.append(.table(claimTable()))
        return ReportSection(id: "verdict", title: "Did DPO beat the prompted baselines, and how sure are we?", short: "Verdict", blocks: blocks)
    }

    private func sentences() throws -> [[Inline]] {
        guard let headline = analysis.headline, let comparison = analysis.comparisons[headline.name],
            let record = comparison.evaluation
        else {
            return [["No DPO system has been measured yet, so there is no verdict. ", .text("To train and measure one: "), .code(Commands.sweep)]]
        }
        return [try beatsBaselines(headline), beatsOriginal(headline, comparison, record), howSure(headline)]
    }

    /// The answer to the study's question first: head to head with the prompts, then with sentences of the article.
    private func beatsBaselines(_ headline: SystemAnalysis) throws -> [Inline] {
        let prompted = try Contest(headline, analysis.baselines.filter { $0.system.kind != .extractive }, analysis)
        let extractive = try Contest(headline, analysis.baselines.filter { $0.system.kind == .extractive }, analysis)
        guard prompted.count + extractive.count > 0 else {
            return [.strong("No prompted baseline was measured"), .text(", so whether a prompt alone would do as well as \(headline.label) is open.")]
        }
        var text = ""
        if prompted.count > 0 { text += ", head to head: it \(prompted.clauses)." }
        if extractive.count > 0 {
            text += (prompted.count > 0 ? " Of the article's own first sentences" : " Head to head") + " it \(extractive.clauses)."
        }
        let undominated = try analysis.probabilityUndominated(headline, by: analysis.baselines)
        text += " In \(Prose.probability(undominated)) of joint resamples no baseline is both shorter and more accurate than it."
        return [.strong(prompted.answer(headline.label)), .text(text)]
    }

    /// The headline system against every baseline and the original, with what each number can say.
    private func contestTable() throws -> Table? {
        guard let headline = analysis.headline, let original = analysis.original else { return nil }
        let contest = try Contest(headline, [original] + analysis.baselines, analysis)
        return Table(
            id: "head-to-head", caption: "\(headline.label), head to head on the same \(NumberFormat.grouped(analysis.count)) test articles",
            columns: [
                .init("Against", alignment: .leading), .init("It wins"), .init("Verdict", alignment: .leading),
                .init("Δ accuracy", detail: "points"), .init("Δ compression", detail: "points"),
            ],
            rows: try contest.matches.map { match in
                let verdict: (String, Table.Tone) =
                    match.isWon ? ("beaten", .favourable) : match.isLost ? ("lost to", .adverse) : ("not separable", .open)
                let runs = headline.runs + match.other.runs
                return .init([
                    .init(match.other.label, runs: runs), .percent(match.record.rate, tone: .strong), .init(verdict.0, tone: verdict.1),
                    .points(try analysis.accuracyDifference(headline, match.other)),
                    .points(try analysis.compressionDifference(headline, match.other)),
                ])
            },
            notes: [
                "Share of articles on which its summary is preferred (more answers right; with three or more right on both sides, or equally few, the shorter), 95 % intervals. Differences: \(headline.label) minus the other; a negative Δ compression is a shorter summary."
            ] + [Resolvable.sentence(count: analysis.count)].compactMap { $0 })
    }

    private func beatsOriginal(_ headline: SystemAnalysis, _ comparison: Comparison, _ record: WinRecord) -> [Inline] {
        let rate = record.rate
        let verdict =
            if let interval = rate.interval, interval.lower > 0.5 { "It beat" } else if let interval = rate.interval, interval.upper < 0.5 {
                "It lost to"
            } else { "It could not be told apart from" }
        func from(_ estimate: (SystemAnalysis) -> Estimate) -> String {
            guard let original = analysis.original else { return "" }
            return " from \(NumberFormat.fixed(estimate(original).value * 100, decimals: 1)) % to \(NumberFormat.fixed(estimate(headline).value * 100, decimals: 1)) %"
        }
        let accuracy = change("Accuracy", comparison.accuracyDifference, up: "rose", down: "fell", from: from(\.accuracy))
        let length = change(
            "the summary's share of the article's words", comparison.compressionDifference, up: "grew", down: "shrank",
            from: from(\.medianCompression))
        return [
            .strong("\(verdict) the untuned model"),
            .text("""
                : it won \(NumberFormat.percent(rate)) of \(Prose.counted(record.winRate.count, "article")) \
                (sign test \(NumberFormat.pValue(record.winRate.signTest.pValue))). \(accuracy); \(length).
                """),
        ]
    }

    /// A change in words that say no more than its interval does.
    private func change(_ what: String, _ difference: Estimate, up: String, down: String, from: String) -> String {
        let verb = difference.isSeparable(from: 0) ? (difference.value > 0 ? up : down) + from : "did not change measurably"
        return "\(what) \(verb) (\(NumberFormat.percentagePoints(difference)))"
    }

    private func howSure(_ headline: SystemAnalysis) -> [Inline] {
        var limits: [String] = ["one training seed"]
        if let judge = JudgeValidity(analysis.results.judge?.readings ?? []) { limits.append(judge.sentence) }
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

/// One system against several, head to head under the evaluation rule.
private struct Contest {
    struct Match {
        let other: SystemAnalysis
        let record: WinRecord

        /// Whether the interval of the win rate lies wholly above or below one half.
        var isWon: Bool { record.rate.interval.map { $0.lower > 0.5 } ?? false }
        var isLost: Bool { record.rate.interval.map { $0.upper < 0.5 } ?? false }
    }

    let matches: [Match]
    var count: Int { matches.count }

    init(_ system: SystemAnalysis, _ others: [SystemAnalysis], _ analysis: StudyAnalysis) throws {
        matches = try others.map { Match(other: $0, record: try analysis.headToHead(system, $0)) }
    }

    /// e.g. "beat A and B; lost to C".
    var clauses: String {
        func names(_ matches: [Match]) -> String { Prose.list(matches.map(\.other.label)) }
        var clauses: [String] = []
        let won = matches.filter(\.isWon)
        let lost = matches.filter(\.isLost)
        let open = matches.filter { !$0.isWon && !$0.isLost }
        if !won.isEmpty { clauses.append("beat \(names(won))") }
        if !lost.isEmpty { clauses.append("lost to \(names(lost))") }
        if !open.isEmpty { clauses.append("could not be told apart from \(names(open))") }
        return clauses.joined(separator: "; ")
    }

    /// Whether `name` beat them, in words.
    func answer(_ name: String) -> String {
        let won = matches.count(where: \.isWon)
        if count == 0 { return "No prompted baseline was measured for \(name)." }
        if won == count { return "Yes: \(name) beat \(count == 1 ? "the prompted baseline" : "all \(count) prompted baselines")" }
        if won > 0 { return "In part: \(name) beat \(won) of \(count) prompted baselines" }
        return matches.contains(where: \.isLost)
            ? "No: \(name) beat none of the prompted baselines" : "Open: \(name) could not be told apart from the prompted baselines"
    }
}
