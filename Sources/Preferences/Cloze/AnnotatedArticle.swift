/// An article cut into sentences and words, with everything in it that a question could ask for.
package struct AnnotatedArticle: Sendable {
    let id: String
    package let sentences: [String]
    let words: [[SentenceWord]]
    /// In order of the text.
    package let mentions: [Mention]

    package init(_ article: Article) {
        id = article.id
        sentences = SentenceSplitter().sentences(in: article.text)
        let words = sentences.map { $0.split(separator: " ").map(SentenceWord.init) }
        self.words = words
        let names = NameFinder(sentences: words)
        mentions = words.indices.flatMap { Self.mentions(in: words[$0], sentence: $0, names: names) }
    }

    private static func mentions(in words: [SentenceWord], sentence: Int, names: NameFinder) -> [Mention] {
        var result: [Mention] = []
        var index = 0
        while index < words.count {
            if words[index].core.isEmpty {
                index += 1
            } else if let number = NumberFinder().mention(at: index, in: words, sentence: sentence) {
                result.append(number)
                index = number.wordRange.upperBound
            } else if let term = TermFinder().mention(at: index, in: words, sentence: sentence) {
                result.append(term)
                index = term.wordRange.upperBound
            } else {
                let (found, end) = names.mentions(at: index, in: words, sentence: sentence)
                result += found
                index = end
            }
        }
        return result
    }

    /// The sentence's words before a mention, as the article has them.
    func text(before mention: Mention) -> String {
        words[mention.sentence][..<mention.wordRange.lowerBound].map(\.raw).joined(separator: " ")
    }
}
