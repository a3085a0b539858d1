import Foundation
import LanguageModel
import Notebook
import Preferences

/// The judge's questions for every article of a study; articles without are left out of everything.
public struct QuestionBank: Sendable {
    /// Identity of the judge, the articles it can draw distractors from included.
    public var judgeKey: String
    let store: Store

    /// Question sets by article id.
    public func sets() throws -> [String: QuestionSet] {
        try store.questionSets(judgeKey: judgeKey).compactMapValues { record in
            try record.questions?.decode(QuestionOutcome.self).questions
        }
    }

    /// Articles that have questions, in the order given.
    public func answerable(_ articles: [Article]) throws -> [Article] {
        let sets = try sets()
        return articles.filter { sets[$0.id] != nil }
    }
}

extension Study {
    /// Articles or summaries handed to the judge in one call.
    private static let judgeBatch = 24

    /// Makes the judge's questions for every article.
    public func questions(for articles: ArticleSets, line: Int = #line) async throws -> QuestionBank {
        let judge = try judge(articles)
        let bank = QuestionBank(judgeKey: judge.identity, store: store)
        let inputs: [String: KeyValue] = ["judge": .string(judge.identity), "articles": .string(articles.key)]
        try await step("questions", inputs: inputs, line: line) { cell in
            let present = try store.questionSets(judgeKey: bank.judgeKey)
            let missing = articles.all.filter { present[$0.id] == nil }
            let progress = try cell.progress(
                total: articles.all.count, completed: articles.all.count - missing.count, unit: "articles")
            for start in stride(from: 0, to: missing.count, by: Self.judgeBatch) {
                let batch = Array(missing[start..<min(start + Self.judgeBatch, missing.count)])
                let records = try await judge.questions(for: batch).map { outcome in
                    QuestionSetRecord(
                        judgeKey: bank.judgeKey, articleID: outcome.articleID,
                        questions: outcome.questions == nil ? nil : try JSONText(encoding: outcome),
                        dropReason: outcome.questions == nil ? outcome.dropReason ?? "no questions" : nil)
                }
                try store.save(questionSets: records)
                try progress.advance(by: batch.count)
                try cell.checkInterruption()
            }
            try showQuestions(bank, articles: articles, cell: cell)
        }
        return bank
    }

    private func showQuestions(_ bank: QuestionBank, articles: ArticleSets, cell: Cell) throws {
        let records = try store.questionSets(judgeKey: bank.judgeKey)
        let kept = articles.all.count { records[$0.id]?.questions != nil }
        let reasons = Dictionary(grouping: articles.all.compactMap { records[$0.id]?.dropReason }) { $0 }
            .sorted { $0.key < $1.key }.map { "\($0.value.count) \($0.key)" }
        cell.show(
            "\(kept) of \(articles.all.count) articles have \(Question.countPerArticle) questions."
                + (reasons.isEmpty ? "" : " Left out: \(reasons.joined(separator: "; ")).")
                + " (" + [("training", articles.train), ("development", articles.development), ("test", articles.test)]
                .map { name, list in "\(list.count { records[$0.id]?.questions != nil }) \(name)" }
                .joined(separator: ", ") + ")")
    }

    /// Judges texts, each with its article's questions; what was judged before is not judged again.
    func judged(
        _ texts: [(articleID: String, summary: String)], _ articles: ArticleSets, _ bank: QuestionBank, cell: Cell
    ) async throws {
        let sets = try bank.sets()
        let present = try store.judgements(judgeKey: bank.judgeKey)
        var requests: [JudgeRequest] = []
        var seen: Set<[String]> = []
        for (articleID, summary) in texts {
            guard let set = sets[articleID] else { continue }
            let hash = Store.summaryHash(summary)
            guard present[articleID]?[hash] == nil, seen.insert([articleID, hash]).inserted else { continue }
            requests.append(JudgeRequest(questions: set, summary: summary))
        }
        let progress = try cell.progress(
            total: texts.count, completed: texts.count - requests.count, unit: "summaries")
        guard !requests.isEmpty else { return }
        let judge = try judge(articles)
        for start in stride(from: 0, to: requests.count, by: Self.judgeBatch) {
            let batch = Array(requests[start..<min(start + Self.judgeBatch, requests.count)])
            let judgements = try await judge.answers(to: batch)
            try store.save(
                judgements: zip(batch, judgements).map { request, judgement in
                    JudgementRecord(
                        judgeKey: bank.judgeKey, articleID: request.questions.articleID,
                        summaryHash: Store.summaryHash(request.summary), answers: judgement.choices,
                        correct: judgement.correctCount(of: request.questions))
                })
            try progress.advance(by: batch.count)
            try cell.checkInterruption()
        }
    }

    /// Judges every sample of a set.
    public func judge(
        _ set: SummarySet, articles: ArticleSets, with bank: QuestionBank, part: ArticleSplit.Part = .train,
        line: Int = #line
    ) async throws {
        let inputs: [String: KeyValue] = [
            "summaries": .string(set.key), "articles": .array(set.articles.map { .string($0.id) }),
            "samplesPerArticle": .int(set.samplesPerArticle), "judge": .string(bank.judgeKey),
        ]
        try await step("judge \(part.rawValue) summaries\(set.policy.stepSuffix)", inputs: inputs, line: line) { cell in
            let samples = try set.samples()
            let texts = set.articles.flatMap { article in
                (samples[article.id] ?? []).filter { $0.sampleIndex < set.samplesPerArticle }
                    .map { (articleID: article.id, summary: $0.text) }
            }
            try await judged(texts, articles, bank, cell: cell)
            let judgements = try store.judgements(judgeKey: bank.judgeKey)
            var histogram = [Int](repeating: 0, count: Question.countPerArticle + 1)
            for (articleID, summary) in texts {
                if let correct = judgements[articleID]?[Store.summaryHash(summary)]?.correct { histogram[correct] += 1 }
            }
            cell.show(
                "Summaries by correct answers: "
                    + histogram.enumerated().map { "\($0.offset): \($0.element)" }.joined(separator: ", ") + ".")
        }
    }
}
