import LanguageModel
import Notebook
import Reporting

extension Study {
    /// Records a round for the report: what was answered and ranked, the pairs, and the training on them.
    ///
    /// - Parameters:
    ///   - set: the instructions that were answered, as its `train` part.
    ///   - dropped: instructions that were left out before they were answered, by reason.
    public func record(
        round: Int, of set: InstructionSet, pairs: ResponsePairs, trained: PolicyModel, dropped: [String: Int] = [:],
        line: Int = #line
    ) async throws {
        let ranked = pairs.ranked
        let inputs: [String: KeyValue] = [
            "pairs": .string(pairs.key), "training": .string(trained.key), "instructions": .string(set.key), "round": .int(round),
        ]
        try await step("round \(round)", inputs: inputs, line: line) { cell in
            // The set may be this run's own, e.g. of prompts that the policy wrote.
            try store.save(instructions: set.records, setKey: set.key)
            let record = ResponseRoundRecord(
                runID: notebook?.runID ?? "", round: round, startLabel: ranked.set.policy.label, trainedLabel: trained.label,
                instructionSetKey: set.key, responseSetKey: ranked.set.key, responsesPerInstruction: ranked.set.perInstruction,
                rankerKey: ranked.ranker.key, pairSetKey: pairs.key, pairDrops: pairs.drops, instructionDrops: dropped,
                trainingKey: trained.key)
            try store.save(responseRound: record)
            let round = try store.responseRound(record)
            cell.show(
                "\(ranked.set.policy.label) answered \(set.train.count) instructions, \(ranked.ranker.name) ranked "
                    + "\(round.scored.responses.count) responses, \(round.pairs.count) pairs trained \(trained.label).")
        }
    }

    /// The rows of ranked responses, for tables.
    func results(of ranked: RankedResponses) throws -> ScoredResponses {
        let samples = try ranked.set.samples()
        return ScoredResponses(
            ranker: ranked.ranker.description,
            responses: try zip(ranked.set.instructions, try ranked.scores()).flatMap { instruction, scores in
                zip(try ranked.set.complete(samples, instruction), scores).map { $0.scored($1) }
            })
    }
}

extension RankerRecord {
    var description: RankerDescription { RankerDescription(key: key, name: name, isRelative: isRelative) }
}

extension SampleRecord {
    fileprivate func scored(_ score: ResponseScoreRecord) -> ScoredResponses.Response {
        ScoredResponses.Response(
            instructionID: articleID, words: words, isCutOff: isCutOff, score: score.score, readings: score.readings,
            measures: score.measures)
    }
}

extension Store {
    /// A round as the report shows it.
    /// - Throws: `UserFailure` where rows are missing.
    func responseRound(_ record: ResponseRoundRecord) throws -> ResponseRound {
        func missing(_ what: String) -> UserFailure {
            UserFailure(
                "the store is incomplete", location: "\(workspace.path), round \(record.round) of \(record.runID)",
                why: "\(what) missing", remedy: "run the experiment again; it keeps what is done", exitStatus: .badData)
        }
        guard let ranker = try ranker(key: record.rankerKey) else { throw missing("the ranker is") }
        var responses: [ScoredResponses.Response] = []
        var scores: [String: [Int: (score: Double, words: Int)]] = [:]
        for entry in try scoredGroups(of: record) {
            let (instruction, group, rows) = (entry.instruction, entry.samples, entry.scores)
            guard rows.count == group.count, group.count == record.responsesPerInstruction else {
                throw missing("responses to \(instruction.name), or their scores, are")
            }
            responses += zip(group, rows).map { $0.scored($1) }
            for (sample, row) in zip(group, rows) {
                scores[instruction.id, default: [:]][sample.sampleIndex] = row.score.map { ($0, sample.words) }
            }
        }
        let pairs = try pairs(pairSetKey: record.pairSetKey).map { pair in
            guard let chosen = scores[pair.articleID]?[pair.chosenIndex], let rejected = scores[pair.articleID]?[pair.rejectedIndex]
            else { throw missing("the scores of pair \(pair.position) are") }
            return RankedPair(
                instructionID: pair.articleID, chosenPlace: pair.chosenIndex, rejectedPlace: pair.rejectedIndex, chosenScore: chosen.score,
                rejectedScore: rejected.score, chosenWords: chosen.words, rejectedWords: rejected.words)
        }
        func counted(_ reasons: [String: Int]) -> [CountedReason] {
            reasons.sorted { $0.key < $1.key }.map { CountedReason(reason: $0.key, count: $0.value) }
        }
        return ResponseRound(
            round: record.round, startLabel: record.startLabel, trainedLabel: record.trainedLabel,
            diverged: try training(key: record.trainingKey)?.state == .diverged,
            scored: ScoredResponses(ranker: ranker.description, responses: responses), pairs: pairs,
            pairDrops: counted(record.pairDrops), instructionDrops: counted(record.instructionDrops))
    }

    /// A comparison as the report shows it.
    func responseComparison(_ record: ResponseComparisonRecord, id: Int64) throws -> ResponseComparison {
        let texts = Dictionary(
            try instructions(setKey: record.instructionSetKey).map { ($0.id, $0.text) }, uniquingKeysWith: { first, _ in first })
        let ranker = try ranker(key: record.rankerKey)?.description
        return ResponseComparison(
            name: record.name, round: record.round, challenger: record.challengerLabel, opponent: record.opponentLabel,
            ranker: ranker ?? RankerDescription(key: record.rankerKey, name: "an unknown ranker", isRelative: true),
            rows: try rows(ofResponseComparison: id).map { row in
                let isCutOff = { (reason: String) in reason == SampledSequence.FinishReason.length.rawValue }
                return ResponseComparison.Row(
                    instructionID: row.instructionID, instruction: texts[row.instructionID] ?? "",
                    challenger: .init(
                        text: row.challenger, words: row.challengerWords, isCutOff: isCutOff(row.challengerFinish),
                        score: row.challengerScore),
                    opponent: .init(
                        text: row.opponent, words: row.opponentWords, isCutOff: isCutOff(row.opponentFinish),
                        score: row.opponentScore))
            })
    }
}
