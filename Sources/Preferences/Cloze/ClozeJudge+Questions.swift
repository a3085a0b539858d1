extension ClozeJudge {
    /// What becomes of candidate questions, as `QuestionOutcome.counts` names it.
    public enum CandidateFate: String, Sendable, CaseIterable {
        case asked
        case spare = "not needed"
        case notAnswered = "not answered right from the article"
        case answerable = "answerable from the statement alone"
    }

    /// The five best questions that the judge answers right from the whole article and that their statement
    /// does not give away.
    public func questions(for articles: [Article]) throws -> [QuestionOutcome] {
        let candidates = try candidateSets(for: articles)
        let asked = candidates.indices.filter { !candidates[$0].questions.isEmpty }
        let aided = try logLikelihoods(asked.map { (articles[$0].text, candidates[$0].questions) })
        var outcomes = candidates.map { QuestionOutcome(articleID: $0.articleID, questions: nil, dropReason: Self.tooFew) }
        for (index, aided) in zip(asked, aided) { outcomes[index] = outcome(of: candidates[index], fromArticle: aided) }
        return outcomes
    }

    static var tooFew: String { "fewer than \(Question.countPerArticle) questions can be asked" }

    /// Every candidate question of each article, best first, unfiltered: what calibration before the filter is
    /// measured on.
    public func candidateSets(for articles: [Article]) throws -> [QuestionSet] {
        let candidates = articles.map(extractor.candidates)
        let asked = candidates.indices.filter { !candidates[$0].isEmpty }
        let unaided = try logLikelihoods(asked.map { (nil, candidates[$0].map(\.wide)) })
        var sets = articles.map { QuestionSet(articleID: $0.id, questions: [], unaidedLogLikelihoods: []) }
        for (index, unaided) in zip(asked, unaided) {
            let chosen = zip(candidates[index], unaided).map { $0.question(unaided: $1) }
            sets[index].questions = chosen.map(\.question)
            sets[index].unaidedLogLikelihoods = chosen.map(\.unaided)
        }
        return sets
    }

    private func outcome(of set: QuestionSet, fromArticle aided: [[Double]]) -> QuestionOutcome {
        var counts: [String: Int] = [:]
        var kept = QuestionSet(articleID: set.articleID, questions: [], unaidedLogLikelihoods: [])
        for ((question, unaided), aided) in zip(zip(set.questions, set.unaidedLogLikelihoods ?? []), aided) {
            let fate: CandidateFate
            if rule.isAnswerable(unaided: unaided, answer: question.answer) {
                fate = .answerable
            } else if rule.choice(aided: aided, unaided: unaided) != question.answer {
                fate = .notAnswered
            } else if kept.questions.count == Question.countPerArticle {
                fate = .spare
            } else {
                fate = .asked
                kept.questions.append(question)
                kept.unaidedLogLikelihoods?.append(unaided)
            }
            counts[fate.rawValue, default: 0] += 1
        }
        let isEnough = kept.questions.count == Question.countPerArticle
        return QuestionOutcome(
            articleID: set.articleID, questions: isEnough ? kept : nil, dropReason: isEnough ? nil : Self.tooFew,
            counts: counts)
    }
}
