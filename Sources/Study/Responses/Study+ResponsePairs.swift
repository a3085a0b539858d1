import Notebook
import Preferences

/// The best response to each instruction against the worst; rows are read from the store.
public struct ResponsePairs: Sendable {
    public var key: String
    public var ranked: RankedResponses
    /// Instructions without a pair, by reason; empty when planning.
    public private(set) var drops: [String: Int] = [:]
    public var remedy: String

    init(key: String, ranked: RankedResponses, remedy: String) {
        self.key = key
        self.ranked = ranked
        self.remedy = remedy
    }

    mutating func count(_ drop: BestAndWorst.Drop) { drops[drop.rawValue, default: 0] += 1 }
}

extension ResponsePairs: TrainingPairs {
    public var samples: any SampleSet { ranked.set }
    public func rows() throws -> [PairRecord] { try ranked.set.store.pairs(pairSetKey: key) }
    public func maximumCount(_ settings: StudySettings) -> Int { ranked.set.instructions.count }
}

extension Study {
    /// Where pairs of sampled responses are too few.
    public static let pairRemedy =
        "sample more responses (responses.per_instruction), longer ones (responses.maximum_tokens) or more instructions "
        + "(responses.instructions), or allow cut-off ones (responses.truncated=allow)"

    /// Best-against-worst pairs of ranked responses. Equal scores are no preference: such instructions give no pair,
    /// and are counted.
    ///
    /// - Parameter remedy: what to do where there are too few.
    public func pairs(
        from ranked: RankedResponses, step name: String? = nil, remedy: String = Study.pairRemedy, line: Int = #line
    ) async throws -> ResponsePairs {
        let set = ranked.set
        let builder = BestAndWorst(truncated: settings.responses.truncated, minimumGap: settings.responses.minimumGap)
        let inputs: [String: KeyValue] = [
            "responses": .string(set.key), "instructions": .array(set.instructions.map { .string($0.key) }),
            "perInstruction": .int(set.perInstruction), "ranker": .string(ranked.ranker.key),
            "builder": try KeyValue(encoding: builder),
        ]
        let name = name ?? "pairs\(set.policy.stepSuffix)"
        var pairs = ResponsePairs(key: ContentKey(step: name, version: 1, inputs: inputs).hex, ranked: ranked, remedy: remedy)
        try await step(name, inputs: inputs, line: line) { cell in
            let samples = try set.samples()
            var records: [PairRecord] = []
            for (instruction, scores) in zip(set.instructions, try ranked.scores()) {
                let candidates = zip(try set.complete(samples, instruction), scores).map { sample, score in
                    BestAndWorst.Candidate(
                        index: sample.sampleIndex, score: score.score, isEmpty: sample.words == 0, isCutOff: sample.isCutOff)
                }
                switch builder.pair(of: candidates) {
                case .pair(let chosen, let rejected):
                    records.append(
                        PairRecord(
                            pairSetKey: pairs.key, position: records.count, setKey: set.key, articleID: instruction.key,
                            chosenIndex: chosen, rejectedIndex: rejected, reason: "best-and-worst"))
                case .drop(let reason): pairs.count(reason)
                }
            }
            try store.save(pairs: records, pairSetKey: pairs.key)
            let left = pairs.drops.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            cell.show(
                "\(records.count) pairs from \(set.instructions.count) instructions."
                    + (left.isEmpty ? "" : " Without a pair: \(left)."))
        }
        return pairs
    }
}
