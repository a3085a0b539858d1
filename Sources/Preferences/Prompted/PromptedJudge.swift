import Checkpoints
import Tokenization

/// The study's judge: a language model asked in words for five multiple-choice questions about the article, and
/// then for their answers from a summary alone.
public struct PromptedJudge {
    public struct Settings: Sendable, Hashable, Codable {
        public var questionParser: ParserMode
        public var answerParser: ParserMode
        /// 0 in the study.
        public var temperature: Double
        public var maximumQuestionTokens: Int
        public var maximumAnswerTokens: Int
        /// Shuffles questions and options; the study's code does so without a seed.
        public var seed: UInt64

        public init(
            questionParser: ParserMode = .strict, answerParser: ParserMode = .strict, temperature: Double = 0,
            maximumQuestionTokens: Int = 2048, maximumAnswerTokens: Int = 256, seed: UInt64
        ) {
            self.questionParser = questionParser
            self.answerParser = answerParser
            self.temperature = temperature
            self.maximumQuestionTokens = maximumQuestionTokens
            self.maximumAnswerTokens = maximumAnswerTokens
            self.seed = seed
        }
    }

    public let generator: any TextGenerator
    public let settings: Settings
    /// Where set, answers are read from the probabilities of letters instead of from free text.
    public let letterScorer: (any ContinuationScorer)?
    let questionPrompt: PromptTemplate
    let answerPrompt: PromptTemplate

    /// - Throws: `MissingPromptError`.
    public init(
        generator: any TextGenerator, settings: Settings, letterScorer: (any ContinuationScorer)? = nil
    ) throws(MissingPromptError) {
        self.generator = generator
        self.settings = settings
        self.letterScorer = letterScorer
        questionPrompt = try .questionGeneration()
        answerPrompt = try .questionAnswering()
    }

    public var identity: String {
        var hash = SHA256()
        for part in [
            "prompted judge", generator.identity, letterScorer?.identity ?? "free text", String(describing: settings),
            questionPrompt.text, answerPrompt.text,
        ] {
            hash.update("\(part.utf8.count):\(part)")
        }
        return hash.hexDigest()
    }
}

extension PromptedJudge: Judge {
    nonisolated(nonsending) public func questions(for articles: [Article]) async throws -> [QuestionOutcome] {
        let conversations = articles.map { [Message(role: .user, content: questionPrompt.filled(["text": $0.text]))] }
        let outputs = try await generator.generate(
            conversations, temperature: settings.temperature, maximumTokens: settings.maximumQuestionTokens)
        return zip(articles, outputs).map { article, output in
            let text: String
            switch output {
            case .text(let written): text = written
            case .failed(let reason):
                return QuestionOutcome(articleID: article.id, questions: nil, dropReason: "\(QuestionDrop.noOutput.rawValue): \(reason)")
            }
            do throws(QuestionDrop) {
                let questions = try QuestionParser(mode: settings.questionParser).questions(in: text)
                return QuestionOutcome(articleID: article.id, questions: shuffled(questions, articleID: article.id))
            } catch {
                return QuestionOutcome(articleID: article.id, questions: nil, dropReason: error.rawValue)
            }
        }
    }

    nonisolated(nonsending) public func answers(to requests: [JudgeRequest]) async throws -> [Judgement] {
        let conversations = requests.map { [Message(role: .user, content: answeringText($0))] }
        if let letterScorer { return try await letters(of: requests, conversations, scorer: letterScorer) }
        let outputs = try await generator.generate(
            conversations, temperature: settings.temperature, maximumTokens: settings.maximumAnswerTokens)
        return zip(requests, outputs).map { request, output in
            let count = request.questions.questions.count
            switch output {
            case .text(let text): return AnswerParser(mode: settings.answerParser).judgement(in: text, questionCount: count)
            case .failed(let reason): return Judgement(choices: Array(repeating: nil, count: count), failure: reason)
            }
        }
    }

    private func shuffled(_ questions: [Question], articleID: String) -> QuestionSet {
        var random = SeededRandom(rootSeed: settings.seed, purpose: "question order", article: articleID)
        let result = random.shuffled(questions).map { question in
            let order = random.shuffled(question.options.indices)
            var copy = question
            copy.options = order.map { question.options[$0] }
            copy.answer = order.firstIndex(of: question.answer) ?? question.answer
            return copy
        }
        return QuestionSet(articleID: articleID, questions: result)
    }

    func answeringText(_ request: JudgeRequest) -> String {
        answerPrompt.filled([
            "summary_generation_raw_model_output": request.summary,
            "qa_generation_questions": Self.listing(request.questions.questions),
        ])
    }

    /// As the study's code lists them: a blank line after every question, the last included.
    static func listing(_ questions: [Question]) -> String {
        questions.enumerated().map { number, question in
            let options = zip(Letters.all, question.options).map { "\($0). \($1)\n" }.joined()
            return "Q\(number + 1)) \(question.displayText)\n\(options)\n"
        }.joined()
    }
}

extension PromptedJudge {
    /// The likeliest of " A" ... " E" and " Unsure" after "Q1)", each question by itself.
    nonisolated(nonsending) private func letters(
        of requests: [JudgeRequest], _ conversations: [[Message]], scorer: any ContinuationScorer
    ) async throws -> [Judgement] {
        let asked = zip(requests, conversations).flatMap { request, conversation in
            request.questions.questions.indices.map { number in
                ContinuationRequest(
                    conversation: conversation, opening: "Q\(number + 1))",
                    continuations: Letters.all.map { " \($0)" } + [" Unsure"])
            }
        }
        var scores = try await scorer.logProbabilities(asked)[...]
        return requests.map { request in
            let own = scores.prefix(request.questions.questions.count)
            scores = scores.dropFirst(own.count)
            return Judgement(choices: own.map(Letters.choice))
        }
    }
}
