import LanguageModel
import Notebook
import Preferences

extension Study {
    /// Measures the best of several samples per article, chosen by the judge and the preference function.
    public func evaluateBestOfN(
        _ policy: PolicyModel, on part: ArticleSplit.Part, of articles: ArticleSets, with bank: QuestionBank,
        line: Int = #line
    ) async throws -> Evaluation {
        let set = try await trainingSummaries(of: bank.answerable(articles[part]), by: policy, part: part, line: line)
        try await judge(set, articles: articles, with: bank, part: part, line: line)
        let system = SystemDescription(
            name: "best-of-\(set.samplesPerArticle)", label: "Best of \(set.samplesPerArticle) samples",
            kind: SystemKind.bestOfN.rawValue)
        return try await evaluate(
            system, source: .string("best of usable samples of " + set.key), part: part, articles: articles, bank: bank, line: line
        ) {
            let samples = try set.samples()
            let best = Dictionary(
                uniqueKeysWithValues: try candidates(set, bank, truncated: .allow)
                    .map { ($0.articleID, Self.best(of: $0.candidates)) })
            return articles[part].map { article in
                let index = best[article.id].flatMap { $0 } ?? 0
                let sample = samples[article.id]?.first { $0.sampleIndex == index }
                return (sample?.text ?? "", sample?.finishReason == "length")
            }
        }
    }

    /// The candidate that the evaluation preference puts before all others: the shortest with at least
    /// three correct answers, or else the most accurate, or else the shorter. `nil` when none is usable.
    private static func best(of candidates: [PairCandidate]) -> Int? {
        candidates.filter(\.isUsable).reduce(nil as PairCandidate?) { best, candidate in
            guard let best else { return candidate }
            return PreferenceFunction.evaluation.compare(best.score, candidate.score).preferred == .second ? candidate : best
        }?.index
    }
}
