import Endpoints
import Notebook
import Preferences
import Tokenization

extension Study {
    /// The study's prompts through a remote model; in letter mode, answers from the first token's log-probabilities.
    func endpointJudge() throws -> any Judge {
        guard let address = endpoints.judge else {
            throw UserFailure("no remote judge was chosen", why: "", exitStatus: .internalError)
        }
        let endpoint = ChatEndpoint(client: endpoints.client(address, store: store))
        return try PromptedJudge(
            generator: endpoint,
            settings: .init(questionParser: settings.judge.parser, answerParser: settings.judge.parser, seed: settings.seed),
            letterScorer: settings.judge.mode == .letter ? EndpointLetterScorer(endpoint: endpoint) : nil)
    }

    /// Calls of a remote judge for the questions that the store lacks; `nil` for judges that ask no server.
    func questionCalls(_ articles: ArticleSets, _ bank: QuestionBank) throws -> PlannedCalls? {
        guard let judge = endpoints.judge, settings.judge.questions == .model else { return nil }
        let present = try store.questionSets(judgeKey: bank.judgeKey)
        let missing = articles.all.filter { present[$0.id] == nil }
        return PlannedCalls(
            model: judge.model, count: missing.count,
            promptTokens: missing.reduce(0) { $0 + Self.promptTokens + Self.tokens(of: $1.text) },
            completionTokens: missing.count * Self.questionTokens)
    }

    /// Calls of a remote judge for answers from texts that may not exist yet; `nil` for other judges.
    func answerCalls(_ articles: [Article], textsPerArticle: Int, _ bank: QuestionBank) throws -> PlannedCalls? {
        guard let judge = endpoints.judge else { return nil }
        let texts = articles.count * textsPerArticle
        let isLetter = settings.judge.mode == .letter
        let calls = texts * (isLetter ? Question.countPerArticle : 1)
        return PlannedCalls(
            model: judge.model, count: calls,
            promptTokens: calls * (Self.promptTokens + Self.questionTokens + settings.sampling.maximumTokens),
            completionTokens: calls * (isLetter ? 1 : Self.answerTokens))
    }

    // Of the study's prompts, rounded up: the instructions; five questions with their options; five answers.
    private static let promptTokens = 300
    private static let questionTokens = 500
    private static let answerTokens = 60

    /// Four bytes of English a token.
    static func tokens(of text: String) -> Int { text.utf8.count / 4 }
}
