import Notebook
import Preferences
import Reporting
import SelfRewards

/// What a run on instructions does otherwise than the recipe that it follows, from its settings and rows.
struct ResponseDeviations {
    let run: RunRecord
    let rounds: [ResponseRound]
    let comparisons: [ResponseComparison]

    var sentences: [String] {
        switch run.experiment {
        case "pairrm": pairRM
        case "self-rewarding": selfRewarding
        default: []
        }
    }

    private var subjects: [String: String] { run.provenance.subjects ?? [:] }
    private var model: String { subjects["model"] ?? "a small model" }

    private func number(_ group: String, _ name: String) -> Double? { run.settings[group]?.members[name]?.number }

    private func text(_ group: String, _ name: String) -> String? {
        if case .string(let text)? = run.settings[group]?.members[name] { text } else { nil }
    }

    /// Settings that differ, as "4 candidates (the paper: 3)".
    private func differing(_ group: String, _ settings: [(name: String, label: String, theirs: Double)], source: String) -> [String] {
        settings.compactMap { setting in
            guard let ours = number(group, setting.name), abs(ours - setting.theirs) > 1e-6 * setting.theirs else { return nil }
            func shown(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : Float(value).description }
            return "\(setting.label): \(shown(ours)) (\(source): \(shown(setting.theirs)))."
        }
    }

    /// The study's rule for responses at the token limit, and how often it decided.
    private var cutOffRule: [String] {
        switch text("responses", "truncated").flatMap(TruncatedSamples.init(rawValue:)) {
        case .reject?:
            let (passed, pairs) = passedOver
            return [
                "A response that hits the token limit can be rejected but not chosen, so a pair is not always the highest score "
                    + "against the lowest: in \(passed) of \(pairs) pairs a cut-off response scored above the chosen one."
            ]
        case .exclude?: return ["Responses that hit the token limit stand in no pair."]
        case .allow?, nil: return []
        }
    }

    /// Pairs whose instruction has a response with a higher score than the chosen one, of all.
    private var passedOver: (Int, of: Int) {
        var counts = (0, 0)
        for round in rounds {
            let highest = Dictionary(grouping: round.scored.responses, by: \.instructionID).mapValues { $0.compactMap(\.score).max() ?? 0 }
            counts.0 += round.pairs.count { $0.chosenScore < highest[$0.instructionID] ?? $0.chosenScore }
            counts.1 += round.pairs.count
        }
        return (counts.0, of: counts.1)
    }

    private var pairRM: [String] {
        var sentences = ["Model: \(model), not Mistral-7B-Instruct-v0.2."]
        let instructions = rounds.first.map { Set($0.scored.responses.map(\.instructionID)).count } ?? 0
        sentences.append(
            "Instructions: \(instructions) of \(subjects["instructions"] ?? "the file given"); the recipe takes 50 of LIMA.")
        if run.settings["ranker"] == "self", let name = rounds.first?.scored.ranker.name {
            sentences.append("Ranker: \(name); PairRM ranks only where --ranker names its folder.")
        }
        sentences += differing("responses", [("perInstruction", "Responses per instruction", 5)], source: "the recipe")
        return sentences + cutOffRule
    }

    private var selfRewarding: [String] {
        var sentences = ["Model: \(model), not Llama 2 70B."]
        let judgements = number("rewards", "judgements").map { Int($0) } ?? 0
        if let mode = text("rewards", "mode").flatMap(RewardMode.init(rawValue:)), mode != .text {
            sentences.append(
                "Reward: \(mode.label), not the mean of the scores that the model writes under the rubric; those, "
                    + "\(judgements) per response, and the expected score over the digits are recorded beside it.")
        } else {
            sentences += differing("rewards", [("judgements", "Judgements per response", 3)], source: "the paper")
        }
        sentences += cutOffRule
        switch run.settings["judgeExamples"] {
        case .string?: sentences.append("M0 learned to grade from a file of examples; it was not tuned on instructions first.")
        default: sentences.append("M0 is the model as it came: neither tuned on instructions (IFT) nor on grading (EFT) first.")
        }
        let counts = rounds.map { round in "\(Set(round.scored.responses.map(\.instructionID)).count)" }
        sentences.append(
            "New instructions per round: \(counts.isEmpty ? "none yet" : counts.joined(separator: ", ")), which give "
                + "\(rounds.isEmpty ? "no" : rounds.map { "\($0.pairs.count)" }.joined(separator: ", ")) pairs (the paper: 3,964 and 6,942 pairs in its "
                + "two rounds). They are written by the model that is trained, in the paper by a fixed one.")
        sentences += differing(
            "rewards",
            [
                ("candidates", "Responses per instruction", 4), ("temperature", "Temperature", 0.7), ("topP", "Top-p", 0.9),
                ("beta", "Beta", 0.1),
            ], source: "the paper")
        if !comparisons.contains(where: \.ranker.isRelative) {
            sentences.append("PairRM did not compare the rounds: no --ranker was given, so every judge here is a model's own reward.")
        }
        return sentences
    }
}
