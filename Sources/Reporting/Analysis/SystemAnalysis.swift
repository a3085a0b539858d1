import Preferences
import Statistics

/// What the report says about one system, computed from its rows.
struct SystemAnalysis: Sendable {
    let system: SystemResult
    /// Per-article accuracy, 0...1, and compression, summary words per article word.
    let accuracyScores: ArticleScores
    let compressionScores: ArticleScores

    let accuracy: Estimate
    let atLeast3: Proportion
    let atLeast4: Proportion
    let medianCompression: Estimate
    let meanCompression: Estimate
    let meanWords: Estimate
    let failures: [(kind: ArticleOutcome.Failure, share: Proportion)]
    /// Summaries with any failure, and with one that the study itself counts.
    let failed: Proportion
    let failedAsPublished: Proportion

    /// Share of articles whose summary failed in the given way.
    func share(of kind: ArticleOutcome.Failure) -> Proportion { failures.first { $0.kind == kind }?.share ?? failed }

    var name: String { system.name }
    var label: String { system.label }
    var count: Int { system.outcomes.count }
    var runs: [String] { system.runID.isEmpty ? [] : [system.runID] }

    init(_ system: SystemResult) throws {
        self.system = system
        let outcomes = system.outcomes
        accuracyScores = try ArticleScores(outcomes.map { ($0.articleID, $0.accuracy) })
        compressionScores = try ArticleScores(outcomes.map { ($0.articleID, $0.compression) })
        accuracy = MeanEstimate(of: accuracyScores).shareEstimate()
        medianCompression = MedianEstimate(of: compressionScores).estimate
        meanCompression = MeanEstimate(of: compressionScores).estimate()
        meanWords = MeanEstimate(of: try ArticleScores(outcomes.map { ($0.articleID, Double($0.summaryWords)) })).estimate()
        func share(_ condition: (ArticleOutcome) -> Bool) throws -> Proportion {
            try Proportion(successes: outcomes.count(where: condition), of: outcomes.count)
        }
        atLeast3 = try share { $0.countedCorrect >= 3 }
        atLeast4 = try share { $0.countedCorrect >= 4 }
        failed = try share { !$0.failures.isEmpty || !$0.isMeasurable }
        failedAsPublished = try share { outcome in
            outcome.failures.contains { ArticleOutcome.Failure.published.contains($0) }
        }
        failures = try ArticleOutcome.Failure.allCases.map { kind in
            (kind, try share { $0.failures.contains(kind) || (kind == .judgeFailed && $0.judgeFailed) })
        }
    }
}

/// A system beside the original on the same articles.
struct Comparison: Sendable {
    /// Per preference variant, in the order of `PreferenceFunction.allCases`.
    let records: [WinRecord]
    /// System minus original.
    let accuracyDifference: Estimate
    let compressionDifference: Estimate

    var evaluation: WinRecord? { records.first { $0.rule == .evaluation } }

    init(_ system: SystemAnalysis, _ original: SystemAnalysis, bootstrap: ArticleBootstrap) throws {
        records = try PreferenceFunction.allCases.map { rule in
            try WinRecord(
                system.system.outcomes, against: original.system.outcomes, rule: rule, bootstrap: bootstrap,
                metric: "\(system.name)/win-rate/\(rule.rawValue)")
        }
        accuracyDifference = try bootstrap.meanDifference(
            system.accuracyScores, original.accuracyScores, metric: "\(system.name)/accuracy-difference")
        compressionDifference = try bootstrap.medianDifference(
            system.compressionScores, original.compressionScores, metric: "\(system.name)/compression-difference")
    }
}
