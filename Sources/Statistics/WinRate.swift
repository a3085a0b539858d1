/// How one system's summary of an article fared against another's.
public struct ArticleVerdict: Sendable, Codable, Hashable {
    public enum Outcome: String, Sendable, Codable, Hashable, CaseIterable { case win, tie, loss }

    public var articleID: String
    public var outcome: Outcome
    /// The rule that decided, e.g. higher accuracy, or shorter with both at least three correct.
    public var reason: String

    public init(articleID: String, outcome: Outcome, reason: String) {
        self.articleID = articleID
        self.outcome = outcome
        self.reason = reason
    }

    /// The same comparison seen from the other side.
    public var reversed: ArticleVerdict {
        let outcome: Outcome =
            switch self.outcome {
            case .win: .loss
            case .tie: .tie
            case .loss: .win
            }
        return ArticleVerdict(articleID: articleID, outcome: outcome, reason: reason)
    }
}

/// Share of articles on which a system wins against another, a tie counting half; always with the
/// counts behind it and with the reasons of wins and losses.
public struct WinRate: Sendable, Codable, Hashable {
    public let wins: Int
    public let ties: Int
    public let losses: Int
    /// Wins, ties and losses by the rule that decided them.
    public let winsByReason: [String: Int]
    public let tiesByReason: [String: Int]
    public let lossesByReason: [String: Int]
    /// `(wins + ties / 2) / n` with the percentile interval of the article bootstrap; where every article is won, or
    /// every one lost, resampling says nothing, and Wilson's interval stands in.
    public let rate: Estimate
    public let signTest: SignTest
    /// Standard deviation of the per-article score (win 1, tie 0.5, loss 0), for
    /// `ResolvableDifference`; `nil` for a single article.
    public let standardDeviation: Double?

    public var count: Int { wins + ties + losses }

    /// - Parameters:
    ///   - verdicts: one per article. Failures belong in: a failed summary loses.
    ///   - metric: names the bootstrap's stream, e.g. `"win-rate/dpo"`.
    /// - Throws: `StatisticsError.emptySample`.
    public init(_ verdicts: [ArticleVerdict], bootstrap: ArticleBootstrap, metric: String) throws {
        func byReason(_ outcome: ArticleVerdict.Outcome) -> [String: Int] {
            verdicts.filter { $0.outcome == outcome }.reduce(into: [:]) { $0[$1.reason, default: 0] += 1 }
        }
        winsByReason = byReason(.win)
        tiesByReason = byReason(.tie)
        lossesByReason = byReason(.loss)
        wins = winsByReason.values.reduce(0, +)
        ties = tiesByReason.values.reduce(0, +)
        losses = lossesByReason.values.reduce(0, +)
        let scores = try ArticleScores(
            verdicts.map { verdict in
                let score =
                    switch verdict.outcome {
                    case .win: 1.0
                    case .tie: 0.5
                    case .loss: 0.0
                    }
                return (articleID: verdict.articleID, value: score)
            })
        var rate = bootstrap.mean(of: scores, metric: metric)
        if rate.interval != nil, wins == verdicts.count || losses == verdicts.count {
            rate.interval = try Proportion(successes: wins, of: verdicts.count).wilsonInterval(confidence: rate.confidence)
        }
        self.rate = rate
        signTest = SignTest(wins: wins, losses: losses)
        standardDeviation = MeanEstimate(of: scores).standardDeviation
    }
}
