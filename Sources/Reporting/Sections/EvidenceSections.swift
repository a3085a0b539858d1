import Statistics

/// Sections 2 to 7: figures and tables.
struct EvidenceSections {
    let analysis: StudyAnalysis
    private let tables: ResultTables

    init(_ analysis: StudyAnalysis) {
        self.analysis = analysis
        tables = ResultTables(analysis: analysis)
    }

    func all() throws -> [ReportSection] {
        [try frontier(), try results(), sweeps(), try lora(), try iterations(), training()]
    }

    private func frontier() throws -> ReportSection {
        var blocks: [Block] = []
        if let figure = FrontierFigure(analysis)?.figure() {
            blocks = [.figure(figure)]
            if let published = try PublishedFigure(analysis: analysis).figure() { blocks.append(.figure(published)) }
        } else {
            blocks = [.notRun(what: "no system has been measured on the test articles.", command: Commands.baseline)]
        }
        return ReportSection(id: "frontier", title: "The frontier", short: "Frontier", blocks: blocks)
    }

    private func results() throws -> ReportSection {
        guard !analysis.systems.isEmpty else {
            return ReportSection(
                id: "results", title: "Results", short: "Results",
                blocks: [.notRun(what: "no system has been measured on the test articles.", command: Commands.baseline)])
        }
        var blocks: [Block] = [.table(tables.main())]
        if !analysis.comparisons.isEmpty {
            blocks += [
                .table(tables.details()), .heading("Where the wins come from", id: "wins"), .table(tables.winParts()),
                .heading("Sensitivity to the preference function", id: "variants"), .table(tables.variants()),
            ]
        }
        blocks += [.heading("Beside the paper", id: "paper"), .table(try PublishedTable(analysis: analysis).table())]
        return ReportSection(id: "results", title: "Results", short: "Results", blocks: blocks)
    }

    private func sweeps() -> ReportSection {
        var blocks: [Block] = []
        for (index, sweep) in analysis.sweeps.filter({ $0.rank == nil }).enumerated() {
            blocks += SweepFigure(sweep: sweep, number: index + 3).blocks()
        }
        if blocks.isEmpty {
            blocks = [.notRun(what: "no sweep over beta and learning rate.", command: Commands.sweep)]
        }
        return ReportSection(id: "sweeps", title: "Beta and learning rate", short: "Sweeps", blocks: blocks)
    }

    private func lora() throws -> ReportSection {
        var blocks: [Block] = []
        let full = analysis.headline
        for lora in analysis.systems(of: .lora) {
            guard let full else { continue }
            blocks.append(.table(try differences(
                lora, full, id: "lora-\(blocks.count + 1)", caption: "\(lora.label) and \(full.label), paired")))
        }
        for sweep in analysis.sweeps where sweep.rank != nil {
            blocks += SweepFigure(sweep: sweep, number: figureNumber(of: sweep)).blocks()
        }
        if blocks.isEmpty { blocks = [.notRun(what: "no low-rank adapter was trained.", command: Commands.lora)] }
        return ReportSection(id: "lora", title: "LoRA and full parameters", short: "LoRA", blocks: blocks)
    }

    private func iterations() throws -> ReportSection {
        let rounds = analysis.systems(of: .dpo).sorted { $0.system.round < $1.system.round }
        var blocks: [Block] = []
        for (first, second) in zip(rounds, rounds.dropFirst()) where second.system.round > first.system.round {
            blocks.append(.table(try differences(
                second, first, id: "round-\(second.system.round)",
                caption: "Round \(second.system.round) and round \(first.system.round), paired")))
        }
        if blocks.isEmpty { blocks = [.notRun(what: "no second round of on-policy training.", command: Commands.iteration)] }
        return ReportSection(id: "iterations", title: "A second round", short: "Iterations", blocks: blocks)
    }

    private func training() -> ReportSection {
        let first = 3 + analysis.sweeps.count
        let figures = TrainingFigure.all(analysis.results.trainings, firstNumber: first).map { Block.figure($0.figure()) }
        return ReportSection(
            id: "training", title: "Training", short: "Training",
            blocks: figures.isEmpty ? [.notRun(what: "no training run has been recorded.", command: Commands.sweep)] : figures)
    }

    /// Sweeps over full parameters come first.
    private func figureNumber(of sweep: SweepAnalysis) -> Int {
        let ordered = analysis.sweeps.filter { $0.rank == nil } + analysis.sweeps.filter { $0.rank != nil }
        return 3 + (ordered.firstIndex { $0.id == sweep.id } ?? 0)
    }

    /// Two systems measure by measure, with the paired difference.
    private func differences(_ first: SystemAnalysis, _ second: SystemAnalysis, id: String, caption: String) throws -> Table {
        let runs = first.runs + second.runs
        func row(_ name: String, _ a: Table.Cell, _ b: Table.Cell, _ difference: Estimate?) -> Table.Row {
            .init([.init(name), a, b, difference.map { .points($0, tone: $0.isSeparable(from: 0) ? .strong : .plain, runs: runs) } ?? .missing])
        }
        let a = analysis.comparisons[first.name]?.evaluation
        let b = analysis.comparisons[second.name]?.evaluation
        let direct = try analysis.headToHead(first, second)
        return Table(
            id: id, caption: caption, columns: [
                .init("Measure", alignment: .leading), .init(first.label), .init(second.label), .init("Difference", detail: "points"),
            ],
            rows: [
                row("Win rate vs original", a.map { .percent($0.rate) } ?? .missing, b.map { .percent($0.rate) } ?? .missing,
                    try analysis.winRateDifference(first, second)),
                row("Accuracy", .percent(first.accuracy), .percent(second.accuracy), try analysis.accuracyDifference(first, second)),
                row("Median compression", .percent(first.medianCompression), .percent(second.medianCompression),
                    try analysis.compressionDifference(first, second)),
                row("Failed", .share(first.failed), .share(second.failed), try analysis.failureDifference(first, second)),
                .init([.init("Head to head"), .percent(direct.rate), .missing, .missing], opensGroup: true),
            ],
            notes: [
                "Differences: the first system minus the second on the same articles; bold where the interval leaves out 0. Head to head: how often the first system's summary wins against the second's.",
                Resolvable.sentence(
                    count: first.count, accuracyDifferences: try first.accuracyScores.difference(from: second.accuracyScores)) ?? Resolvable.oneSeed,
            ])
    }
}
