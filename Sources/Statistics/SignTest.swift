/// The exact two-sided sign test of "wins and losses are equally likely"; ties say nothing about it and
/// are left out.
public struct SignTest: Sendable, Codable, Hashable {
    public let wins: Int
    public let losses: Int
    /// 1 when there is neither a win nor a loss.
    public let pValue: Double

    /// - Precondition: neither count is negative.
    public init(wins: Int, losses: Int) {
        precondition(wins >= 0 && losses >= 0, "counts cannot be negative")
        self.wins = wins
        self.losses = losses
        pValue = min(1, 2 * FairBinomial.cdf(min(wins, losses), trials: wins + losses))
    }
}
