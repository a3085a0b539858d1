/// Wins and losses of a system against the original model over articles, by what decided them.
public struct WinRecord: Sendable, Hashable, Codable {
    public private(set) var wins: [PreferenceOutcome.Reason: Int] = [:]
    public private(set) var losses: [PreferenceOutcome.Reason: Int] = [:]
    public private(set) var ties: [PreferenceOutcome.Reason: Int] = [:]

    public init() {}

    /// - Parameter matches: per article, the system's summary and the original's; `nil` for a failed one.
    public init(
        _ matches: some Sequence<(system: ScoredSummary?, original: ScoredSummary?)>, under function: PreferenceFunction
    ) {
        for match in matches { add(function.compare(match.system, match.original)) }
    }

    /// Counts one article; the system is the first of the two compared.
    public mutating func add(_ outcome: PreferenceOutcome) {
        switch outcome.preferred {
        case .first: wins[outcome.reason, default: 0] += 1
        case .second: losses[outcome.reason, default: 0] += 1
        case nil: ties[outcome.reason, default: 0] += 1
        }
    }

    public var winCount: Int { wins.values.reduce(0, +) }
    public var lossCount: Int { losses.values.reduce(0, +) }
    public var tieCount: Int { ties.values.reduce(0, +) }
    public var count: Int { winCount + lossCount + tieCount }

    /// Share of articles won, a tie being half a win; `nil` without any article.
    public var winRate: Double? {
        count == 0 ? nil : (Double(winCount) + Double(tieCount) / 2) / Double(count)
    }
}

extension PreferenceOutcome {
    /// What the article adds to the first one's win rate.
    public var winShare: Double {
        switch preferred {
        case .first: 1
        case .second: 0
        case nil: 0.5
        }
    }
}
