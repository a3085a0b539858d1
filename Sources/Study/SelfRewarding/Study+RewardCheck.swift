import Instructions
import Notebook
import Preferences
import SelfRewards
import Statistics

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
            "check the reward", inputs: inputs, line: line,
            // Each ranker counts from the start.
            work: { StepWork(units: instructions.count * 4, unit: "responses", referenceUnits: Double(rankers.count)) }
        ) { cell in
            let groups = foils(of: try responses.groups(), instructions)
            var checks: [RewardCheck] = []
            for (mode, ranker) in rankers {
                try await score(groups, with: ranker, cell: cell)
                let scores = try store.responseScores(rankerKey: ranker.record.key)
                checks.append(
                    try RewardCheck(
                        mode: mode, scores: zip(instructions, groups).map { ($0.key, scores[$1.key] ?? []) },
                        bootstrap: ArticleBootstrap(rootSeed: settings.seed)))
            }
            cell.show(RewardCheck.table(checks, chosen: choice.mode))
            if let own = checks.first(where: { $0.mode == choice.mode }) { cell.show(own.finding) }
        }
    }

    /// Each response, and after it one text per way of making it worse.
    private func foils(of groups: [ResponseGroup], _ instructions: [Instruction]) -> [ResponseGroup] {
        groups.indices.map { index in
            let response = groups[index].responses[0]
            let other = groups[(index + 1) % groups.count].responses[0]
            var random = SeededRandom(rootSeed: settings.seed, purpose: "foils", article: instructions[index].key)
            return ResponseGroup(
                instruction: groups[index].instruction,
                responses: [response] + ResponseFoil.allCases.map { $0.text(of: response, other: other, random: &random) })
        }
    }
}

/// How well one mode of a reward tells responses from what is worse.
struct RewardCheck {
    var mode: RewardMode
    /// Share of instructions on which the response is preferred to its foil, equal scores counting half; `nil` without
    /// any pair of scores.
    var preference: [ResponseFoil: Estimate] = [:]
    /// Responses and foils with a score, of all.
    var scored: Int
    var count: Int

    /// - Parameter scores: by instruction, of the response and then of each foil.
    /// - Throws: `StatisticsError`.
    init(mode: RewardMode, scores: [(id: String, scores: [ResponseScoreRecord])], bootstrap: ArticleBootstrap) throws {
        self.mode = mode
        let all = scores.flatMap(\.scores)
        count = all.count
        scored = all.count { $0.score != nil }
        for (place, foil) in ResponseFoil.allCases.enumerated() {
            let rows = scores.compactMap { entry -> (articleID: String, value: Double)? in
                guard entry.scores.count > place + 1,
                    let value = ResponseFoil.preference(entry.scores[0].score, over: entry.scores[place + 1].score)
                else { return nil }
                return (entry.id, value)
            }
            if rows.isEmpty { continue }
            preference[foil] = bootstrap.mean(of: try ArticleScores(rows), metric: "reward/\(mode.rawValue)/\(foil.rawValue)")
        }
    }

    static func table(_ checks: [RewardCheck], chosen: RewardMode) -> String {
        var text = "How often a response is preferred to a worse text (50 % is chance):\n\n"
        text += "| reward | scored |" + ResponseFoil.allCases.map { " over \($0.rawValue) |" }.joined() + " |\n"
        text += "|---|---|" + ResponseFoil.allCases.map { _ in "---|" }.joined() + "---|\n"
        for check in checks {
            let cells = ResponseFoil.allCases.map { foil in
                " " + (check.preference[foil].map(NumberFormat.percent) ?? "-") + " |"
            }
            text += "| \(check.mode.label) | \(check.scored) of \(check.count) |" + cells.joined()
                + (check.mode == chosen ? " chosen |\n" : " |\n")
        }
        return text
    }

    /// What the check says of the mode, in words that say no more than the intervals do.
    var finding: String {
        let told = ResponseFoil.allCases.filter { (preference[$0]?.interval?.lower ?? 0) > 0.5 }
        let wrong = ResponseFoil.allCases.filter { (preference[$0]?.interval?.upper ?? 1) < 0.5 }
        let open = ResponseFoil.allCases.filter { !told.contains($0) && !wrong.contains($0) }
        func list(_ foils: [ResponseFoil]) -> String { foils.map(\.rawValue).joined(separator: " or ") }
        var parts: [String] = []
        if !told.isEmpty { parts.append("tells a response from \(list(told))") }
        if !open.isEmpty { parts.append("cannot be shown to tell it from \(list(open))") }
        if !wrong.isEmpty { parts.append("prefers \(list(wrong)) to it") }
        return "The chosen reward (\(mode.label)) " + parts.joined(separator: ", and ") + "."
    }
}
