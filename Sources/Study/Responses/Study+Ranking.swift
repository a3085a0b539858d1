import Notebook
import Reporting

/// Responses and the ranker that scored them; rows are read from the store.
public struct RankedResponses: Sendable {
    public var set: ResponseSet
    public var ranker: RankerRecord

    /// Scores of each instruction's responses, in the order of the instructions and of the samples.
    /// - Throws: `UserFailure` where one is missing.
    public func scores() throws -> [[ResponseScoreRecord]] {
        let known = try set.store.responseScores(rankerKey: ranker.key)
        return try zip(set.instructions, try set.groups()).map { instruction, group in
            let scores = known[group.key] ?? []
            guard scores.count == group.responses.count else {
                throw UserFailure(
                    "the store is incomplete", location: "\(set.store.workspace.path), instruction \(instruction.id)",
                    why: "\(ranker.name) has scored \(scores.count) of \(group.responses.count) responses",
                    remedy: "run the experiment again; it keeps what is done", exitStatus: .badData)
            }
            return scores
        }
    }
}

extension ResponseGroup {
    /// Under which its scores are stored.
    var key: String { Store.responseGroupKey(instruction: instruction, responses: responses) }
}

extension Study {
    /// Scores the responses to each instruction against each other.
    public func rank(
        _ set: ResponseSet, with ranker: any ResponseRanker, step name: String? = nil, line: Int = #line
    ) async throws -> RankedResponses {
        let ranked = RankedResponses(set: set, ranker: ranker.record)
        let inputs: [String: KeyValue] = [
            "responses": .string(set.key), "instructions": .array(set.instructions.map { .string($0.key) }),
            "perInstruction": .int(set.perInstruction), "ranker": .string(ranked.ranker.key),
        ]
        try await step(
            ranker.step(name ?? "rank responses\(set.policy.stepSuffix)"), inputs: inputs, line: line,
            work: { ranker.work(groups: set.instructions.count, responsesPerGroup: set.perInstruction) }
        ) { cell in
            try await score(try set.groups(), with: ranker, cell: cell)
            for table in try ResponseTables.scores(try results(of: ranked), rootSeed: settings.seed) { cell.show(table.markdown()) }
        }
        return ranked
    }

    /// Scores what the store does not hold yet, a few groups at a time.
    func score(_ groups: [ResponseGroup], with ranker: any ResponseRanker, cell: Cell) async throws {
        let record = ranker.record
        try store.save(ranker: record)
        let known = try store.responseScores(rankerKey: record.key)
        var seen: Set<String> = []
        var total = 0
        let missing = groups.filter { group in
            guard seen.insert(group.key).inserted else { return false }
            total += group.responses.count
            return known[group.key]?.count != group.responses.count
        }
        let progress = try cell.progress(
            total: total, completed: total - missing.reduce(0) { $0 + $1.responses.count }, unit: "responses")
        guard !missing.isEmpty else { return }
        try await ranker.load(in: cell)
        for start in stride(from: 0, to: missing.count, by: max(1, ranker.groupsPerBatch)) {
            let batch = Array(missing[start..<min(start + max(1, ranker.groupsPerBatch), missing.count)])
            let scores = try await ranker.scores(of: batch)
            try store.save(
                responseScores: zip(batch, scores).flatMap { group, scores in
                    scores.enumerated().map { position, score in
                        ResponseScoreRecord(
                            rankerKey: record.key, groupKey: group.key, position: position, score: score.value,
                            readings: score.readings, measures: score.measures)
                    }
                })
            try progress.advance(by: batch.reduce(0) { $0 + $1.responses.count })
            try cell.checkInterruption()
        }
    }
}
