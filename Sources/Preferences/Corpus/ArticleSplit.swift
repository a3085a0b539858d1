/// Which articles train, which tune and which measure. Decided for each article by itself, from the seed and
/// its id, so that neither the order of the file nor other articles in it matter.
public struct ArticleSplit: Sendable, Hashable, Codable {
    public enum Part: String, Sendable, Hashable, Codable, CaseIterable { case train, development, test }

    public var seed: UInt64
    /// Shares of the articles; training gets the rest.
    public var developmentShare: Double
    public var testShare: Double

    /// - Precondition: shares are not negative and their sum is at most 1.
    public init(seed: UInt64, developmentShare: Double = 0.2, testShare: Double = 0.2) {
        precondition(
            developmentShare >= 0 && testShare >= 0 && developmentShare + testShare <= 1,
            "shares are not negative and leave something for training")
        self.seed = seed
        self.developmentShare = developmentShare
        self.testShare = testShare
    }

    public func part(ofArticle id: String) -> Part {
        var random = SeededRandom(rootSeed: seed, purpose: "article split", article: id)
        let draw = random.nextUnit()
        if draw < testShare { return .test }
        return draw < testShare + developmentShare ? .development : .train
    }

    /// The articles of each part, in the order given.
    public func parts(of articles: [Article]) -> [Part: [Article]] {
        Dictionary(grouping: articles) { part(ofArticle: $0.id) }
    }

    /// A random choice of at most `count` articles in a random order; neither depends on the order given.
    /// A smaller choice is the beginning of a larger one.
    public func selection(_ count: Int, from articles: [Article]) -> [Article] {
        let keyed = articles.map { article in
            (SeededRandom.seed(rootSeed: seed, purpose: "article selection", article: article.id), article)
        }
        let ordered = keyed.sorted { ($0.0, $0.1.id) < ($1.0, $1.1.id) }
        return ordered.prefix(max(count, 0)).map(\.1)
    }
}
