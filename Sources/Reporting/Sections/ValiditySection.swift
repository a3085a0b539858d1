import Statistics

/// The part of section 9 on the judge: its calibration, texts that game the metric, and the fluency of summaries.
struct ValiditySection {
    let analysis: StudyAnalysis

    func blocks() throws -> [Block] {
        var blocks: [Block] = [.heading("Judge validity", id: "judge")]
        let calibration = try analysis.judge.map { try JudgeTables($0).all() } ?? []
        blocks += calibration.isEmpty
            ? [.notRun(what: "the judge has not been calibrated.", command: Commands.calibration)] : calibration.map(Block.table)
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

    // MARK: Gaming

    /// What a reader should take from the table.
    private func verdict(_ gaming: [SystemAnalysis]) -> String {
        func names(_ systems: [SystemAnalysis]) -> String {
            systems.map { "\"\($0.label)\" (\(NumberFormat.fixed($0.accuracy.value * 100, decimals: 0)) % correct)" }.joined(separator: ", ")
        }
        var sentences = ["Multiple choice measures what a text mentions, not whether it says it well."]
        let caught = gaming.filter { $0.failed.value > 0.5 }
        if !caught.isEmpty { sentences.append("Most texts of these kinds fail by rule, whatever they answer: \(names(caught)).") }
        let passing = gaming.filter { $0.failed.value <= 0.5 }
        guard !passing.isEmpty else { return sentences.joined(separator: " ") }
        sentences.append("These pass every rule and count with what they answer: \(names(passing)).")
        let better = passing.filter { system in analysis.original.map { system.accuracy.value > $0.accuracy.value } ?? false }
        sentences.append(
            better.isEmpty
                ? "None of them answers more than the original model."
                : "More than the original model answers: \(names(better)); a system that learned to write so would look like a good one here.")
        for system in better {
            guard let share = analysis.notFluent(system.system) else { continue }
            sentences.append("Fluency finds \(share.successes) of \(share.trials) of \"\(system.label)\".")
        }
        return sentences.joined(separator: " ")
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
