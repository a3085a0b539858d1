/// A statement with a gap, before its wrong options are chosen.
public struct ClozeCandidate: Sendable, Hashable, Codable {
    public struct Distractor: Sendable, Hashable, Codable {
        public var text: String
        /// Whether the article itself mentions it.
        public var isFromArticle: Bool
    }

    /// Wrong options that come from the article itself where it has so many.
    static let ownDistractorCount = 2

    public var kind: QuestionKind
    /// The sentence up to the gap.
    public var statement: String
    public var answer: String
    /// At least four, none containing another or the answer.
    public var distractors: [Distractor]
    /// Seeds the order of the options.
    public var orderSeed: UInt64

    /// The answer and all distractors as one question, to have them scored.
    var wide: Question {
        Question(kind: kind, text: statement, options: [answer] + distractors.map(\.text), answer: 0)
    }

    /// The question with the four distractors that fit the statement best when nobody has read the article: an
    /// option that does not fit gives the answer away.
    /// - Parameter unaided: log-likelihood, in nats, of `wide`'s options without a passage.
    /// - Returns: the question and the log-likelihoods in its order of options.
    package func question(unaided: [Double]) -> (question: Question, unaided: [Double]) {
        precondition(unaided.count == distractors.count + 1, "a log-likelihood per option of `wide`")
        let fitting = distractors.indices.sorted { (unaided[$0 + 1], $1) > (unaided[$1 + 1], $0) }
        let own = fitting.filter { distractors[$0].isFromArticle }.prefix(Self.ownDistractorCount)
        let others = fitting.filter { !own.contains($0) }.prefix(Question.optionCount - 1 - own.count)
        var random = SeededRandom(seed: orderSeed)
        let order = random.shuffled([0] + (own + others).sorted().map { $0 + 1 })
        let options = wide.options
        let question = Question(
            kind: kind, text: statement, options: order.map { options[$0] }, answer: order.firstIndex(of: 0) ?? 0)
        return (question, order.map { unaided[$0] })
    }
}
