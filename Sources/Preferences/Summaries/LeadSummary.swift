/// The extractive baseline: the article's first sentences.
public struct LeadSummary: Sendable, Hashable, Codable {
    public var sentenceCount: Int

    /// - Precondition: `sentenceCount` is positive.
    public init(sentenceCount: Int) {
        precondition(sentenceCount > 0, "at least one sentence")
        self.sentenceCount = sentenceCount
    }

    /// The first sentences of the article; all of it where it has fewer.
    public func summary(of article: Article) -> String {
        SentenceSplitter().sentences(in: article.text).prefix(sentenceCount).joined(separator: " ")
    }
}
