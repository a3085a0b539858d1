import Preferences
import Testing

@Suite struct SummaryMeasureTests {
    private let article = Article(text: "The caf\u{e9} in K\u{f8}benhavn closed after 20 years of trade, its owner said on Monday.")

    private func failures(_ summary: String, tokenLimit: Bool = false) -> [SummaryFailure] {
        SummaryMeasure(summary: summary, article: article, hitTokenLimit: tokenLimit).failures
    }

    @Test func aGoodSummaryHasNone() {
        let measure = SummaryMeasure(summary: "A caf\u{e9} \u{2013} \u{201c}closed\u{201d} for \u{a3}5.", article: article, hitTokenLimit: false)
        #expect(measure.failures == [])
        #expect(measure.words == 6 && measure.isUsable)
        // 6 of the article's 15 words.
        #expect(measure.compression == 6.0 / 15)
    }

    @Test func lengthCountsCharacters() {
        #expect(failures(String(article.text.dropLast())) == [.invalidCharacters])
        #expect(failures(String(repeating: "x", count: article.text.count)) == [.tooLong])
        #expect(failures(String(repeating: "x", count: article.text.count - 1)) == [])
    }

    @Test func otherScriptsAreInvalid() {
        #expect(failures("The building\u{4f24}\u{611f} was opened.") == [.invalidCharacters])
        #expect(failures("A zero byte \u{0} here.") == [.invalidCharacters])
        #expect(CharacterCheck().invalidCharacterCount(in: "ab\u{4f24}\u{611f}\u{3002}") == 3)
        // Combining marks are taken off: the letter o with a stroke has none, e with an acute has.
        #expect(CharacterCheck().accepts("caf\u{e9}") && !CharacterCheck().accepts("K\u{f8}benhavn"))
        #expect(CharacterCheck(allowingCharactersOf: article).accepts("K\u{f8}benhavn"))
        let lenient = SummaryMeasure(summary: "K\u{f8}benhavn.", article: article, hitTokenLimit: false, allowsArticleCharacters: true)
        #expect(lenient.failures == [])
    }

    @Test func emptyTokenLimitAndRepetition() {
        #expect(failures(" \n") == [.empty])
        #expect(failures("It goes on", tokenLimit: true) == [.tokenLimit])
        let twice = "The fire has closed the road. The fire has closed it."
        let long = Article(text: String(repeating: "word ", count: 100))
        #expect(SummaryMeasure(summary: twice, article: long, hitTokenLimit: false).failures == [])
        #expect(SummaryMeasure(summary: twice + " the FIRE, has closed!", article: long, hitTokenLimit: false).failures == [.repetition])
    }

    @Test func usableLengths() {
        let long = Article(text: String(repeating: "a long text ", count: 200))
        func isUsable(_ words: Int) -> Bool {
            let text = (0..<words).map { "w\($0)" }.joined(separator: " ")
            return SummaryMeasure(summary: text, article: long, hitTokenLimit: false).isUsable
        }
        #expect(!isUsable(4) && isUsable(5) && isUsable(199) && !isUsable(200))
    }
}
