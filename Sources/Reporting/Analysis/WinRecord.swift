import Preferences
import Statistics

/// One system against the original, article by article, under one preference variant.
struct WinRecord: Sendable {
    let rule: PreferenceFunction
    let winRate: WinRate
    /// Per article: 1 for a win, a half for a tie, 0 for a loss; for paired comparisons of systems.
    let scores: ArticleScores

    var rate: Estimate { winRate.rate }

    /// - Throws: `StatisticsError.articleSetsDiffer` where the two were not measured on the same articles.
    init(
        _ outcomes: [ArticleOutcome], against original: [ArticleOutcome], rule: PreferenceFunction, bootstrap: ArticleBootstrap,
        metric: String
    ) throws {
        // The assertion that the two can be paired comes before any article is looked up.
        _ = try ArticleScores(outcomes.map { ($0.articleID, 0) })
            .difference(from: ArticleScores(original.map { ($0.articleID, 0) }))
        let byArticle = Dictionary(original.map { ($0.articleID, $0) }, uniquingKeysWith: { first, _ in first })
        var verdicts: [ArticleVerdict] = []
        var rows: [(articleID: String, value: Double)] = []
        for outcome in outcomes {
            guard let other = byArticle[outcome.articleID] else { continue }
            let decision = rule.compare(outcome.scored, other.scored)
            verdicts.append(ArticleVerdict(
                articleID: outcome.articleID, outcome: decision.outcome, reason: decision.reason.rawValue))
            rows.append((outcome.articleID, decision.score))
        }
        self.rule = rule
        winRate = try WinRate(verdicts, bootstrap: bootstrap, metric: metric)
        scores = try ArticleScores(rows)
    }

    /// Wins and losses that one of the given reasons decided.
    func wins(by reasons: PreferenceOutcome.Reason...) -> Int {
        reasons.reduce(0) { $0 + (winRate.winsByReason[$1.rawValue] ?? 0) }
    }
    func losses(by reasons: PreferenceOutcome.Reason...) -> Int {
        reasons.reduce(0) { $0 + (winRate.lossesByReason[$1.rawValue] ?? 0) }
    }
}

extension PreferenceOutcome.Reason {
    /// As the report's tables name it.
    var inWords: String {
        switch self {
        case .moreAccurate: "more correct"
        case .shorterBothAtLeast3: "shorter, both ≥ 3 correct"
        case .shorterLowTie: "shorter, low tie"
        case .onlyValid: "the other failed"
        case .equalLength: "equally long"
        case .similarLength: "similarly long"
        case .equalAccuracy: "equally correct"
        case .neitherValid: "both failed"
        }
    }
}

extension PreferenceOutcome {
    /// For the first of the two.
    var outcome: ArticleVerdict.Outcome {
        switch preferred {
        case .first: .win
        case .second: .loss
        case nil: .tie
        }
    }

    /// 1 for the first, 0 for the second, a half where neither is preferred.
    var score: Double {
        switch preferred {
        case .first: 1
        case .second: 0
        case nil: 0.5
        }
    }
}
