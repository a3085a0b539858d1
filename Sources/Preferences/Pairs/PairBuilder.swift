/// A judged sample that can stand in a pair.
public struct PairCandidate: Sendable, Hashable {
    /// Number of the sample among the article's samples.
    public var index: Int
    public var score: ScoredSummary
    /// `SummaryMeasure.isUsable` and an answer of the judge.
    public var isUsable: Bool
    /// False for a sample that may lose a comparison but not win one.
    public var canBeChosen: Bool

    public init(index: Int, score: ScoredSummary, isUsable: Bool, canBeChosen: Bool = true) {
        self.index = index
        self.score = score
        self.isUsable = isUsable
        self.canBeChosen = canBeChosen
    }
}

/// What becomes of samples that hit the token limit, which have no end of turn.
public enum TruncatedSamples: String, Sendable, Hashable, Codable, CaseIterable {
    /// They stand in no pair.
    case exclude
    /// They can be rejected, where the preference function says so, and never chosen: a chosen one would
    /// teach the model not to stop.
    case reject
    /// As the study, which has no such rule: they are samples like any other.
    case allow
}

/// A preference between two samples of one article.
public struct PreferencePair: Sendable, Hashable, Codable {
    public var articleID: String
    public var chosenIndex: Int
    public var rejectedIndex: Int
    public var chosen: ScoredSummary
    public var rejected: ScoredSummary
    /// The rule that preferred the chosen one.
    public var reason: PreferenceOutcome.Reason

    public init(
        articleID: String, chosenIndex: Int, rejectedIndex: Int, chosen: ScoredSummary, rejected: ScoredSummary,
        reason: PreferenceOutcome.Reason
    ) {
        self.articleID = articleID
        self.chosenIndex = chosenIndex
        self.rejectedIndex = rejectedIndex
        self.chosen = chosen
        self.rejected = rejected
        self.reason = reason
    }
}

/// Builds pairs: every comparison between an article's usable samples, then a random choice of them.
public struct PairBuilder: Sendable, Hashable, Codable {
    public enum Choice: String, Sendable, Hashable, Codable, CaseIterable {
        /// As the study: any of an article's pairs with the same chance.
        case uniform
        /// An article's pairs take turns by reason, the reason that is rarest over all articles first: without
        /// it, a weak model's data teaches accuracy only.
        case balanced
    }

    public var function: PreferenceFunction
    public var maximumPerArticle: Int
    public var choice: Choice
    /// Correct answers that a pair preferred for accuracy differs by at least.
    public var minimumAccuracyGap: Int
    public var seed: UInt64

    public init(
        function: PreferenceFunction = .training, maximumPerArticle: Int = 3, choice: Choice = .uniform,
        minimumAccuracyGap: Int = 1, seed: UInt64
    ) {
        self.function = function
        self.maximumPerArticle = maximumPerArticle
        self.choice = choice
        self.minimumAccuracyGap = minimumAccuracyGap
        self.seed = seed
    }

    public struct Result: Sendable, Hashable {
        /// In the order of the articles given, within one by the indices of its samples.
        public var pairs: [PreferencePair]
        /// Comparisons of usable samples by what the preference function said, before the choice.
        public var comparisons: [PreferenceOutcome.Reason: Int]
        /// Samples left out as not usable.
        public var unusable: Int
        /// Pairs left out for their accuracy gap.
        public var belowGap: Int
        /// Pairs left out because the preferred sample cannot be chosen.
        public var unfinished: Int

        /// Chosen pairs by reason.
        public var pairTypes: [PreferenceOutcome.Reason: Int] {
            Dictionary(pairs.map { ($0.reason, 1) }, uniquingKeysWith: +)
        }
    }

    /// - Parameter samples: per article id, its samples; an article's pairs depend on its own samples, the seed
    ///   and, when balanced, on the counts of reasons over all articles.
    public func pairs(of samples: [(articleID: String, candidates: [PairCandidate])]) -> Result {
        var result = Result(pairs: [], comparisons: [:], unusable: 0, belowGap: 0, unfinished: 0)
        let all = samples.map { comparePairs(of: $0.candidates, articleID: $0.articleID, into: &result) }
        let frequency = Dictionary(all.joined().map { ($0.reason, 1) }, uniquingKeysWith: +)
        for (sample, pairs) in zip(samples, all) {
            var random = SeededRandom(rootSeed: seed, purpose: "pairs", article: sample.articleID)
            let chosen = switch choice {
            case .uniform: Array(random.shuffled(pairs).prefix(maximumPerArticle))
            case .balanced: takingTurns(random.shuffled(pairs), frequency: frequency)
            }
            result.pairs += chosen.sorted { ($0.chosenIndex, $0.rejectedIndex) < ($1.chosenIndex, $1.rejectedIndex) }
        }
        return result
    }

    private func comparePairs(
        of candidates: [PairCandidate], articleID: String, into result: inout Result
    ) -> [PreferencePair] {
        let usable = candidates.filter(\.isUsable).sorted { $0.index < $1.index }
        result.unusable += candidates.count - usable.count
        var pairs: [PreferencePair] = []
        for (position, first) in usable.enumerated() {
            for second in usable[(position + 1)...] {
                let outcome = function.compare(first.score, second.score)
                result.comparisons[outcome.reason, default: 0] += 1
                guard let side = outcome.preferred else { continue }
                let (chosen, rejected) = side == .first ? (first, second) : (second, first)
                guard chosen.canBeChosen else {
                    result.unfinished += 1
                    continue
                }
                if outcome.reason == .moreAccurate, chosen.score.correct - rejected.score.correct < minimumAccuracyGap {
                    result.belowGap += 1
                    continue
                }
                pairs.append(
                    PreferencePair(
                        articleID: articleID, chosenIndex: chosen.index, rejectedIndex: rejected.index,
                        chosen: chosen.score, rejected: rejected.score, reason: outcome.reason))
            }
        }
        return pairs
    }

    private func takingTurns(
        _ shuffled: [PreferencePair], frequency: [PreferenceOutcome.Reason: Int]
    ) -> [PreferencePair] {
        var queues = Dictionary(grouping: shuffled, by: \.reason)
        let reasons = queues.keys.sorted { (frequency[$0] ?? 0, $0.rawValue) < (frequency[$1] ?? 0, $1.rawValue) }
        var result: [PreferencePair] = []
        while result.count < maximumPerArticle, queues.contains(where: { !$0.value.isEmpty }) {
            for reason in reasons where result.count < maximumPerArticle {
                if let pair = queues[reason]?.popLast() { result.append(pair) }
            }
        }
        return result
    }
}
