import Statistics

/// What a ranker's scores of one round's responses come to.
struct RoundAnalysis: Sendable {
    let round: ResponseRound
    let scored: ScoredAnalysis
    /// Instructions that gave no pair because of equal scores.
    let ties: Proportion?
    /// Pairs whose chosen response has more words than the rejected one.
    let chosenIsLonger: Proportion?
    /// Pairs whose rejected response ended at the token limit; those of the chosen ones.
    let rejectedCutOff: Int
    let chosenCutOff: Int

    init(_ round: ResponseRound, bootstrap: ArticleBootstrap) throws {
        self.round = round
        scored = try ScoredAnalysis(round.scored, bootstrap: bootstrap)
        let asked = round.pairs.count + round.pairDrops.reduce(0) { $0 + $1.count }
        ties = asked == 0
            ? nil : try Proportion(successes: round.pairDrops.first { $0.reason == "tie" }?.count ?? 0, of: asked)
        // Equally long ones say nothing about length.
        let unequal = round.pairs.filter { $0.chosenWords != $0.rejectedWords }
        chosenIsLonger = unequal.isEmpty
            ? nil : try Proportion(successes: unequal.count { $0.chosenWords > $0.rejectedWords }, of: unequal.count)
        let groups = Dictionary(grouping: round.scored.responses, by: \.instructionID)
        func isCutOff(_ id: String, _ place: Int) -> Bool {
            groups[id].map { $0.indices.contains(place) && $0[place].isCutOff } ?? false
        }
        rejectedCutOff = round.pairs.count { isCutOff($0.instructionID, $0.rejectedPlace) }
        chosenCutOff = round.pairs.count { isCutOff($0.instructionID, $0.chosenPlace) }
    }
}

/// What a ranker's scores come to. The instruction is the unit of inference: responses to one are not independent.
///
/// Intervals depend on the root seed, the ranker and the rows alone, so that a notebook page, a card and the report say
/// the same of the same rows.
struct ScoredAnalysis: Sendable {
    let scored: ScoredResponses
    /// `nil` without a score.
    let meanScore: Estimate?
    let meanWords: Estimate?
    let cutOff: ClusteredShare?
    let unscored: ClusteredShare?
    /// Readings that could be understood, of all; `nil` for a ranker that reads once.
    let parsed: ClusteredShare?
    /// What the ranker measured besides, by name.
    let measures: [Measure]
    /// Of the scores 0 to 5 by their probabilities; `nil` where they were not read.
    let expected: Estimate?
    /// Texts by the score that they hold, then those without one by reason; empty for a ranker that writes none.
    let readings: [CountedReason]
    /// Instructions whose responses all have one score, of those with two scores or more: by the score, the mean of the
    /// written scores, and the expected score.
    let equal: [(name: String, share: Proportion?)]

    struct Measure: Sendable {
        var name: String
        var value: Value

        enum Value: Sendable {
            /// Readings without a score for one reason, of all.
            case unread(ClusteredShare)
            /// Mean over the responses that have it.
            case mean(Estimate, count: Int)
        }
    }
    /// Standard deviation of the scores within an instruction, averaged over instructions: what the ranker
    /// distinguishes responses by.
    let spread: Double?

    init(_ scored: ScoredResponses, bootstrap: ArticleBootstrap) throws {
        self.scored = scored
        let metric = "scores by \(scored.ranker.key)"
        let responses = scored.responses
        let scores = responses.compactMap { response in response.score.map { (articleID: response.instructionID, value: $0) } }
        meanScore = scores.isEmpty || scored.ranker.isRelative
            ? nil : bootstrap.mean(of: try ArticleScores(scores), metric: "\(metric)/score")
        meanWords = responses.isEmpty
            ? nil
            : bootstrap.mean(
                of: try ArticleScores(responses.map { ($0.instructionID, Double($0.words)) }), metric: "\(metric)/words")
        func share(_ name: String, _ count: (ScoredResponses.Response) -> (Int, of: Int)) throws -> ClusteredShare? {
            try ClusteredShare(
                responses.map { response in
                    let (successes, trials) = count(response)
                    return (response.instructionID, successes, trials)
                }, bootstrap: bootstrap, metric: "\(metric)/\(name)")
        }
        cutOff = try share("cut off") { ($0.isCutOff ? 1 : 0, of: 1) }
        unscored = try share("unscored") { ($0.score == nil ? 1 : 0, of: 1) }
        parsed = try share("parsed") { response in (response.readings.count { $0 != nil }, of: response.readings.count) }
        measures = try Set(responses.flatMap(\.measures.keys)).sorted().compactMap { name in
            if name.hasPrefix(ScoredResponses.unread) {
                return try share(name) { (Int($0.measures[name] ?? 0), of: $0.readings.count) }
                    .map { Measure(name: name, value: .unread($0)) }
            }
            let values = responses.compactMap { response in
                response.measures[name].map { (articleID: response.instructionID, value: $0) }
            }
            let mean = bootstrap.mean(of: try ArticleScores(values), metric: "\(metric)/\(name)")
            return Measure(name: name, value: .mean(mean, count: values.count))
        }
        expected = measures.lazy.compactMap { measure -> Estimate? in
            if case .mean(let mean, _) = measure.value, measure.name == ScoredResponses.expected { mean } else { nil }
        }.first
        readings = Self.readings(of: responses)
        equal = try [
            ("The score", { $0.score }),
            ("Mean of the written scores", { response in
                let read = response.readings.compactMap(\.self)
                return read.isEmpty ? nil : read.reduce(0, +) / Double(read.count)
            }),
            ("Expected score", { $0.measures[ScoredResponses.expected] }),
        ].map { ($0.0, try Self.equal(responses, $0.1)) }
        let deviations = Dictionary(grouping: scores, by: \.articleID).values.compactMap { group -> Double? in
            guard group.count > 1 else { return nil }
            let mean = group.reduce(0) { $0 + $1.value } / Double(group.count)
            return (group.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) } / Double(group.count - 1)).squareRoot()
        }.sorted()
        spread = deviations.isEmpty ? nil : deviations.reduce(0, +) / Double(deviations.count)
    }

    private static func readings(of responses: [ScoredResponses.Response]) -> [CountedReason] {
        let readings = responses.flatMap(\.readings)
        guard !readings.isEmpty else { return [] }
        var counts = Dictionary(grouping: readings.compactMap(\.self), by: NumberText.plain).mapValues(\.count)
        let scores = (0...5).map { CountedReason(reason: "\($0)", count: counts.removeValue(forKey: "\($0)") ?? 0) }
        let others = counts.sorted { $0.key < $1.key }.map { CountedReason(reason: $0.key, count: $0.value) }
        var unread: [String: Int] = [:]
        for response in responses {
            for (name, count) in response.measures where name.hasPrefix(ScoredResponses.unread) {
                unread[String(name.dropFirst(ScoredResponses.unread.count)), default: 0] += Int(count)
            }
        }
        let rest = readings.count { $0 == nil } - unread.values.reduce(0, +)
        if rest > 0 { unread["for no recorded reason"] = rest }
        return scores + others + unread.sorted { $0.key < $1.key }.map { CountedReason(reason: ScoredResponses.unread + $0.key, count: $0.value) }
    }

    private static func equal(
        _ responses: [ScoredResponses.Response], _ value: (ScoredResponses.Response) -> Double?
    ) throws -> Proportion? {
        let groups = Dictionary(grouping: responses, by: \.instructionID).values.map { $0.compactMap(value) }.filter { $0.count > 1 }
        return groups.isEmpty ? nil : try Proportion(successes: groups.count { $0.min() == $0.max() }, of: groups.count)
    }
}

/// One policy against another on the same held-out instructions.
struct ResponseComparisonAnalysis: Sendable {
    let comparison: ResponseComparison
    let winRate: WinRate
    /// Challenger minus opponent.
    let wordDifference: Estimate
    /// Challenger minus opponent, over instructions on which both have a score.
    let scoreDifference: Estimate?
    /// Instructions on which one of the two has no score; they count as ties.
    let unscored: Int
    let identical: Int

    /// - Throws: `StatisticsError.emptySample` for a comparison without rows.
    init(_ comparison: ResponseComparison, bootstrap: ArticleBootstrap) throws {
        self.comparison = comparison
        let metric = "comparison/\(comparison.name)"
        let rows = comparison.rows
        winRate = try WinRate(rows.map(\.verdict), bootstrap: bootstrap, metric: "\(metric)/win-rate")
        func scores(_ value: (ResponseComparison.Row) -> Double?) throws -> ArticleScores? {
            let values = rows.compactMap { row in value(row).map { (articleID: row.instructionID, value: $0) } }
            return values.isEmpty ? nil : try ArticleScores(values)
        }
        wordDifference = bootstrap.mean(
            of: try ArticleScores(rows.map { ($0.instructionID, Double($0.challenger.words - $0.opponent.words)) }),
            metric: "\(metric)/words")
        scoreDifference = try scores { row in
            guard let first = row.challenger.score, let second = row.opponent.score else { return nil }
            return first - second
        }.map { bootstrap.mean(of: $0, metric: "\(metric)/score") }
        unscored = rows.count { $0.challenger.score == nil || $0.opponent.score == nil }
        identical = rows.count { $0.challenger.text == $0.opponent.text }
    }

    /// Whether both wrote the same texts throughout, so that no interval says anything.
    var changedNothing: Bool { identical == comparison.rows.count }

    /// In words that say no more than the interval does.
    var verdict: Verdict {
        guard let interval = winRate.rate.interval else { return .open }
        return interval.lower > 0.5 ? .better : interval.upper < 0.5 ? .worse : .open
    }

    enum Verdict { case better, worse, open }
}

extension ResponseComparison.Row {
    /// The higher score wins; equal scores, and a missing one, are a tie.
    var verdict: ArticleVerdict {
        guard let first = challenger.score, let second = opponent.score else {
            return ArticleVerdict(articleID: instructionID, outcome: .tie, reason: "not scored")
        }
        return ArticleVerdict(
            articleID: instructionID, outcome: first > second ? .win : first < second ? .loss : .tie,
            reason: challenger.text == opponent.text ? "same text" : "score")
    }
}

/// Everything that is said of one experiment on instructions.
struct ResponseExperimentAnalysis: Sendable {
    let experiment: ResponseExperiment
    let rounds: [RoundAnalysis]
    let comparisons: [ResponseComparisonAnalysis]
    let policies: [PolicyReward]
    let rewardCheck: RewardCheckAnalysis?

    /// A policy's mean reward on the held-out instructions under one ranker.
    struct PolicyReward: Sendable {
        var ranker: RankerDescription
        var label: String
        var reward: Estimate?
        var words: Estimate
        var cutOff: Proportion
    }

    init(_ experiment: ResponseExperiment, draws: Int) throws {
        self.experiment = experiment
        let bootstrap = ArticleBootstrap(rootSeed: experiment.rootSeed, draws: draws)
        rounds = try experiment.rounds.map { try RoundAnalysis($0, bootstrap: bootstrap) }
        comparisons = try experiment.comparisons.filter { !$0.rows.isEmpty }.map {
            try ResponseComparisonAnalysis($0, bootstrap: bootstrap)
        }
        policies = try Self.policies(experiment, bootstrap: bootstrap)
        rewardCheck = try experiment.rewardCheck.map { try RewardCheckAnalysis($0, bootstrap: bootstrap) }
    }

    /// Each policy once per ranker, the earlier first.
    private static func policies(_ experiment: ResponseExperiment, bootstrap: ArticleBootstrap) throws -> [PolicyReward] {
        var rankers: [RankerDescription] = []
        var found: [RankerDescription: [(label: String, responses: [(id: String, response: ResponseComparison.Response)])]] = [:]
        for comparison in experiment.comparisons where !comparison.rows.isEmpty && !comparison.ranker.isRelative {
            if !rankers.contains(comparison.ranker) { rankers.append(comparison.ranker) }
            let sides = [
                (comparison.opponent, comparison.rows.map { ($0.instructionID, $0.opponent) }),
                (comparison.challenger, comparison.rows.map { ($0.instructionID, $0.challenger) }),
            ]
            for (label, responses) in sides where !(found[comparison.ranker] ?? []).contains(where: { $0.label == label }) {
                found[comparison.ranker, default: []].append((label, responses))
            }
        }
        return try rankers.flatMap { ranker in
            try (found[ranker] ?? []).map { label, responses in
                let metric = "\(experiment.experiment)/policy/\(ranker.key.prefix(12))/\(label)"
                let scores = responses.compactMap { entry in entry.response.score.map { (articleID: entry.id, value: $0) } }
                return PolicyReward(
                    ranker: ranker, label: label,
                    reward: scores.isEmpty ? nil : bootstrap.mean(of: try ArticleScores(scores), metric: "\(metric)/score"),
                    words: bootstrap.mean(
                        of: try ArticleScores(responses.map { ($0.id, Double($0.response.words)) }), metric: "\(metric)/words"),
                    cutOff: try Proportion(successes: responses.count(where: \.response.isCutOff), of: responses.count))
            }
        }
    }

    /// The last policy against the original one, by the ranker that made the pairs; otherwise the last comparison.
    var headline: ResponseComparisonAnalysis? {
        let own = comparisons.filter { $0.comparison.ranker == experiment.rounds.first?.scored.ranker }
        let candidates = own.isEmpty ? comparisons : own
        let first = experiment.rounds.first?.startLabel
        return candidates.last { $0.comparison.opponent == first } ?? candidates.last
    }
}
