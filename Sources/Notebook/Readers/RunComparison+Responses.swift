extension RunComparison {
    /// A round, or a comparison of responses, beside its namesake in the other run.
    public struct Responses: Sendable, Equatable {
        public var name: String
        /// Rows that both have.
        public var rowCount: Int
        /// Those that differ, and those that only one has, in order.
        public var differingRows: [String]
        public var isIdentical: Bool { differingRows.isEmpty }
    }
}

extension Store {
    /// The rows of a run's rounds and comparisons of responses: by name and place what the run gave there.
    func responseResults(of run: RunRecord) throws -> [String: [String: KeyValue]] {
        var results: [String: [String: KeyValue]] = [:]
        for round in try responseRounds(runID: run.id) {
            var rows: [String: KeyValue] = [
                "drops": .array([.object(round.pairDrops.mapValues(KeyValue.int)), .object(round.instructionDrops.mapValues(KeyValue.int))])
            ]
            for group in try scoredGroups(of: round) {
                for (sample, score) in group.rows {
                    rows["response \(sample.sampleIndex) to \(group.instruction.id)"] = [
                        .string(sample.text), .string(sample.finishReason), score?.score.map(KeyValue.double) ?? .null,
                        .array((score?.readings ?? []).map { $0.map(KeyValue.double) ?? .null }),
                        .object((score?.measures ?? [:]).mapValues(KeyValue.double)),
                    ]
                }
            }
            for pair in try pairs(pairSetKey: round.pairSetKey) {
                rows["pair of \(pair.articleID)"] = [.int(pair.chosenIndex), .int(pair.rejectedIndex)]
            }
            results["round \(round.round)"] = rows
        }
        for comparison in try responseComparisons(runID: run.id) {
            var rows: [String: KeyValue] = [:]
            for row in try comparison.id.map(rows(ofResponseComparison:)) ?? [] {
                rows["instruction \(row.instructionID)"] = [
                    .string(row.challenger), .string(row.challengerFinish), row.challengerScore.map(KeyValue.double) ?? .null,
                    .string(row.opponent), .string(row.opponentFinish), row.opponentScore.map(KeyValue.double) ?? .null,
                ]
            }
            results[comparison.name] = rows
        }
        return results
    }

    /// Rounds and comparisons of responses that both runs have.
    func compare(
        _ first: [String: [String: KeyValue]], _ second: [String: [String: KeyValue]]
    ) -> [RunComparison.Responses] {
        Set(first.keys).intersection(second.keys).sorted().map { name in
            let (a, b) = (first[name] ?? [:], second[name] ?? [:])
            let places = Set(a.keys).union(b.keys).sorted()
            return RunComparison.Responses(
                name: name, rowCount: places.count { a[$0] != nil && b[$0] != nil },
                // Not `==` on texts: canonically equivalent strings are different results.
                differingRows: places.filter { a[$0].map { Array($0.canonicalJSON.utf8) } != b[$0].map { Array($0.canonicalJSON.utf8) } })
        }
    }
}
