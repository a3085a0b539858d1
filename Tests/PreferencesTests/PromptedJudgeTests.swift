import Checkpoints
import LanguageModel
import Preferences
import Testing
import Tokenization

/// Gives texts recorded beforehand, in order, and remembers what it was asked.
private final class RecordedGenerator: TextGenerator {
    let identity = "recorded"
    private(set) var asked: [[Message]] = []
    private var texts: [GeneratedText]

    init(_ texts: [GeneratedText]) { self.texts = texts }

    func generate(_ conversations: [[Message]], temperature: Double, maximumTokens: Int) -> [GeneratedText] {
        asked += conversations
        defer { texts.removeFirst(conversations.count) }
        return Array(texts.prefix(conversations.count))
    }
}

@Suite struct PromptedJudgeTests {
    // sha256sum of the prompts as the article prints them, without its line numbers.
    @Test func summarizationPromptIsTheArticles() throws {
        let prompt = try PromptTemplate.summarization()
        #expect(SHA256.hexDigest(of: prompt.text) == "68c4761119d6c8352acaa09fa91ad324d80cc8af47f4dc783a5d960e85647e96")
        #expect(prompt.filled(["text": "{text} and {braces}"]).hasSuffix("2 sentences.\n\nText:\n{text} and {braces}"))
        #expect(try PromptTemplate.summarization(sentenceCount: 2) == prompt)
        #expect(try PromptTemplate.summarization(sentenceCount: 1).text.contains("at most 1 sentence.\n"))
        #expect(try PromptTemplate.summarization(sentenceCount: 4).text.contains("at most 4 sentences.\n"))
    }

    @Test func judgePromptsAreTheArticles() async throws {
        let generator = RecordedGenerator([.text(QuestionParserTests.wellFormed), .text("Q1) A")])
        let judge = try PromptedJudge(generator: generator, settings: .init(seed: 1))
        let article = Article(id: "a", text: "ARTICLE")
        let set = try #require(try await judge.questions(for: [article])[0].questions)
        _ = try await judge.answers(to: [JudgeRequest(questions: set, summary: "SUMMARY")])
        let texts = generator.asked.map { $0[0].content }
        #expect(SHA256.hexDigest(of: texts[0].replacing("ARTICLE", with: "{text}"))
            == "a7cf4d9ce87c0e9f1b049d0ee056bf364402564817d63d9b0a128fb516b7292d")
        let parts = texts[1].replacing("SUMMARY", with: "{summary_generation_raw_model_output}")
        let start = try #require(parts.range(of: "Q1) What")), end = try #require(parts.range(of: "\n\nCarefully read"))
        let listing = String(parts[start.lowerBound..<end.lowerBound])
        #expect(SHA256.hexDigest(of: parts.replacing(listing, with: "{qa_generation_questions}"))
            == "2a6609a87eb653c8ced7f9fb73340c674565d20cc1511896308a6bd8725c7cde")
        // Every question is followed by a blank line, the last one too.
        #expect(listing.hasSuffix("\n\n"))
        #expect(listing.split(separator: "\n").count == 30)
    }

    @Test func shufflingIsSeededAndKeepsTheRightOption() async throws {
        let article = Article(id: "a", text: "x")
        func set(seed: UInt64) async throws -> QuestionSet {
            let judge = try PromptedJudge(generator: RecordedGenerator([.text(QuestionParserTests.wellFormed)]), settings: .init(seed: seed))
            return try #require(try await judge.questions(for: [article])[0].questions)
        }
        let first = try await set(seed: 1)
        #expect(try await set(seed: 1) == first)
        #expect(try await set(seed: 2) != first)
        for question in first.questions {
            // "What is number 3?" has the right answer "Option C3".
            let number = try #require(question.text.first { $0.isNumber }?.wholeNumberValue)
            #expect(question.options[question.answer] == "Option \(Array("ABCDE")[number - 1])\(number)")
            #expect(Set(question.options).count == 5)
        }
        #expect(first.questions.map(\.text) != (1...5).map { "What is number \($0)?" })
    }

    @Test func dropsAndFailuresKeepTheirReasons() async throws {
        let generator = RecordedGenerator([.failed("timeout"), .text("no questions"), .failed("timeout")])
        let judge = try PromptedJudge(generator: generator, settings: .init(seed: 1))
        let outcomes = try await judge.questions(for: [Article(text: "a"), Article(text: "b")])
        #expect(outcomes.map(\.dropReason) == ["the judge wrote nothing: timeout", QuestionDrop.questionCount.rawValue])
        let set = QuestionSet(articleID: "a", questions: [Question(kind: .written, text: "?", options: ["1", "2", "3", "4", "5"], answer: 0)])
        let judgement = try await judge.answers(to: [JudgeRequest(questions: set, summary: "s")])[0]
        #expect(judgement.failure == "timeout" && judgement.correctCount(of: set) == nil)
    }

    /// A defect of one answer, of all of them, and none of an "Unsure".
    @Test func whatCouldNotBeReadIsKnownPerQuestion() async throws {
        let set = QuestionSet(
            articleID: "a",
            questions: (0..<3).map { Question(kind: .written, text: "\($0)?", options: ["1", "2", "3", "4", "5"], answer: 0) })
        let judge = try PromptedJudge(
            generator: RecordedGenerator([.text("Q1) A\nQ2) Perhaps"), .text("Q1) Unsure\nQ2) B\nQ3) C"), .failed("withheld")]),
            settings: .init(seed: 1))
        let judgements = try await judge.answers(to: (0..<3).map { _ in JudgeRequest(questions: set, summary: "s") })
        let defects = judgements.map { judgement in (0..<3).map(judgement.defect) }
        #expect(defects == [[nil, "unreadable answer", "no answer"], [nil, nil, nil], ["withheld", "withheld", "withheld"]])
    }

    @Test func calibrationKeepsWhatCouldNotBeRead() async throws {
        let article = Article(id: "a", text: "One. Two.")
        let set = QuestionSet(
            articleID: "a", questions: (0..<2).map { Question(kind: .written, text: "\($0)?", options: ["1", "2", "3", "4", "5"], answer: 0) })
        let judge = try PromptedJudge(
            generator: RecordedGenerator([.text("Q1) A\nQ2) ?"), .failed("withheld")]), settings: .init(seed: 1))
        let calibration = try await judge.calibration(sets: [set], articles: [article], passages: [.fullArticle, .lead1], seed: 1)
        #expect(calibration.answers.map(\.defect) == [nil, "unreadable answer", "withheld", "withheld"])
    }

    @Test func lettersAreChosenByProbability() async throws {
        // The overlap model prefers the letter that the conversation's one-word summary shares with it.
        let model = OverlapModel()
        let scorer = TreeContinuationScorer(scorer: model, tokenizer: model, identity: "overlap") { messages in
            model.encode(messages.map { String($0.content.split(separator: "\n").first ?? "") }.joined(separator: " "))
        }
        let requests = ["D", "Unsure", "nothing"].map {
            ContinuationRequest(
                conversation: [Message(role: .user, content: $0)], opening: "Q1)",
                continuations: [" A", " B", " C", " D", " E", " Unsure"])
        }
        let scores = try scorer.logProbabilities(requests)
        #expect(scores[0] == [-6, -6, -6, -0.5, -6, -6])
        #expect(scores[1] == [-6, -6, -6, -6, -6, -0.5])
        let set = QuestionSet(articleID: "a", questions: [Question(kind: .written, text: "?", options: ["1", "2", "3", "4", "5"], answer: 3)])
        let judge = try PromptedJudge(generator: RecordedGenerator([]), settings: .init(seed: 1), letterScorer: FixedLetters(scores: [scores[0], scores[1]]))
        let judgements = try await judge.answers(to: [JudgeRequest(questions: set, summary: "x"), JudgeRequest(questions: set, summary: "y")])
        #expect(judgements.map(\.choices) == [[3], [nil]])
    }
}

private struct FixedLetters: ContinuationScorer {
    let identity = "fixed"
    let scores: [[Double]]
    func logProbabilities(_ requests: [ContinuationRequest]) -> [[Double]] { Array(scores.prefix(requests.count)) }
}
