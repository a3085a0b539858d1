import Instructions
import Notebook
import Preferences
import Reporting
import SelfRewards

extension Study {
    /// Whether the original model's reward tells a response from what is plainly worse: another instruction's, its own
    /// first half, its words scrambled. Every mode is tried on the same responses to training instructions, so that
    /// `rewards.mode` can be chosen on data.
    public func checkReward(on set: InstructionSet, line: Int = #line) async throws {
        let choice = settings.rewards
        let instructions = Array(set.train.prefix(choice.checkInstructions))
        let responses = try await responses(
            to: instructions, by: original,
            sampling: ResponseSampling(
                perInstruction: 1, temperature: choice.temperature, topP: choice.topP,
                maximumTokens: settings.responses.maximumTokens),
            step: "respond to check the reward", line: line)
        let rankers = try RewardMode.allCases.map { (mode: $0, ranker: try selfReward(by: original, mode: $0)) }
        let inputs: [String: KeyValue] = [
            "responses": .string(responses.key), "instructions": .array(instructions.map { .string($0.key) }),
            "rankers": .array(rankers.map { .string($0.ranker.record.key) }), "seed": KeyValue(settings.seed),
        ]
        try await step(
            Self.rewardCheckStep, inputs: inputs, line: line,
            // Each ranker counts from the start.
            work: { StepWork(units: instructions.count * 4, unit: "responses", referenceUnits: Double(rankers.count)) }
        ) { cell in
            let groups = Self.foils(of: try responses.groups(), rootSeed: settings.seed)
            for ranker in rankers { try await score(groups, with: ranker.ranker, cell: cell) }
            let check = try store.rewardCheck(groups, rankerKeys: rankers.map(\.ranker.record.key), chosen: choice.mode)
            let (table, finding) = try ResponseTables.rewardCheck(check, rootSeed: settings.seed)
            cell.show(table.markdown())
            if let finding { cell.show(finding) }
        }
    }

    /// Name of the step.
    static let rewardCheckStep = "check the reward"

    /// Each response, and after it one text per way of making it worse.
    static func foils(of groups: [ResponseGroup], rootSeed: UInt64) -> [ResponseGroup] {
        groups.indices.map { index in
            let response = groups[index].responses[0]
            let other = groups[(index + 1) % groups.count].responses[0]
            var random = SeededRandom(
                rootSeed: rootSeed, purpose: "foils", article: Store.instructionID(groups[index].instruction))
            return ResponseGroup(
                instruction: groups[index].instruction,
                responses: [response] + ResponseFoil.allCases.map { $0.text(of: response, other: other, random: &random) })
        }
    }
}

extension Store {
    /// Scores of responses and of worse texts by each reward.
    /// - Parameter groups: as `Study.foils` makes them.
    func rewardCheck(_ groups: [ResponseGroup], rankerKeys: [String], chosen: RewardMode?) throws -> RewardCheck {
        RewardCheck(
            foils: ResponseFoil.allCases.map(\.rawValue),
            modes: try rankerKeys.compactMap { key in
                guard case .string(let name)? = try ranker(key: key)?.identity["settings"]?.members["mode"],
                    let mode = RewardMode(rawValue: name)
                else { return nil }
                let scores = try responseScores(rankerKey: key)
                return RewardCheck.Mode(
                    name: name, label: mode.label, isChosen: mode == chosen,
                    rows: groups.map { group in
                        RewardCheck.Row(
                            instructionID: Self.instructionID(group.instruction), scores: (scores[group.key] ?? []).map(\.score))
                    })
            })
    }

    /// The check of a run's reward, from its rows; `nil` where it made none.
    func rewardCheck(of run: RunRecord) throws -> RewardCheck? {
        let cells = try cells(runID: run.id)
        guard let cell = cells.first(where: { $0.name == Study.rewardCheckStep && $0.state == .done }),
            case .string(let setKey)? = cells.first(where: { $0.name == "instructions" })?.inputs["instructions"],
            case .string(let responses)? = cell.inputs["responses"], case .array(let ids)? = cell.inputs["instructions"],
            case .array(let rankers)? = cell.inputs["rankers"]
        else { return nil }
        func texts(_ values: [KeyValue]) -> [String] { values.compactMap { if case .string(let text) = $0 { text } else { nil } } }
        let instructions = Dictionary(
            try self.instructions(setKey: setKey).map { ($0.id, $0.text) }, uniquingKeysWith: { first, _ in first })
        let samples = Dictionary(
            try samples(setKey: responses).filter { $0.sampleIndex == 0 }.map { ($0.articleID, $0.text) },
            uniquingKeysWith: { first, _ in first })
        let groups = texts(ids).compactMap { id in
            instructions[id].flatMap { text in samples[id].map { ResponseGroup(instruction: text, responses: [$0]) } }
        }
        guard groups.count == ids.count else { return nil }
        var chosen: RewardMode?
        if case .string(let name)? = run.settings["rewards"]?.members["mode"] { chosen = RewardMode(rawValue: name) }
        return try rewardCheck(
            Study.foils(of: groups, rootSeed: run.provenance.seeds["root"] ?? 0), rankerKeys: texts(rankers), chosen: chosen)
    }
}
