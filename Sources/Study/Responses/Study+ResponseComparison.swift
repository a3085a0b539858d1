import Instructions
import Notebook
import Reporting

extension Study {
    /// Compares two policies' responses to the same instructions by a ranker: the challenger's against the opponent's.
    ///
    /// - Parameters:
    ///   - set: the instructions' set, whose texts the report shows.
    ///   - name: unique within the run; by default from the policies and the ranker.
    public func compare(
        _ challenger: ResponseSet, against opponent: ResponseSet, of set: InstructionSet, by ranker: any ResponseRanker,
        as name: String? = nil, line: Int = #line
    ) async throws {
        let record = ranker.record
        let name = name ?? "\(challenger.policy.label) against \(opponent.policy.label) by \(ranker.name)"
        let inputs: [String: KeyValue] = [
            "challenger": .string(challenger.key), "opponent": .string(opponent.key),
            "instructions": .array(challenger.instructions.map { .string($0.key) }), "ranker": .string(record.key),
            "name": .string(name),
        ]
        try await step(
            ranker.step("compare \(name)"), inputs: inputs, line: line,
            work: { ranker.work(groups: challenger.instructions.count, responsesPerGroup: 2) }
        ) { cell in
            guard challenger.instructions == opponent.instructions else {
                throw UserFailure(
                    "cannot compare \(name)", why: "the two answered different instructions", exitStatus: .internalError)
            }
            let (first, second) = (try challenger.samples(), try opponent.samples())
            let sides = try challenger.instructions.map { instruction in
                (
                    instruction, challenger: try challenger.complete(first, instruction)[0],
                    opponent: try opponent.complete(second, instruction)[0]
                )
            }
            let groups = sides.map { ResponseGroup(instruction: $0.0.text, responses: [$0.opponent.text, $0.challenger.text]) }
            try await score(groups, with: ranker, cell: cell)
            let known = try store.responseScores(rankerKey: record.key)
            let rows = zip(sides, groups).enumerated().map { position, entry in
                let (side, scores) = (entry.0, known[entry.1.key] ?? [])
                return ResponseComparisonRowRecord(
                    position: position, instructionID: side.0.key, challenger: side.challenger,
                    challengerScore: scores.last?.score, opponent: side.opponent, opponentScore: scores.first?.score)
            }
            let comparison = ResponseComparisonRecord(
                runID: notebook?.runID ?? "", name: name, round: challenger.policy.round,
                challengerLabel: challenger.policy.label, opponentLabel: opponent.policy.label, rankerKey: record.key,
                instructionSetKey: set.key)
            let id = try store.save(responseComparison: comparison, rows: rows)
            let result = try store.responseComparison(comparison, id: id)
            cell.show(try ResponseTables.comparisons([result], rootSeed: settings.seed).markdown())
        }
    }

    /// Shows instructions with the opponent's and the challenger's responses, as stored by `compare`.
    public func showBeforeAndAfter(_ challenger: ResponseSet, _ opponent: ResponseSet, line: Int = #line) async throws {
        let inputs: [String: KeyValue] = [
            "challenger": .string(challenger.key), "opponent": .string(opponent.key),
            "instructions": .array(challenger.instructions.map { .string($0.key) }), "shown": .int(settings.responses.shown),
        ]
        try await step("before and after", inputs: inputs, line: line) { cell in
            let (first, second) = (try challenger.samples(), try opponent.samples())
            let comparison = ResponseComparison(
                name: "before and after", round: challenger.policy.round, challenger: challenger.policy.label,
                opponent: opponent.policy.label, ranker: RankerDescription(key: "", name: "", isRelative: true),
                rows: try challenger.instructions.map { instruction in
                    ResponseComparison.Row(
                        instructionID: instruction.key, instruction: instruction.text,
                        challenger: try challenger.complete(first, instruction)[0].response(score: nil),
                        opponent: try opponent.complete(second, instruction)[0].response(score: nil))
                })
            let table = ResponseTables.beforeAndAfter(comparison, count: settings.responses.shown)
            cell.show(table.markdown(), inTerminal: table.wrappedText(width: 110))
        }
    }
}

extension SampleRecord {
    func response(score: Double?) -> ResponseComparison.Response {
        ResponseComparison.Response(text: text, words: words, isCutOff: isCutOff, score: score)
    }
}
