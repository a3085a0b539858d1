/// Articles as read, and what was left out of them and why.
public struct Corpus: Sendable, Hashable {
    public enum DropReason: String, Sendable, Hashable, Codable, CaseIterable {
        case empty
        case duplicateText = "same text as an earlier article"
        case duplicateID = "same id as an earlier article"
        case tooShort = "shorter than the length limit"
        case tooLong = "longer than the length limit"
    }

    /// In file order.
    public private(set) var articles: [Article]
    public private(set) var dropped: [DropReason: Int]

    /// Takes the articles in order; the first of duplicates stays.
    public init(_ candidates: some Sequence<Article>) {
        articles = []
        dropped = [:]
        var texts: Set<String> = []
        var ids: Set<String> = []
        for article in candidates {
            if article.wordCount == 0 {
                dropped[.empty, default: 0] += 1
            } else if !texts.insert(Article.contentID(of: article.text)).inserted {
                dropped[.duplicateText, default: 0] += 1
            } else if !ids.insert(article.id).inserted {
                dropped[.duplicateID, default: 0] += 1
            } else {
                articles.append(article)
            }
        }
    }

    /// Only articles with a number of words in the range.
    public func limited(toWords range: ClosedRange<Int>) -> Corpus {
        var result = self
        result.articles = articles.filter { range.contains($0.wordCount) }
        result.dropped[.tooShort] = nonZero((dropped[.tooShort] ?? 0) + articles.count { $0.wordCount < range.lowerBound })
        result.dropped[.tooLong] = nonZero((dropped[.tooLong] ?? 0) + articles.count { $0.wordCount > range.upperBound })
        return result
    }

    private func nonZero(_ count: Int) -> Int? { count == 0 ? nil : count }
}
