extension ClozeJudge {
    /// What becomes of candidate questions, as `QuestionOutcome.counts` names it.
    public enum CandidateFate: String, Sendable, CaseIterable {
        case asked
        case told = "asked, though another question's statement tells the answer"
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
        for (index, aided) in zip(asked, aided) {
            outcomes[index] = outcome(of: candidates[index], fromArticle: aided)
            let unread = prompt.unreadCount(of: articles[index].text, tokenizer: tokenizer)
            outcomes[index].unreadTokens = unread > 0 ? unread : nil
        }
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
        for index in good {
            let isTold = kept.contains { $0 != index && Self.tells(set.questions[$0], set.questions[index]) }
            count(!isEnough ? .tooFew : !kept.contains(index) ? .spare : isTold ? .told : .asked)
        }
        let questions = QuestionSet(
            articleID: set.articleID, questions: kept.map { set.questions[$0] }, unaidedLogLikelihoods: kept.map { unaided[$0] })
        return QuestionOutcome(
            articleID: set.articleID, questions: isEnough ? questions : nil, dropReason: isEnough ? nil : Self.tooFew,
            counts: counts)
    }

    /// Whether one question's statement holds the answer of another.
    package static func tells(_ question: Question, _ other: Question) -> Bool {
        question.text.lowercased().containsWord(other.options[other.answer].lowercased())
    }

    /// Of the choices of five in which no statement tells another's answer the best in rank; where there is none, the
    /// largest such choice and the best of the others.
    package static func chosen(_ ranked: [Int], of questions: [Question]) -> [Int] {
        let apart = ranked.map { first in
            ranked.map { !tells(questions[first], questions[$0]) && !tells(questions[$0], questions[first]) }
        }
        var best: [Int] = []
        func extend(_ chosen: [Int], from start: Int) {
            if chosen.count > best.count { best = chosen }
            for next in ranked.indices.dropFirst(start) where best.count < Question.countPerArticle {
                if chosen.allSatisfy({ apart[$0][next] }) { extend(chosen + [next], from: next + 1) }
            }
        }
        extend([], from: 0)
        let rest = ranked.indices.filter { !best.contains($0) }.prefix(Question.countPerArticle - best.count)
        return (best + rest).map { ranked[$0] }.sorted()
    }
}
