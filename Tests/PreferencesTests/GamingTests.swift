import Preferences
import Testing

@Suite struct GamingTests {
    private let article = Article(
        id: "a",
        text: """
            Defence Minister John Reid met officials in Sydney on Monday. Mr Reid said the United Nations had asked for \
            200 troops. The troops will leave Darwin next week, John Howard told the ABC.
            """)
    private let questions = QuestionSet(
        articleID: "a",
        questions: [
            Question(kind: .place, text: "Defence Minister John Reid met officials in", options: ["Perth", "Sydney", "Rome", "Oslo", "Lima"], answer: 1),
            Question(kind: .person, text: "The troops will leave Darwin next week,", options: ["John Howard", "B C", "D E", "F G", "H I"], answer: 0),
        ])

    private func text(_ strategy: GamingStrategy) -> String { strategy.text(about: article, questions: questions) }

    private func failures(_ strategy: GamingStrategy) -> Set<SummaryFailure> {
        Set(SummaryMeasure(summary: text(strategy), article: article, hitTokenLimit: false).failures)
    }

    @Test func textsAreWhatTheirNamesSay() {
        #expect(text(.empty).isEmpty)
        #expect(text(.oneWord).wordCount == 1)
        #expect(text(.articleCopy) == article.text)
        #expect(text(.questionText) == "Defence Minister John Reid met officials in The troops will leave Darwin next week,")
        // "Mr Reid" is John Reid again.
        let names = text(.nameList).dropLast().split(separator: ", ").map(String.init)
        #expect(names.filter { $0.hasSuffix("Reid") } == ["John Reid"])
        for name in ["Sydney", "United Nations", "Darwin"] { #expect(names.contains { $0.hasSuffix(name) }, "\(name)") }
        #expect(text(.otherScript).hasPrefix("Дефенце Министер"))
        #expect(text(.otherScript).hasSuffix("200 троопс."))
    }

    @Test func failuresAreTheOnesTheRulesName() {
        #expect(failures(.empty) == [.empty])
        #expect(failures(.oneWord).isEmpty)
        #expect(failures(.nameList).isEmpty)
        #expect(failures(.questionText).isEmpty)
        #expect(failures(.otherScript).contains(.invalidCharacters))
        #expect(failures(.articleCopy) == [.tooLong])
    }

    /// Beside a summary with two right answers of five: what fails loses, what answers less loses, and of equal
    /// answers below three the shorter wins, which is how one word can win.
    @Test func oneWordWinsOnlyOverSummariesThatAnswerNothing() {
        let word = ScoredSummary(correct: 0, words: 1)
        let summary = ScoredSummary(correct: 2, words: 40)
        #expect(PreferenceFunction.evaluation.compare(word, summary).preferred == .second)
        #expect(PreferenceFunction.evaluation.compare(word, ScoredSummary(correct: 0, words: 40)).preferred == .first)
    }

    // Hand-worked: 99 % of 100 values are not above the 99th.
    @Test func thresholdLeavesTheStatedShareBelow() throws {
        let threshold = try #require(FluencyThreshold((1...100).reversed().map(Double.init)))
        #expect(threshold.value == 99 && threshold.passageCount == 100)
        #expect(threshold.isFluent(perWord: 99) && !threshold.isFluent(perWord: 99.5) && threshold.isFluent(perWord: nil))
        #expect(try #require(FluencyThreshold([3])).value == 3)
        #expect(FluencyThreshold([]) == nil)
        // Three sentences make two passages.
        let passages = FluencyThreshold.passages(of: article)
        #expect(passages.map { SentenceSplitter().sentences(in: $0).count } == [2, 2])
        #expect(FluencyThreshold.passages(of: Article(text: "One sentence.")) == ["One sentence."])
    }

    @Test func likelihoodsBelongToTheirTexts() throws {
        let model = OverlapModel()
        let scorer = FluencyScorer(scorer: model, tokenizer: model, model: "overlap", numericMode: "exact")
        // "News" stands before every text, so it alone is likely: -0.5 against -6.
        let both = try scorer.likelihoods(of: ["News from", "", "Sydney  \n today again"])
        #expect(both[0]?.negativeLogLikelihood == 6.5 && both[0]?.perWord == 3.25)
        #expect(both[1] == nil)
        #expect(both[2]?.tokenCount == 3 && both[2]?.perWord == 6)
        #expect(try scorer.likelihoods(of: ["Sydney today again"])[0] == both[2])
    }
}
