/// One question read from one passage: what a rule decides on, and what it should have said.
public struct ClozeObservation: Sendable, Hashable, Codable {
    public var passage: Calibration.Passage
    /// Log-likelihood per option given the passage, in nats.
    public var aided: [Double]
    /// The same without a passage.
    public var unaided: [Double]
    public var answer: Int

    public init(passage: Calibration.Passage, aided: [Double], unaided: [Double], answer: Int) {
        self.passage = passage
        self.aided = aided
        self.unaided = unaided
        self.answer = answer
    }
}

extension ClozeJudge {
    /// What the rule sees of unfiltered candidate questions, to tune it.
    /// - Parameter others: articles of which one stands as another's text; `nil` for those asked about.
    public func observations(
        of articles: [Article], among others: [Article]? = nil, passages: [Calibration.Passage] = [.fullArticle, .otherArticle],
        seed: UInt64
    ) throws -> [ClozeObservation] {
        let byID = Dictionary(articles.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var cases: [(passage: Calibration.Passage, set: QuestionSet, text: String)] = []
        for set in try candidateSets(for: articles) where !set.questions.isEmpty {
            guard let article = byID[set.articleID] else { continue }
            for passage in passages {
                guard let text = passage.text(for: article, among: others ?? articles, seed: seed), text.wordCount > 0 else { continue }
                cases.append((passage, set, text))
            }
        }
        let aided = try logLikelihoods(cases.map { ($0.text, $0.set.questions) })
        return zip(cases, aided).flatMap { one, aided in
            one.set.questions.indices.map { index in
                ClozeObservation(
                    passage: one.passage, aided: aided[index], unaided: one.set.unaidedLogLikelihoods?[index] ?? [],
                    answer: one.set.questions[index].answer)
            }
        }
    }
}

extension ClozeRule {
    /// Shares of answers from another article's text that a tuned rule may have.
    public struct Goals: Sendable, Hashable, Codable {
        /// A margin below the 5 % and above the 90 % that are asked of articles not tuned on.
        public var maximumCorrectFromOther = 0.03
        public var minimumUnsureFromOther = 0.93

        public init() {}
    }

    /// Of a grid of rules, the one with the most right answers from the full article among those that meet the
    /// goals; among equals the strictest. `nil` where none meets them.
    /// - Complexity: the product of the grid and the number of observations.
    public static func tuned(on observations: [ClozeObservation], goals: Goals = Goals(), from start: ClozeRule = .standard) -> ClozeRule? {
        let other = observations.filter { $0.passage == .otherArticle }
        let full = observations.filter { $0.passage == .fullArticle }
        var best: (rule: ClozeRule, correct: Int)?
        for weight in [0, 0.1, 0.2, 0.3] {
            for posterior in [0.9, 0.8, 0.7, 0.6, 0.5] {
                for advantage in [5, 4.5, 4, 3.5, 3, 2.5, 2] {
                    var rule = start
                    rule.unaidedWeight = weight
                    rule.minimumPosterior = posterior
                    rule.minimumAdvantage = advantage
                    let fromOther = rule.counts(other)
                    guard Double(fromOther.correct) <= goals.maximumCorrectFromOther * Double(other.count),
                        Double(fromOther.unsure) >= goals.minimumUnsureFromOther * Double(other.count)
                    else { continue }
                    let correct = rule.counts(full).correct
                    if correct > best?.correct ?? -1 { best = (rule, correct) }
                }
            }
        }
        return best?.rule
    }

    /// How many of the observations the rule answers right, and of how many it is unsure.
    public func counts(_ observations: [ClozeObservation]) -> (correct: Int, unsure: Int) {
        observations.reduce(into: (0, 0)) { counts, one in
            switch choice(aided: one.aided, unaided: one.unaided) {
            case one.answer?: counts.0 += 1
            case nil: counts.1 += 1
            default: break
            }
        }
    }
}
