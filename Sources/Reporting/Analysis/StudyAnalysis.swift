import Statistics

/// All statistics of a report, computed once from the rows.
struct StudyAnalysis: Sendable {
    let results: StudyResults
    let bootstrap: ArticleBootstrap
    let systems: [SystemAnalysis]
    let original: SystemAnalysis?
    /// By system name; every system except the original.
    let comparisons: [String: Comparison]
    /// All systems together; `nil` without systems.
    let frontier: FrontierAnalysis?
    let sweeps: [SweepAnalysis]
    /// The DPO system that the verdict speaks of: the first round's, or the first there is.
    let headline: SystemAnalysis?
    /// Systems that were not tuned on this study's preferences and are not the original.
    let baselines: [SystemAnalysis]
    /// `nil` where the judge was not calibrated.
    let judge: JudgeAnalysis?
    /// Texts that summarise nothing, in no other list, and how they fare against the original; by system name.
    let gaming: [SystemAnalysis]
    let gamingComparisons: [String: Comparison]

    /// - Throws: `StatisticsError.articleSetsDiffer` where systems were measured on different articles.
    init(_ results: StudyResults, draws: Int) throws {
        self.results = results
        let bootstrap = ArticleBootstrap(rootSeed: results.rootSeed, draws: draws)
        self.bootstrap = bootstrap
        systems = try results.systems.filter { !$0.outcomes.isEmpty }.map(SystemAnalysis.init)
        let original = systems.first { $0.name == results.originalSystem }
        self.original = original
        var comparisons: [String: Comparison] = [:]
        if let original {
            for system in systems where system.name != original.name {
                comparisons[system.name] = try Comparison(system, original, bootstrap: bootstrap)
            }
        }
        self.comparisons = comparisons
        frontier = systems.isEmpty ? nil : try Self.frontier(of: systems, bootstrap: bootstrap, metric: "frontier")
        sweeps = try SweepAnalysis.all(results.sweeps, bootstrap: bootstrap)
        let tuned = systems.filter { $0.system.kind == .dpo }
        headline = tuned.first { $0.system.round == 1 } ?? tuned.first
        judge = try results.judge.map { try JudgeAnalysis($0.readings, bootstrap: bootstrap) }
        gaming = try (results.judge?.gaming ?? []).filter { !$0.outcomes.isEmpty }.map(SystemAnalysis.init)
        var gamingComparisons: [String: Comparison] = [:]
        for system in gaming {
            gamingComparisons[system.name] = try original.map { try Comparison(system, $0, bootstrap: bootstrap) }
        }
        self.gamingComparisons = gamingComparisons
        baselines = systems.filter { $0.system.kind == .prompted || $0.system.kind == .extractive || $0.system.kind == .endpoint }
    }

    /// Number of test articles.
    var count: Int { systems.first?.count ?? 0 }

    func systems(of kind: SystemResult.Kind) -> [SystemAnalysis] { systems.filter { $0.system.kind == kind } }

    func frontierSystem(_ name: String) -> FrontierAnalysis.System? { frontier?.systems.first { $0.name == name } }

    /// Share of a system's texts that the original model finds unlikely; `nil` where that was not measured.
    func notFluent(_ system: SystemResult) -> Proportion? {
        guard let fluency = results.judge?.fluency else { return nil }
        let values = fluency.summaries.filter { $0.system == system.name }
        return try? Proportion(successes: values.count { $0.perWord > fluency.threshold }, of: values.count)
    }

    static func frontier(of systems: [SystemAnalysis], bootstrap: ArticleBootstrap, metric: String) throws -> FrontierAnalysis {
        try FrontierAnalysis(
            systems.map { .init(name: $0.name, x: $0.compressionScores, y: $0.accuracyScores) }, bootstrap: bootstrap,
            metric: metric)
    }

    /// Share of joint bootstrap draws in which `first` is at least as short and as accurate as `second`,
    /// and better in one of the two.
    func probability(_ first: SystemAnalysis, dominates second: SystemAnalysis) throws -> Double {
        let pair = try Self.frontier(
            of: [first, second], bootstrap: bootstrap, metric: "\(first.name)/dominates/\(second.name)")
        return 1 - (pair.systems.last?.frontierProbability ?? 1)
    }

    /// Share of joint bootstrap draws in which no baseline dominates `system`.
    func probabilityUndominated(_ system: SystemAnalysis, by baselines: [SystemAnalysis]) throws -> Double {
        let group = try Self.frontier(of: [system] + baselines, bootstrap: bootstrap, metric: "\(system.name)/undominated")
        return group.systems.first?.frontierProbability ?? 0
    }

    /// Paired per-article difference in win rate against the original, first minus second.
    func winRateDifference(_ first: SystemAnalysis, _ second: SystemAnalysis) throws -> Estimate? {
        guard let a = comparisons[first.name]?.evaluation, let b = comparisons[second.name]?.evaluation else { return nil }
        return try bootstrap.meanDifference(
            a.scores, b.scores, metric: "\(first.name)-\(second.name)/win-rate-difference")
    }

    func accuracyDifference(_ first: SystemAnalysis, _ second: SystemAnalysis) throws -> Estimate {
        // One comparison has one interval, wherever it is shown.
        if let known = comparison(first, second) { return known.accuracyDifference }
        return try bootstrap.meanDifference(
            first.accuracyScores, second.accuracyScores, metric: "\(first.name)-\(second.name)/accuracy-difference")
    }

    func compressionDifference(_ first: SystemAnalysis, _ second: SystemAnalysis) throws -> Estimate {
        if let known = comparison(first, second) { return known.compressionDifference }
        return try bootstrap.medianDifference(
            first.compressionScores, second.compressionScores,
            metric: "\(first.name)-\(second.name)/compression-difference")
    }

    func failureDifference(_ first: SystemAnalysis, _ second: SystemAnalysis) throws -> Estimate {
        func scores(_ system: SystemAnalysis) throws -> ArticleScores {
            try ArticleScores(system.system.outcomes.map {
                ($0.articleID, $0.failures.isEmpty && $0.isMeasurable ? 0 : 1)
            })
        }
        return try bootstrap.meanDifference(
            scores(first), scores(second), metric: "\(first.name)-\(second.name)/failure-difference")
    }

    /// The direct comparison of two systems under the evaluation rule: how often `first`'s summary wins.
    func headToHead(_ first: SystemAnalysis, _ second: SystemAnalysis) throws -> WinRecord {
        if let known = comparison(first, second)?.evaluation { return known }
        return try WinRecord(
            first.system.outcomes, against: second.system.outcomes, rule: .evaluation, bootstrap: bootstrap,
            metric: "\(first.name)-\(second.name)/head-to-head")
    }

    /// What was compared with the original already; `nil` where `second` is another system.
    private func comparison(_ first: SystemAnalysis, _ second: SystemAnalysis) -> Comparison? {
        second.name == original?.name ? comparisons[first.name] : nil
    }
}
