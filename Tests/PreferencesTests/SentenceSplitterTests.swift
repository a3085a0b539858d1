import Preferences
import Testing

@Suite struct SentenceSplitterTests {
    private func sentences(_ text: String) -> [String] { SentenceSplitter().sentences(in: text) }

    @Test func abbreviationsInitialsAndDecimalsDoNotEndSentences() {
        let text = "Mr. Reid met Lt. Gen. J. K. Smith on Jan. 5 in St. Louis. Prices rose 3.5 per cent to $1.2 million. See No. 7."
        #expect(sentences(text) == [
            "Mr. Reid met Lt. Gen. J. K. Smith on Jan. 5 in St. Louis.", "Prices rose 3.5 per cent to $1.2 million.", "See No. 7.",
        ])
    }

    @Test func lettersWithStopsEndSentencesBeforeOpeningWords() {
        #expect(sentences("He left the U.S. Senate. She flew to the U.S. The trip was long.") == [
            "He left the U.S. Senate.", "She flew to the U.S.", "The trip was long.",
        ])
        #expect(sentences("It ended at 5 p.m. Police came.") == ["It ended at 5 p.m.", "Police came."])
    }

    @Test func quotationsKeepTheirMarks() {
        #expect(sentences("\"We won.\" \"It is over!\" he said. (Really?) Yes.") == [
            "\"We won.\"", "\"It is over!\" he said.", "(Really?)", "Yes.",
        ])
        #expect(sentences("\u{201c}Go.\u{201d} They went.") == ["\u{201c}Go.\u{201d}", "They went."])
    }

    @Test func blankLinesEndSentencesAndSingleOnesDoNot() {
        #expect(sentences("A title without stop\n\nThe text goes\non here.") == ["A title without stop", "The text goes on here."])
    }

    @Test func ellipsisBeforeLowerCaseGoesOn() {
        #expect(sentences("Well... maybe not. I said no. Then I left.") == ["Well... maybe not.", "I said no.", "Then I left."])
        #expect(sentences("") == [] && sentences(" \n ") == [])
    }

    @Test func wordsAreKeptOverTheWholeCorpus() throws {
        for article in try LeeCorpus.articles() {
            #expect(sentences(article.text).flatMap(\.words).map(String.init) == article.text.words.map(String.init))
        }
    }

    @Test func leadSummaries() {
        let article = Article(text: "One. Two. Three.")
        #expect(LeadSummary(sentenceCount: 2).summary(of: article) == "One. Two.")
        #expect(LeadSummary(sentenceCount: 9).summary(of: article) == "One. Two. Three.")
    }
}
