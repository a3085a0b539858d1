import Notebook
import Preferences

/// Preference pairs over a set of samples; rows are read from the store.
public struct PairSet: Sendable {
    static let stepName = "pairs"

    public var key: String
    public var summaries: SummarySet
    let store: Store

    public func rows() throws -> [PairRecord] { try store.pairs(pairSetKey: key) }
}

extension PairSet: TrainingPairs {
    public var samples: any SampleSet { summaries }

    public func maximumCount(_ settings: StudySettings) -> Int { summaries.articles.count * settings.pairs.perArticle }

    public var remedy: String { "sample more summaries (sampling.samples_per_article) or articles (articles.train)" }
}

extension Study {
    /// The policy's own summaries of the training articles, judged, and the pairs they make.
    public func preferencePairs(
        by policy: PolicyModel, of articles: ArticleSets, with bank: QuestionBank, line: Int = #line
    ) async throws -> PairSet {
        let samples = try await trainingSummaries(of: bank.answerable(articles.train), by: policy, line: line)
        try await judge(samples, articles: articles, with: bank, line: line)
        return try await pairs(from: samples, with: bank, line: line)
    }

    /// Compares every two samples of an article by the preference function and keeps a seeded choice.
    func pairs(from set: SummarySet, with bank: QuestionBank, line: Int = #line) async throws -> PairSet {
        let builder = PairBuilder(
            function: settings.pairs.variant, maximumPerArticle: settings.pairs.perArticle,
            choice: settings.pairs.balanced ? .balanced : .uniform, minimumAccuracyGap: settings.pairs.minimumAccuracyGap,
            seed: settings.seed)
        let inputs: [String: KeyValue] = [
            "summaries": .string(set.key), "articles": .array(set.articles.map { .string($0.id) }),
            "samplesPerArticle": .int(set.samplesPerArticle), "judge": .string(bank.judgeKey),
            "builder": try KeyValue(encoding: builder), "truncated": .string(settings.pairs.truncated.rawValue),
        ]
        let name = PairSet.stepName + set.policy.stepSuffix
        let pairs = PairSet(
            key: ContentKey(step: name, version: 1, inputs: inputs).hex, summaries: set, store: store)
        try await step(name, inputs: inputs, line: line) { cell in
            let result = builder.pairs(of: try candidates(set, bank, truncated: settings.pairs.truncated))
            try store.save(
                pairs: result.pairs.enumerated().map { position, pair in
                    PairRecord(
                        pairSetKey: pairs.key, position: position, setKey: set.key, articleID: pair.articleID,
                        chosenIndex: pair.chosenIndex, rejectedIndex: pair.rejectedIndex, reason: pair.reason.rawValue)
                }, pairSetKey: pairs.key)
            let types = result.pairTypes.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { "\($0.value) \($0.key.rawValue)" }.joined(separator: ", ")
            cell.show(
                "\(result.pairs.count) pairs from \(set.articles.count) articles (\(types)); \(result.unusable) samples not usable.")
        }
        return pairs
    }

    /// Each article's samples as the pair builder sees them.
    func candidates(
        _ set: SummarySet, _ bank: QuestionBank, truncated: TruncatedSamples
    ) throws -> [(articleID: String, candidates: [PairCandidate])] {
        let samples = try set.samples()
        let judgements = try store.judgements(judgeKey: bank.judgeKey)
        return set.articles.map { article in
            let candidates = (samples[article.id] ?? []).filter { $0.sampleIndex < set.samplesPerArticle }.map { sample in
                let measure = SummaryMeasure(
                    summary: sample.text, article: article, hitTokenLimit: sample.finishReason == "length")
                let correct = judgements[article.id]?[Store.summaryHash(sample.text)]?.correct
                let isFinished = !measure.failures.contains(.tokenLimit)
                return PairCandidate(
                    index: sample.sampleIndex, score: ScoredSummary(correct: correct ?? 0, words: measure.words),
                    isUsable: correct != nil && measure.isUsable && (isFinished || truncated != .exclude),
                    canBeChosen: isFinished || truncated == .allow)
            }
            return (article.id, candidates)
        }
    }
}
