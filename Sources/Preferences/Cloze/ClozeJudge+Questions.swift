extension ClozeJudge {
    /// What becomes of candidate questions, as `QuestionOutcome.counts` names it.
    public enum CandidateFate: String, Sendable, CaseIterable {
        case asked
        case spare = "not needed"
        case notAnswered = "not answered right from the article"
        case answerable = "answerable from the statement alone"
        case tooFew = "good, but too few of the article's are"
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
        let unaided = set.unaidedLogLikelihoods ?? []
        var counts: [String: Int] = [:]
        func count(_ fate: CandidateFate) { counts[fate.rawValue, default: 0] += 1 }
        var good: [Int] = []
        for (index, question) in set.questions.enumerated() {
            if rule.isAnswerable(unaided: unaided[index], answer: question.answer) {
                count(.answerable)
            } else if rule.choice(aided: aided[index], unaided: unaided[index]) != question.answer {
                count(.notAnswered)
            } else {
                good.append(index)
            }
        }
        let kept = Self.chosen(good, of: set.questions)
        let isEnough = kept.count == Question.countPerArticle
        for index in good { count(!isEnough ? .tooFew : kept.contains(index) ? .asked : .spare) }
        let questions = QuestionSet(
            articleID: set.articleID, questions: kept.map { set.questions[$0] }, unaidedLogLikelihoods: kept.map { unaided[$0] })
        return QuestionOutcome(
            articleID: set.articleID, questions: isEnough ? questions : nil, dropReason: isEnough ? nil : Self.tooFew,
            counts: counts)
    }

    /// The best five, those first whose answer no better one's statement tells, nor theirs its answer.
    private static func chosen(_ ranked: [Int], of questions: [Question]) -> [Int] {
        func tells(_ question: Question, _ other: Question) -> Bool {
            question.text.lowercased().containsWord(other.options[other.answer].lowercased())
        }
        var result: [Int] = []
        for index in ranked where result.count < Question.countPerArticle {
            if !result.contains(where: { tells(questions[$0], questions[index]) || tells(questions[index], questions[$0]) }) {
                result.append(index)
            }
        }
        let rest = ranked.filter { !result.contains($0) }.prefix(Question.countPerArticle - result.count)
        return (result + rest).sorted()
    }
}
