/// From which negative log-likelihood per word on a text counts as not fluent: what all but a few passages of
/// the articles stay below.
///
/// A passage is two sentences in a row, what summaries are asked for. Of single sentences, one in a hundred is as
/// unlikely as a list of names: 99 % of them stay below 8.2 nats per word, which a third of the name lists do too.
public struct FluencyThreshold: Sendable, Hashable, Codable {
    /// Share of the passages that are not above the threshold.
    public static let share = 0.99
    static let sentencesPerPassage = 2

    /// In nats per word.
    public var value: Double
    public var passageCount: Int

    /// - Parameter passages: nats per word of each.
    /// - Returns: `nil` without passages.
    public init?(_ passages: [Double]) {
        let sorted = passages.sorted()
        guard !sorted.isEmpty else { return nil }
        // The smallest value that at least the share of the passages do not exceed.
        let rank = Int((Self.share * Double(sorted.count)).rounded(.up)) - 1
        value = sorted[max(0, min(rank, sorted.count - 1))]
        passageCount = sorted.count
    }

    /// The passages of an article that the threshold is taken from.
    public static func passages(of article: Article) -> [String] {
        let sentences = SentenceSplitter().sentences(in: article.text)
        guard sentences.count > sentencesPerPassage else { return [sentences.joined(separator: " ")] }
        return (0...sentences.count - sentencesPerPassage).map {
            sentences[$0..<$0 + sentencesPerPassage].joined(separator: " ")
        }
    }

    /// A text without words is empty rather than not fluent.
    public func isFluent(perWord: Double?) -> Bool { perWord.map { $0 <= value } ?? true }
}
