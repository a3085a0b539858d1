/// A rule chosen on development articles, where it comes from, and what it answers there.
public struct ClozeRuleTuning: Sendable, Hashable, Codable {
    /// Answers to unfiltered candidate questions from one kind of passage.
    public struct Answers: Sendable, Hashable, Codable {
        public var correct: Int
        public var wrong: Int
        public var unsure: Int

        public var count: Int { correct + wrong + unsure }
    }

    /// Questions read from another article without which nothing is tuned: of 100 a share of 5 % still has a standard
    /// error of 2 points.
    public static let minimumQuestions = 100

    public var rule: ClozeRule
    /// Why the rule is ``ClozeRule/standard``; `nil` for one tuned on these articles.
    public var fallback: String?
    public var goals: ClozeRule.Goals
    public var articleCount: Int
    public var fullArticle: Answers
    public var otherArticle: Answers

    /// - Parameter articleCount: the articles that were asked about.
    public init(on observations: [ClozeObservation], articleCount: Int, goals: ClozeRule.Goals = .init()) {
        let others = observations.count { $0.passage == .otherArticle }
        let tuned = others < Self.minimumQuestions ? nil : ClozeRule.tuned(on: observations, goals: goals)
        rule = tuned ?? .standard
        if others < Self.minimumQuestions {
            fallback = "\(others) questions about development articles are fewer than \(Self.minimumQuestions)"
        } else {
            fallback = tuned == nil ? "no rule of the grid meets the goals on the development articles" : nil
        }
        self.goals = goals
        self.articleCount = articleCount
        fullArticle = Self.answers(rule, to: observations.filter { $0.passage == .fullArticle })
        otherArticle = Self.answers(rule, to: observations.filter { $0.passage == .otherArticle })
    }

    private static func answers(_ rule: ClozeRule, to observations: [ClozeObservation]) -> Answers {
        let (correct, unsure) = rule.counts(observations)
        return Answers(correct: correct, wrong: observations.count - correct - unsure, unsure: unsure)
    }
}
