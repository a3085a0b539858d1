import Statistics

/// Experiments on instructions: pairs made by a ranker, training on them, before and after.
struct ResponseSection {
    let experiments: [ResponseExperimentAnalysis]

    static let id = "instructions"

    /// - Parameter isAlone: whether nothing else was measured, so that the report begins here.
    func section(isAlone: Bool) -> ReportSection {
        let leads: [Block] = experiments.compactMap { analysis in
            findings(analysis).first.map { .lead([.text("\(analysis.experiment.experiment): ")] + $0) }
        }
        return ReportSection(
            id: Self.id, title: "Instructions: preferences by a ranker", short: "Instructions",
            blocks: (isAlone ? leads : []) + experiments.flatMap(blocks))
    }

    private func blocks(_ analysis: ResponseExperimentAnalysis) -> [Block] {
        let experiment = analysis.experiment
        let id = "\(Self.id)-\(experiment.experiment)"
        var blocks: [Block] = [
            .heading("Experiment \(experiment.experiment)", id: id),
            .text(
                .text("\(experiment.model) on \(experiment.instructions). "),
                .link("The notebook page", to: "notebooks/\(experiment.experiment).html"), .text(" has each step.")),
            .list(findings(analysis)),
        ]
        if let check = analysis.rewardCheck { blocks.append(.table(check.table(id: "\(id)-reward-check"))) }
        if !analysis.rounds.isEmpty { blocks.append(.table(roundTable(analysis, id: id))) }
        if !analysis.comparisons.isEmpty {
            blocks.append(.table(ResponseTables.headToHead(analysis.comparisons, id: "\(id)-head-to-head", runs: [experiment.runID])))
        }
        if !analysis.policies.isEmpty { blocks.append(.table(policyTable(analysis, id: id))) }
        if let histogram = ResponseTables.histogram(
            analysis.rounds.map { ("Round \($0.round.round)", $0.round.scored) }, id: "\(id)-scores")
        {
            let columns = analysis.rounds.map { ("Round \($0.round.round)", $0.scored) }
            let others = [
                ResponseTables.readings(columns, id: "\(id)-readings"), ResponseTables.equal(columns, id: "\(id)-equal"),
            ]
            blocks.append(
                .details(
                    "Scores of the responses",
                    [.table(histogram)] + others.compactMap { $0 }.map(Block.table) + measures(analysis, id: id)))
        }
        if let drops = dropTable(analysis, id: id) { blocks.append(.details("What was left out", [.table(drops)])) }
        if let headline = analysis.headline {
            blocks.append(
                .details(
                    "Held-out instructions before and after",
                    [.table(ResponseTables.beforeAndAfter(headline.comparison, count: experiment.shown, id: "\(id)-before-and-after"))]))
        }
        if !experiment.deviations.isEmpty {
            blocks.append(.heading("Deviations of \(experiment.experiment)", id: "\(id)-deviations"))
            blocks.append(.list(experiment.deviations.map { [.text($0)] }))
        }
        return blocks
    }

    // MARK: Findings

    private func findings(_ analysis: ResponseExperimentAnalysis) -> [[Inline]] {
        var findings: [[Inline]] = []
        if let headline = analysis.headline { findings.append(self.headline(headline, of: analysis)) }
        for comparison in analysis.comparisons where comparison.comparison != analysis.headline?.comparison {
            findings.append([.text(sentence(comparison))])
        }
        if let check = analysis.rewardCheck?.finding { findings.append([.text(check)]) }
        if let ranking = ranking(analysis) { findings.append([.text(ranking)]) }
        for round in analysis.rounds { findings.append([.text(pairs(round))]) }
        return findings
    }

    private func headline(_ analysis: ResponseComparisonAnalysis, of experiment: ResponseExperimentAnalysis) -> [Inline] {
        if analysis.changedNothing { return [.strong(claim(analysis)), .text(".")] }
        return [.strong(claim(analysis)), .text(": " + numbers(analysis) + " " + length(analysis, experiment.rounds))]
    }

    private func sentence(_ analysis: ResponseComparisonAnalysis) -> String {
        claim(analysis) + (analysis.changedNothing ? "." : ": " + numbers(analysis))
    }

    private func claim(_ analysis: ResponseComparisonAnalysis) -> String {
        let comparison = analysis.comparison
        if analysis.changedNothing {
            return "\(comparison.challenger) answers all \(Prose.counted(comparison.rows.count, "held-out instruction")) as "
                + "\(comparison.opponent) does, word for word: there is nothing to prefer"
        }
        let verb =
            switch analysis.verdict {
            case .better: "is preferred to"
            case .worse: "loses against"
            case .open: "cannot be told apart from"
            }
        return "Ranked by \(comparison.ranker.name), \(comparison.challenger) \(verb) \(comparison.opponent)"
    }

    private func numbers(_ analysis: ResponseComparisonAnalysis) -> String {
        let record = analysis.winRate
        return "it wins \(NumberFormat.percent(record.rate)) of \(Prose.counted(record.count, "held-out instruction")) "
            + "(\(record.wins) wins, \(record.ties) ties, \(record.losses) losses; sign test \(NumberFormat.pValue(record.signTest.pValue)))."
    }

    private func length(_ analysis: ResponseComparisonAnalysis, _ rounds: [RoundAnalysis]) -> String {
        let words = analysis.wordDifference
        guard words.isSeparable(from: 0) else {
            return "The length of its responses did not change measurably (\(NumberFormat.plain(words, unit: "words", signed: true)))."
        }
        var text = "Its responses are \(words.value > 0 ? "longer" : "shorter") (\(NumberFormat.plain(words, unit: "words", signed: true)))."
        let pairs = rounds.reduce(0) { $0 + $1.round.pairs.count }
        let rejected = rounds.reduce(0) { $0 + $1.rejectedCutOff }
        // Where long responses lose by rule, brevity is not the ranker's wish alone.
        if words.value < 0, rejected > 0, rounds.allSatisfy({ $0.chosenCutOff == 0 }) {
            text += " That is the ranker's preference and the token limit together: in \(rejected) of \(Prose.counted(pairs, "pair")) the "
                + "rejected response was cut off there, and no chosen one was."
        }
        return text
    }

    /// How far the order can be trusted, from what was measured.
    private func ranking(_ analysis: ResponseExperimentAnalysis) -> String? {
        guard let first = analysis.rounds.first else { return nil }
        var text = "Responses were ranked by \(first.round.scored.ranker.name)"
        if let parsed = first.scored.parsed { text += "; of what it wrote as scores, \(parsed.text) could be understood" }
        if let spread = first.scored.spread {
            text += "; scores of responses to one instruction differ by a standard deviation of \(NumberText.significant(spread, digits: 2))"
        }
        return text + "."
    }

    private func pairs(_ analysis: RoundAnalysis) -> String {
        let round = analysis.round
        let asked = round.pairs.count + round.pairDrops.reduce(0) { $0 + $1.count }
        var text = "Round \(round.round): \(Prose.counted(asked, "instruction")) gave \(Prose.counted(round.pairs.count, "pair"))"
        if let ties = analysis.ties { text += ", with \(NumberFormat.share(ties)) tied" }
        if let longer = analysis.chosenIsLonger { text += "; the chosen response is the longer one in \(NumberFormat.share(longer))" }
        return text + (round.diverged ? ". The training on them diverged." : ".")
    }

    // MARK: Tables

    private func roundTable(_ analysis: ResponseExperimentAnalysis, id: String) -> Table {
        Table(
            id: "\(id)-rounds", caption: "What each round trained on",
            columns: [
                .init("Round", alignment: .leading), .init("Answered by", alignment: .leading),
                .init("Ranked by", alignment: .leading), .init("Responses"), .init("Words"), .init("Cut off"), .init("Score"),
                .init("Expected score", detail: "0 to 5"), .init("Spread", detail: "within an instruction"), .init("Readings understood"), .init("Pairs"), .init("Ties"),
                .init("Chosen is longer"), .init("Trained", alignment: .leading),
            ],
            rows: analysis.rounds.map { entry in
                let round = entry.round
                return .init([
                    .init("\(round.round)", runs: [analysis.experiment.runID]), .init(round.startLabel),
                    .init(round.scored.ranker.name), .init(NumberFormat.grouped(round.scored.responses.count)),
                    entry.scored.meanWords.map { .plain($0) } ?? .missing, entry.scored.cutOff?.cell ?? .missing,
                    entry.scored.meanScore.map { .plain($0) } ?? .missing, entry.scored.expected.map { .plain($0) } ?? .missing,
                    entry.scored.spread.map { .init(NumberText.significant($0, digits: 3), value: $0) } ?? .missing,
                    entry.scored.parsed?.cell ?? .missing,
                    .init("\(round.pairs.count)", value: Double(round.pairs.count)), entry.ties.map { .share($0) } ?? .missing,
                    entry.chosenIsLonger.map { .share($0) } ?? .missing,
                    .init(round.trainedLabel + (round.diverged ? " (diverged)" : "")),
                ])
            },
            notes: ["Intervals are 95 % over instructions. Spread is the mean standard deviation of the scores of one instruction's responses."])
    }

    private func policyTable(_ analysis: ResponseExperimentAnalysis, id: String) -> Table {
        Table(
            id: "\(id)-policies", caption: "Reward of each policy on the held-out instructions",
            columns: [
                .init("Policy", alignment: .leading), .init("Graded by", alignment: .leading), .init("Score"), .init("Words"),
                .init("Cut off"),
            ],
            rows: analysis.policies.map { policy in
                .init([
                    .init(policy.label, runs: [analysis.experiment.runID]), .init(policy.ranker.name),
                    policy.reward.map { .plain($0) } ?? .missing, .plain(policy.words), .share(policy.cutOff),
                ])
            })
    }

    /// What the ranker measured besides, by round.
    private func measures(_ analysis: ResponseExperimentAnalysis, id: String) -> [Block] {
        let names = Set(analysis.rounds.flatMap { $0.scored.measures.map(\.name) }).sorted()
        guard !names.isEmpty else { return [] }
        return [
            .table(
                Table(
                    id: "\(id)-measures", caption: "What the ranker measured besides",
                    columns: [.init("Measure", alignment: .leading)] + analysis.rounds.map { .init("Round \($0.round.round)") },
                    rows: names.map { name in
                        .init([.init(name)] + analysis.rounds.map { cell($0.scored.measures.first { $0.name == name }) })
                    },
                    notes: ["Means over responses, and texts without a score by reason, of all; intervals are 95 % over instructions."]))
        ]
    }

    private func cell(_ measure: ScoredAnalysis.Measure?) -> Table.Cell {
        switch measure?.value {
        case .unread(let share)?: share.cell
        case .mean(let mean, _)?: .plain(mean)
        case nil: .missing
        }
    }

    private func dropTable(_ analysis: ResponseExperimentAnalysis, id: String) -> Table? {
        let rows = analysis.rounds.flatMap { entry in
            (entry.round.instructionDrops.map { ("Instruction", $0) } + entry.round.pairDrops.map { ("Pair", $0) }).map { kind, drop in
                Table.Row([
                    .init("\(entry.round.round)"), .init(kind), .init(drop.reason), .init("\(drop.count)", value: Double(drop.count)),
                ])
            }
        }
        guard !rows.isEmpty else { return nil }
        return Table(
            id: "\(id)-drops", caption: "What was left out, by reason",
            columns: [
                .init("Round", alignment: .leading), .init("What", alignment: .leading), .init("Reason", alignment: .leading), .init("Count"),
            ], rows: rows)
    }
}
