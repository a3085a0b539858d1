/// Asks about articles and answers from summaries. The same judge makes the preference data and evaluates.
///
/// What a judge answers to one request does not depend on the other requests of the call; many requests in a
/// call let it work on them together.
public protocol Judge {
    /// SHA-256 of all that its questions and answers depend on besides the article and the summary: part of
    /// every key under which its work is stored.
    var identity: String { get }

    /// One outcome per article, in order.
    nonisolated(nonsending) func questions(for articles: [Article]) async throws -> [QuestionOutcome]

    /// One judgement per request, in order.
    nonisolated(nonsending) func answers(to requests: [JudgeRequest]) async throws -> [Judgement]
}

/// An article's questions, or why it has none.
public struct QuestionOutcome: Sendable, Hashable, Codable {
    public var articleID: String
    /// `nil` where the article is dropped.
    public var questions: QuestionSet?
    public var dropReason: String?
    /// What became of the candidate questions: reasons and how many of them.
    public var counts: [String: Int]
    /// Tokens at the article's end that the judge does not read; `nil` where it reads all.
    public var unreadTokens: Int?

    public init(
        articleID: String, questions: QuestionSet?, dropReason: String? = nil, counts: [String: Int] = [:],
        unreadTokens: Int? = nil
    ) {
        self.articleID = articleID
        self.questions = questions
        self.dropReason = dropReason
        self.counts = counts
        self.unreadTokens = unreadTokens
    }
}

/// A summary and the questions to answer from it.
public struct JudgeRequest: Sendable, Hashable {
    public var questions: QuestionSet
    public var summary: String

    public init(questions: QuestionSet, summary: String) {
        self.questions = questions
        self.summary = summary
    }
}

/// A judge's answers from one summary.
public struct Judgement: Sendable, Hashable, Codable {
    /// Chosen option per question, `nil` for "Unsure".
    public var choices: [Int?]
    /// Why the judge gave no answers at all; the summary then counts as failed.
    public var failure: String?
    /// What was odd about the judge's output and was repaired or read as "Unsure".
    public var remarks: [String]

    public init(choices: [Int?], failure: String? = nil, remarks: [String] = []) {
        self.choices = choices
        self.failure = failure
        self.remarks = remarks
    }

    /// Why one of the questions has no answer that could be read; `nil` where it has one, "Unsure" included.
    public func defect(ofQuestion index: Int) -> String? {
        if let failure { return failure }
        let label = Self.label(ofQuestion: index)
        return remarks.first { $0.hasPrefix(label) }.map { String($0.dropFirst(label.count)) }
    }

    /// What a remark on one question starts with.
    static func label(ofQuestion index: Int) -> String { "Q\(index + 1): " }

    /// Questions answered correctly; an "Unsure" is wrong. `nil` where the judge failed.
    public func correctCount(of set: QuestionSet) -> Int? {
        guard failure == nil else { return nil }
        return zip(choices, set.questions).count { $0 == $1.answer }
    }
}
