/// What a question asks for.
public enum QuestionKind: String, Sendable, Hashable, Codable, CaseIterable {
    case person, place, organization, name, title, number, money, percentage, age, date, term
    /// Written by a model: anything.
    case written
}

/// A multiple-choice question about an article.
public struct Question: Sendable, Hashable, Codable {
    /// Options of every question of the study.
    public static let optionCount = 5
    /// Questions of every article of the study.
    public static let countPerArticle = 5
    /// What a reader sees in place of the gap.
    static let gap = "_____"

    public var kind: QuestionKind
    /// A written question, or the beginning of a statement that an option continues.
    public var text: String
    public var options: [String]
    /// Index of the right option.
    public var answer: Int

    public init(kind: QuestionKind, text: String, options: [String], answer: Int) {
        precondition(options.indices.contains(answer), "the answer is one of the options")
        self.kind = kind
        self.text = text
        self.options = options
        self.answer = answer
    }

    /// As a reader of a report sees it.
    public var displayText: String { kind == .written ? text : "\(text) \(Self.gap)" }
}

/// The questions that a judge asks about every summary of an article.
public struct QuestionSet: Sendable, Hashable, Codable {
    public var articleID: String
    public var questions: [Question]
    /// Per question and option, the log-likelihood without any passage, in nats; for judges that compare
    /// with it.
    public var unaidedLogLikelihoods: [[Double]]?

    public init(articleID: String, questions: [Question], unaidedLogLikelihoods: [[Double]]? = nil) {
        self.articleID = articleID
        self.questions = questions
        self.unaidedLogLikelihoods = unaidedLogLikelihoods
    }
}
