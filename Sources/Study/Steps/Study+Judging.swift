import Foundation
import LanguageModel
import Notebook
import Preferences

/// The judge's questions for every article of a study; articles without are left out of everything.
public struct QuestionBank: Sendable {
    /// Identity of the judge, the articles it can draw distractors from included.
    public var judgeKey: String
    let store: Store
    /// Whether a plan is made before there are any questions: then every article counts as having them.
    var isPlanned = false

    /// Question sets by article id.
    public func sets() throws -> [String: QuestionSet] {
        try store.questionSets(judgeKey: judgeKey).compactMapValues { record in
            try record.questions?.decode(QuestionOutcome.self).questions
        }
    }

    /// Articles that have questions, in the order given.
    public func answerable(_ articles: [Article]) throws -> [Article] {
        let sets = try sets()
        if isPlanned, sets.isEmpty { return articles }
        return articles.filter { sets[$0.id] != nil }
    }
}

/// What a judgement tells besides its answers.
struct JudgementDetail: Codable {
    var failure: String?
    var remarks: [String]

    init(_ judgement: Judgement) {
        failure = judgement.failure
        remarks = judgement.remarks
    }

    /// `nil` where there is nothing to tell.
    var stored: JSONText? {
        get throws { failure == nil && remarks.isEmpty ? nil : try JSONText(encoding: self) }
    }
}

extension Study {
    /// Articles or summaries handed to the judge in one call.
    private static let judgeBatch = 24

    /// Makes the judge's questions for every article, once its rule is tuned.
    public func questions(for articles: ArticleSets, line: Int = #line) async throws -> QuestionBank {
        try await tuneRule(on: articles, line: line)
        let judge = try judge(articles)
        let bank = QuestionBank(judgeKey: judge.identity, store: store, isPlanned: isPlanning)
        let inputs: [String: KeyValue] = ["judge": .string(judge.identity), "articles": .string(articles.key)]
        try await step(
            "questions", inputs: inputs, line: line, work: { judgingWork(articles.all.count, unit: "articles") },
            calls: { try questionCalls(articles, bank) }
        ) { cell in
            let present = try store.questionSets(judgeKey: bank.judgeKey)
            let missing = articles.all.filter { present[$0.id] == nil }
            let progress = try cell.progress(
                total: articles.all.count, completed: articles.all.count - missing.count, unit: "articles")
            var open = OpenCalls()
            for start in stride(from: 0, to: missing.count, by: Self.judgeBatch) {
                let batch = Array(missing[start..<min(start + Self.judgeBatch, missing.count)])
                guard let outcomes = try await open.answers({ try await judge.questions(for: batch) }) else { continue }
                let records = try outcomes.map { outcome in
                    QuestionSetRecord(
                        judgeKey: bank.judgeKey, articleID: outcome.articleID,
                        questions: outcome.questions == nil ? nil : try JSONText(encoding: outcome),
                        dropReason: outcome.questions == nil ? outcome.dropReason ?? "no questions" : nil,
                        counts: outcome.counts.isEmpty ? nil : try JSONText(encoding: outcome.counts))
                }
                try store.save(questionSets: records)
                try progress.advance(by: batch.count)
                try cell.checkInterruption()
            }
            try open.check()
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
        let told = try articles.all.compactMap { try records[$0.id]?.counts?.decode([String: Int].self)[ClozeJudge.CandidateFate.told.rawValue] }
        if !told.isEmpty { cell.show("\(told.reduce(0, +)) of \(kept * Question.countPerArticle) questions have their answer told by another's statement.") }
        guard kept > 0 else {
            throw UserFailure(
                "the judge has no questions about any article", location: "--judge \(options.judge)",
                why: reasons.joined(separator: "; "),
                remedy: options.judge == .cloze
                    ? "give news articles of a hundred words or more, with names and numbers in them"
                    : "use a stronger model that keeps to the format of the questions, or --judge cloze",
                exitStatus: .badData)
        }
    }

    /// Judges texts, each with its article's questions; what was judged before is not judged again.
    ///
    /// - Parameter cell: the step that shows progress and can be interrupted; `nil` within another's progress.
    func judged(
        _ texts: [(articleID: String, summary: String)], _ articles: ArticleSets, _ bank: QuestionBank, cell: Cell?
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
        let progress = try cell?.progress(
            total: texts.count, completed: texts.count - requests.count, unit: "summaries")
        guard !requests.isEmpty else { return }
        let judge = try judge(articles)
        var open = OpenCalls()
        for start in stride(from: 0, to: requests.count, by: Self.judgeBatch) {
            let batch = Array(requests[start..<min(start + Self.judgeBatch, requests.count)])
            guard let judgements = try await open.answers({ try await judge.answers(to: batch) }) else { continue }
            try store.save(
                judgements: zip(batch, judgements).map { request, judgement in
                    JudgementRecord(
                        judgeKey: bank.judgeKey, articleID: request.questions.articleID,
                        summaryHash: Store.summaryHash(request.summary), answers: judgement.choices,
                        correct: judgement.correctCount(of: request.questions), secondary: try JudgementDetail(judgement).stored)
                })
            try progress?.advance(by: batch.count)
            try cell?.checkInterruption()
        }
        try open.check()
    }

    /// Judges every sample of a set.
    public func judge(
        _ set: SummarySet, articles: ArticleSets, with bank: QuestionBank, part: ArticleSplit.Part = .train,
        step name: String? = nil, line: Int = #line
    ) async throws {
        let inputs: [String: KeyValue] = [
            "summaries": .string(set.key), "articles": .array(set.articles.map { .string($0.id) }),
            "samplesPerArticle": .int(set.samplesPerArticle), "judge": .string(bank.judgeKey),
        ]
        let name = name ?? "judge \(part.rawValue) summaries\(set.policy.stepSuffix)"
        try await step(
            name, inputs: inputs, line: line, work: { judgingWork(set.articles.count * set.samplesPerArticle) },
            calls: { try answerCalls(set.articles, textsPerArticle: set.samplesPerArticle, bank) }
        ) { cell in
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
