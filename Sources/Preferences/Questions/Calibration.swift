/// What a judge answers when what it should answer is known.
public struct Calibration: Sendable, Hashable, Codable {
    /// What the judge is given to read.
    public enum Passage: String, Sendable, Hashable, Codable, CaseIterable {
        case fullArticle = "full article"
        case lead1 = "first sentence"
        case lead2 = "first 2 sentences"
        case lead3 = "first 3 sentences"
        /// A good summary: the best of several that a model wrote, which the caller gives.
        case bestSample = "best sample"
        case otherArticle = "another article"
        case nothing
    }

    /// What was chosen for one question, and what was right.
    public struct Answer: Sendable, Hashable, Codable {
        public var passage: Passage
        public var articleID: String
        /// Place of the question in its set.
        public var question: Int
        public var kind: QuestionKind
        /// Position of the right option.
        public var answer: Int
        /// Position of the option chosen; `nil` for "Unsure".
        public var choice: Int?
        /// Why there is no answer that could be read; `nil` where there is one, "Unsure" included.
        public var defect: String?
    }

    /// Answers to the questions of one kind from one kind of passage.
    public struct Row: Sendable, Hashable, Codable {
        public var passage: Passage
        public var kind: QuestionKind
        public var correct: Int
        public var wrong: Int
        public var unsure: Int

        public var count: Int { correct + wrong + unsure }
    }

    public private(set) var answers: [Answer] = []
    public init() {}

    /// One per passage and kind that was asked, in the order first asked.
    public var rows: [Row] {
        var rows: [Row] = []
        for one in answers {
            let index = rows.firstIndex { $0.passage == one.passage && $0.kind == one.kind } ?? rows.count
            if index == rows.count { rows.append(Row(passage: one.passage, kind: one.kind, correct: 0, wrong: 0, unsure: 0)) }
            switch one.choice {
            case nil: rows[index].unsure += 1
            case one.answer: rows[index].correct += 1
            default: rows[index].wrong += 1
            }
        }
        return rows
    }

    /// Correct, wrong and unsure answers over all kinds of question.
    public func total(_ passage: Passage) -> (correct: Int, wrong: Int, unsure: Int) {
        rows.filter { $0.passage == passage }.reduce(into: (0, 0, 0)) {
            $0.0 += $1.correct
            $0.1 += $1.wrong
            $0.2 += $1.unsure
        }
    }

    /// Options chosen, by their position, from all passages.
    public var choiceCounts: [Int] {
        answers.reduce(into: Array(repeating: 0, count: Question.optionCount)) { counts, one in
            if let choice = one.choice, counts.indices.contains(choice) { counts[choice] += 1 }
        }
    }

    mutating func add(_ judgement: Judgement, to set: QuestionSet, passage: Passage) {
        for (index, (choice, question)) in zip(judgement.choices, set.questions).enumerated() {
            answers.append(
                Answer(
                    passage: passage, articleID: set.articleID, question: index, kind: question.kind,
                    answer: question.answer, choice: choice, defect: judgement.defect(ofQuestion: index)))
        }
    }
}

extension Judge {
    /// Has the questions answered from passages whose worth is known.
    /// - Parameters:
    ///   - sets: questions about the articles, before or after any filter; articles without a set are only read
    ///     as another article's text.
    ///   - bestSamples: by article id; an article without one is not asked about from ``Calibration/Passage/bestSample``.
    ///   - seed: chooses which other article stands for each.
    nonisolated(nonsending) public func calibration(
        sets: [QuestionSet], articles: [Article], passages: [Calibration.Passage] = Calibration.Passage.allCases,
        bestSamples: [String: String] = [:], seed: UInt64
    ) async throws -> Calibration {
        let cases = Calibration.cases(sets: sets, articles: articles, passages: passages, bestSamples: bestSamples, seed: seed)
        var result = Calibration()
        for (one, judgement) in zip(cases, try await answers(to: cases.map(\.request))) {
            result.add(judgement, to: one.request.questions, passage: one.passage)
        }
        return result
    }
}

extension Calibration {
    /// What is asked: every set from every passage that there is.
    static func cases(
        sets: [QuestionSet], articles: [Article], passages: [Passage], bestSamples: [String: String] = [:], seed: UInt64
    ) -> [(passage: Passage, request: JudgeRequest)] {
        let byID = Dictionary(articles.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return sets.flatMap { set -> [(Passage, JudgeRequest)] in
            guard let article = byID[set.articleID] else { return [] }
            return passages.compactMap { passage in
                let text = passage == .bestSample ? bestSamples[article.id] : passage.text(for: article, among: articles, seed: seed)
                return text.map { (passage, JudgeRequest(questions: set, summary: $0)) }
            }
        }
    }
}

extension Calibration.Passage {
    /// `nil` for another article where there is none, and for a sample, which no article has.
    func text(for article: Article, among articles: [Article], seed: UInt64) -> String? {
        switch self {
        case .bestSample: return nil
        case .fullArticle: return article.text
        case .lead1: return LeadSummary(sentenceCount: 1).summary(of: article)
        case .lead2: return LeadSummary(sentenceCount: 2).summary(of: article)
        case .lead3: return LeadSummary(sentenceCount: 3).summary(of: article)
        case .nothing: return ""
        case .otherArticle:
            let others = articles.map(\.id).filter { $0 != article.id }.sorted()
            guard !others.isEmpty else { return nil }
            var random = SeededRandom(rootSeed: seed, purpose: "another article", article: article.id)
            let id = others[random.next(below: others.count)]
            return articles.first { $0.id == id }?.text
        }
    }
}
