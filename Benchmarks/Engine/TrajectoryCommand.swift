import Alignment
import ArgumentParser
import Foundation
import LanguageModel

/// The same DPO run in bfloat16 and in float32: loss and reward margin of every step side by side.
struct TrajectoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trajectory", abstract: "A DPO run in bfloat16 beside the same in float32; takes minutes.")

    @OptionGroup var options: BenchmarkOptions
    @Option(help: "Optimizer steps.") var steps = 50
    @Option(help: "Pairs of an optimizer step.") var batch = 4
    @Option(help: "Pairs in all; each epoch visits them in another order.") var pairs = 40
    @Option(help: "Peak learning rate.") var learningRate = 1e-5

    private struct Step {
        var loss: Double
        var margin: Double
    }

    func run() async throws {
        let loaded = try options.loadModel()
        let pairs = try BenchmarkData(options.data).pairs(pairs, template: loaded.chatTemplate)
        let bfloat16 = try await train(.bfloat16, loaded, pairs)
        let float32 = try await train(.float32, loaded, pairs)
        let rows: [[String: Any]] = zip(bfloat16, float32).enumerated().map { index, step in
            [
                "step": index + 1, "loss_bfloat16": step.0.loss, "loss_float32": step.1.loss,
                "margin_bfloat16": step.0.margin, "margin_float32": step.1.margin,
            ]
        }
        let last = zip(bfloat16, float32).suffix(10)
        func mean(_ value: ((Step, Step)) -> Double) -> Double { last.reduce(0) { $0 + value($1) } / Double(last.count) }
        let summary: [String: Any] = [
            "peer": "precis", "workload": "trajectory", "steps": rows,
            "last_ten": [
                "loss_bfloat16": mean { $0.0.loss }, "loss_float32": mean { $0.1.loss },
                "margin_bfloat16": mean { $0.0.margin }, "margin_float32": mean { $0.1.margin },
                // Batches differ from step to step; the two runs see the same ones.
                "largest_loss_difference": last.map { abs($0.0.loss - $0.1.loss) }.reduce(0, max),
                "largest_margin_difference": last.map { abs($0.0.margin - $0.1.margin) }.reduce(0, max),
            ],
        ]
        let line = try JSONSerialization.data(withJSONObject: summary, options: [.sortedKeys])
        FileHandle.standardOutput.write(line + Data("\n".utf8))
    }

    private func train(_ precision: Precision, _ loaded: LoadedModel, _ pairs: [BenchmarkData.Tokens]) async throws -> [Step] {
        var copy = loaded
        copy.parameters = loaded.parameters.copy()
        let model = options.engine(copy, precision: precision)
        let scores = try model.score(pairs.map(\.tree))
        var settings = TrainerSettings(learningRate: learningRate)
        settings.batchSize = batch
        settings.epochs = (steps + settings.stepsPerEpoch(pairs.count) - 1) / settings.stepsPerEpoch(pairs.count)
        let trainer = Trainer(
            model: model, data: .preference(examples(pairs, scores), PreferenceObjective(beta: 0.1)), settings: settings)
        var reports: [Step] = []
        struct Enough: Error {}
        do {
            _ = try await trainer.run { report in
                reports.append(
                    Step(loss: report.metrics["loss"] ?? .nan, margin: report.metrics["rewards/margins"] ?? .nan))
                FileHandle.standardError.write(Data("\(precision.rawValue) step \(report.step) of \(steps)\n".utf8))
                if report.step == steps { throw Enough() }
            }
        } catch is Enough {}
        return reports
    }
}
