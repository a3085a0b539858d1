import Statistics

/// The part of section 9 on the judge: its calibration, texts that game the metric, and the fluency of summaries.
struct ValiditySection {
    let analysis: StudyAnalysis

    func blocks() throws -> [Block] {
        var blocks: [Block] = [.heading("Judge validity", id: "judge")]
        if let rule = analysis.results.judge?.rule.map(RuleTable.init) { blocks += [.text(.text(rule.sentence)), .table(rule.table())] }
        let calibration = try analysis.judge.map { try JudgeTables($0).all() } ?? []
        blocks += calibration.isEmpty
            ? [.notRun(what: "the judge has not been calibrated.", command: Commands.calibration)] : calibration.map(Block.table)
        if let defects = analysis.results.judge?.defects { blocks.append(unread(defects)) }
        blocks.append(.heading("What the metric cannot tell", id: "gaming"))
        let gaming = analysis.gaming
        if gaming.isEmpty {
            blocks.append(.notRun(what: "no text that games the metric has been judged.", command: Commands.baseline))
        } else {
            blocks += [.text(.text(verdict(gaming))), .table(gamingTable(gaming))]
        }
        if let fluency = analysis.results.judge?.fluency, let table = try fluencyTable(fluency) { blocks.append(.table(table)) }
        return blocks
    }

    // MARK: Answers that could not be read

    private func unread(_ defects: JudgeEvidence.Defects) -> Block {
        let calibration = analysis.judge?.readings ?? []
        let counts = Dictionary(grouping: calibration.compactMap(\.defect)) { $0 }.mapValues(\.count)
        let reasons = defects.reasons.map(\.reason) + counts.keys.filter { key in !defects.reasons.contains { $0.reason == key } }.sorted()
        guard !reasons.isEmpty else {
            return .text(.text(
                "Answers the judge could not give: none of \(NumberFormat.grouped(defects.answers)) about summaries, and none of \(NumberFormat.grouped(calibration.count)) in its calibration."))
        }
        func cell(_ count: Int) -> Table.Cell { .init(NumberFormat.grouped(count), value: Double(count)) }
        return .table(Table(
            id: "judge-defects", caption: "Answers the judge could not give, by reason", columns: [
                .init("Reason", alignment: .leading), .init("About summaries"), .init("In calibration"),
            ],
            rows: reasons.map { reason in
                .init([.init(reason), cell(defects.reasons.first { $0.reason == reason }?.count ?? 0), cell(counts[reason] ?? 0)])
            } + [
                .init([
                    .init("of all answers"), cell(defects.answers), cell(calibration.count),
                ], opensGroup: true)
            ],
            notes: ["One count per question; each counts as \"Unsure\", and a summary without any answer as failed."]))
    }

    // MARK: Gaming

    /// What a reader should take from the table.
    private func verdict(_ gaming: [SystemAnalysis]) -> String {
        var sentences = ["Multiple choice measures what a text mentions, not whether it says it well."]
        let failing = gaming.filter { $0.failed.successes > 0 }.map { "\"\($0.label)\": \($0.failed.successes) of \($0.failed.trials)" }
        if !failing.isEmpty { sentences.append("Texts that fail by rule, whatever they answer: \(Prose.list(failing)).") }
        let passing = gaming.filter { $0.failed.successes == 0 }.map { "\"\($0.label)\" (\(NumberFormat.percent($0.accuracy.value)) correct)" }
        if !passing.isEmpty { sentences.append("No rule stops \(Prose.list(passing)).") }
        guard let original = analysis.original else { return sentences.joined(separator: " ") }
        let rivals = gaming.filter { reachesHalf($0) || $0.accuracy.value > original.accuracy.value }
        guard !rivals.isEmpty else {
            return (sentences + ["None of them can be taken for as good as the original model: all answer no more, and win less than half."])
                .joined(separator: " ")
        }
        sentences.append("A system that learned to write like one of these could look as good as the original model, which answers \(NumberFormat.percent(original.accuracy.value)):")
        sentences += rivals.map { system in
            var parts = ["\"\(system.label)\" answers \(NumberFormat.percent(system.accuracy.value))"]
            if let record = analysis.gamingComparisons[system.name]?.evaluation { parts.append("wins \(NumberFormat.percent(record.rate))") }
            if let share = analysis.notFluent(system.system) { parts.append("and fluency finds \(share.successes) of \(share.trials)") }
            return parts.joined(separator: ", ") + "."
        }
        return sentences.joined(separator: " ")
    }

    /// Whether its win rate against the original may be a half or more.
    private func reachesHalf(_ system: SystemAnalysis) -> Bool {
        guard let rate = analysis.gamingComparisons[system.name]?.evaluation?.rate else { return false }
        return (rate.interval?.upper ?? rate.value) >= 0.5
    }

    private func gamingTable(_ gaming: [SystemAnalysis]) -> Table {
        Table(
            id: "gaming-texts", caption: "Texts that summarise nothing", columns: [
                .init("Text", alignment: .leading), .init("Win rate", detail: "vs original"), .init("Accuracy"),
                .init("Compression", detail: "median"), .init("Failed"), .init("Not fluent"),
            ],
            rows: gaming.map { system in
                .init([
                    .init(system.label, runs: system.runs), analysis.gamingComparisons[system.name]?.evaluation.map { .percent($0.rate) } ?? .missing,
                    .percent(system.accuracy), .percent(system.medianCompression), .share(system.failed),
                    analysis.notFluent(system.system).map { .share($0) } ?? .missing,
                ])
            },
            notes: ["Judged like any system, on the same articles, and in no other table. A text that failed has no correct answer and loses. \"Not fluent\" changes no win rate."])
    }

    // MARK: Fluency

    private func fluencyTable(_ fluency: JudgeEvidence.Fluency) throws -> Table? {
        let rows = try analysis.systems.compactMap { system -> Table.Row? in
            let values = fluency.summaries.filter { $0.system == system.name }.map { ($0.articleID, $0.perWord) }
            guard let share = analysis.notFluent(system.system), !values.isEmpty else { return nil }
            return .init([
                .init(system.label, runs: system.runs), .plain(MeanEstimate(of: try ArticleScores(values)).estimate()), .share(share),
            ])
        }
        guard !rows.isEmpty else { return nil }
        return Table(
            id: "fluency", caption: "How likely the summaries are as texts", columns: [
                .init("System", alignment: .leading), .init("Surprise", detail: "nats per word"), .init("Not fluent"),
            ],
            rows: rows,
            notes: [
                """
                Mean negative log-likelihood per word under the original model, which sees nothing of the article. Not fluent: above \
                \(NumberFormat.fixed(fluency.threshold, decimals: 2)), which \
                \(NumberFormat.fixed(fluency.quantile * 100, decimals: 0)) % of the \(NumberFormat.grouped(fluency.passageCount)) passages of \
                two sentences of the development articles stay below; shorter texts are likelier to be above. A text without words has no value.
                """
            ])
    }
}
