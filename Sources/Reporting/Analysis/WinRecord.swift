import Statistics

/// One system against the original, article by article, under one preference variant.
struct WinRecord: Sendable {
    let rule: WinRule
    let winRate: WinRate
    /// Per article: 1 for a win, a half for a tie, 0 for a loss; for paired comparisons of systems.
    let scores: ArticleScores

    var rate: Estimate { winRate.rate }

    /// - Throws: `StatisticsError.articleSetsDiffer` where the two were not measured on the same articles.
    init(
        _ outcomes: [ArticleOutcome], against original: [ArticleOutcome], rule: WinRule, bootstrap: ArticleBootstrap,
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
            let decision = rule.decide(outcome.contender, other.contender)
            verdicts.append(ArticleVerdict(
                articleID: outcome.articleID, outcome: decision.outcome, reason: decision.reason.rawValue))
            rows.append((outcome.articleID, decision.score))
        }
        self.rule = rule
        winRate = try WinRate(verdicts, bootstrap: bootstrap, metric: metric)
        scores = try ArticleScores(rows)
    }

    /// Wins that the given rule decided.
    func wins(by reason: WinRule.Reason) -> Int { winRate.winsByReason[reason.rawValue] ?? 0 }
    func losses(by reason: WinRule.Reason) -> Int { winRate.lossesByReason[reason.rawValue] ?? 0 }
}

extension WinRule.Decision {
    /// For the first of the two.
    var outcome: ArticleVerdict.Outcome {
        switch winner {
        case .first: .win
        case .second: .loss
        case .tie: .tie
        }
    }
}
