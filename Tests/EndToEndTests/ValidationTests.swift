import Foundation
import Testing

/// What training measures on its way, as a program that watches the run sees it.
@Suite(.serialized) struct ValidationTests {
    private struct Event: Decodable {
        var event: String
        var name: String?
        var step: Int?
        var values: [String: Double?]?
    }

    /// The best validation loss is not the best win rate, so both are kept.
    @Test func rule14_validationLossAndWinRateAreBothLogged() async throws {
        let workspace = try TemporaryFolder()
        let run = try await Program(product: "lora-rank64").run(
            ["run", "--json"] + StudyTests.tiny + ["--set", "training.eval_steps=1", "--workspace", workspace.url.path],
            timeout: .seconds(600))
        try #require(run.exitCode == 0, "\(run)")
        let steps = try run.standardOutput.split(separator: "\n")
            .map { try JSONDecoder().decode(Event.self, from: Data($0.utf8)) }
            .filter { $0.event == "metric" && $0.name == "training" }
        #expect(!steps.isEmpty && steps.map(\.step) == Array(1...steps.count))
        for step in steps {
            let values = try #require(step.values)
            for name in ["loss", "eval_loss", "eval_rewards/margins", "eval_rewards/accuracies", "eval_win_rate"] {
                let value = try #require(values[name] ?? nil, "\(name) of step \(step.step ?? 0)")
                #expect(value.isFinite)
            }
            #expect((0...1).contains((values["eval_win_rate"] ?? nil) ?? -1))
        }
        // Held-out pairs at the reference itself: before the first update the rate is 0 in warm-up.
        let first = try #require(steps.first?.values)
        #expect(first["learning_rate"] == 0 && abs(((first["eval_loss"] ?? nil) ?? 0) - 0.693147) < 1e-4)
    }
}
