import Foundation
import Notebook
import Preferences

/// A system's judged summaries of one part of the articles, in the store.
public struct Evaluation: Sendable {
    public var systemName: String
    public var label: String
    /// Content key of the step that measured it.
    let key: String
    let id: Int64?
    let store: Store

    /// Rows in article order; none when planning.
    public func rows() throws -> [EvaluationRowRecord] { try id.map { try store.rows(ofEvaluation: $0) } ?? [] }
}

/// What a system is, for its row in the report.
struct SystemDescription {
    var name: String
    var label: String
    /// One of `SystemResult.Kind`.
    var kind: String
    var round = 0
    var trainingKey: String?
    var details: [String: KeyValue] = [:]
}

extension Study {
    /// Measures a policy: one greedy summary per article, judged.
    ///
    /// - Parameter name: stable identifier of the system in tables, e.g. `dpo`.
    public func evaluate(
        _ policy: PolicyModel, as name: String, label: String? = nil, kind: SystemKind, on part: ArticleSplit.Part,
        of articles: ArticleSets, with bank: QuestionBank, sentences: Int = SummaryPrompt.studySentences,
        line: Int = #line
    ) async throws -> Evaluation {
        let set = try await evaluationSummaries(of: articles[part], part: part, by: policy, sentences: sentences, line: line)
        let system = SystemDescription(
            name: name, label: label ?? policy.label, kind: kind.rawValue, round: policy.round,
            trainingKey: policy.weights == .original ? nil : policy.key, details: policy.details)
        return try await evaluate(
            system, source: .string(set.key), part: part, articles: articles, bank: bank, line: line
        ) {
            let samples = try set.samples()
            return articles[part].map { article in
                let sample = samples[article.id]?.first { $0.sampleIndex == 0 }
                return (sample?.text ?? "", sample?.finishReason == "length")
            }
        }
    }

    /// Measures the extractive baseline: the article's first sentences.
    public func evaluateLead(
        sentences: Int, on part: ArticleSplit.Part, of articles: ArticleSets, with bank: QuestionBank, line: Int = #line
    ) async throws -> Evaluation {
        let lead = LeadSummary(sentenceCount: sentences)
        let system = SystemDescription(
            name: "lead-\(sentences)", label: sentences == 1 ? "First sentence" : "First \(sentences) sentences",
            kind: SystemKind.extractive.rawValue)
        return try await evaluate(
            system, source: ["lead": .int(sentences)], part: part, articles: articles, bank: bank, line: line
        ) { articles[part].map { (lead.summary(of: $0), false) } }
    }

    /// Judges texts, one per article of the part, and stores them as a system's rows.
    func evaluate(
        _ system: SystemDescription, source: KeyValue, part: ArticleSplit.Part, articles: ArticleSets,
        bank: QuestionBank, line: Int, texts: () throws -> [(summary: String, hitLimit: Bool)]
    ) async throws -> Evaluation {
        let inputs: [String: KeyValue] = [
            "source": source, "articles": .array(articles[part].map { .string($0.id) }), "judge": .string(bank.judgeKey),
            "name": .string(system.name), "kind": .string(system.kind),
        ]
        let stepName = Self.evaluationStep(label: system.label, part: part.rawValue)
        let key = ContentKey(step: stepName, version: 1, inputs: inputs).hex
        var evaluation = Evaluation(systemName: system.name, label: system.label, key: key, id: nil, store: store)
        try await step(
            stepName, inputs: inputs, line: line,
            work: { judgingWork(articles[part].count) }, calls: { try answerCalls(articles[part], textsPerArticle: 1, bank) }
        ) { cell in
            let sets = try bank.sets()
            let all = zip(articles[part], try texts()).filter { sets[$0.0.id] != nil }
            try await judged(all.map { ($0.0.id, $0.1.summary) }, articles, bank, cell: cell)
            let judgements = try store.judgements(judgeKey: bank.judgeKey)
            let rows = all.enumerated().map { position, entry in
                let (article, text) = entry
                let judgement = judgements[article.id]?[Store.summaryHash(text.summary)]
                let measure = SummaryMeasure(summary: text.summary, article: article, hitTokenLimit: text.hitLimit)
                var failures = measure.failures
                if judgement?.correct == nil { failures.append(.judgeFailed) }
                return EvaluationRowRecord(
                    position: position, articleID: article.id, summary: text.summary, words: measure.words,
                    correct: judgement?.correct, answers: judgement?.answers ?? [],
                    failures: failures.map(\.rawValue))
            }
            let record = EvaluationRecord(
                runID: notebook?.runID ?? "", systemName: system.name, label: system.label, kind: system.kind,
                round: system.round, split: part.rawValue, articleSetKey: articles.key, judgeKey: bank.judgeKey,
                trainingKey: system.trainingKey, details: system.details)
            let id = try store.save(evaluation: record, rows: rows)
            evaluation = Evaluation(systemName: system.name, label: system.label, key: key, id: id, store: store)
            cell.show(try summary(evaluation, articles: articles))
        }
        if part == .test { measuredOnTest.append(evaluation) }
        return evaluation
    }

    /// Name of the step that measures a system.
    static func evaluationStep(label: String, part: String) -> String { "evaluate \(label) on \(part)" }

    private func summary(_ evaluation: Evaluation, articles: ArticleSets) throws -> String {
        let rows = try evaluation.rows()
        let words = Dictionary(uniqueKeysWithValues: articles.all.map { ($0.id, $0.wordCount) })
        let accuracy = rows.reduce(0.0) { $0 + Double($1.scored?.correct ?? 0) / Double(Question.countPerArticle) } / Double(max(rows.count, 1))
        let compression = rows.map { $0.scored == nil ? 1 : Double($0.words) / Double(max(words[$0.articleID] ?? 1, 1)) }.sorted()
        let failed = rows.count { !$0.failures.isEmpty }
        let median = compression.isEmpty ? 0 : (compression[(compression.count - 1) / 2] + compression[compression.count / 2]) / 2
        return String(
            format: "%@: accuracy %.3f, median compression %.3f, %d of %d summaries with a failure.", evaluation.label,
            accuracy, median, failed, rows.count)
    }

    /// Win rate of one system over another on the articles both have.
    public func winRecord(
        _ system: Evaluation, against other: Evaluation, under function: PreferenceFunction = .evaluation
    ) throws -> WinRecord {
        let others = Dictionary(uniqueKeysWithValues: try other.rows().map { ($0.articleID, $0) })
        return WinRecord(
            try system.rows().compactMap { row in others[row.articleID].map { (row.scored, $0.scored) } },
            under: function)
    }
}

/// Kinds of systems, as the report groups them.
public enum SystemKind: String, Sendable {
    case original, prompted, extractive, sft, dpo, lora, bestOfN, endpoint
    /// Texts that summarise nothing, to see what the metric makes of them.
    case gaming
}

extension EvaluationRowRecord {
    /// What the preference function sees; `nil` for a failed summary.
    var scored: ScoredSummary? {
        ScoredSummary(correct: correct, words: words, failures: failures.compactMap(SummaryFailure.init(rawValue:)))
    }
}
