import ArgumentParser
import Foundation
import LanguageModel
import Notebook
import Study

struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train a model or an adapter on a file of preference pairs.",
        discussion: """
            Reads TRL's conversational format, as `precis export pairs` writes it. The settings are those of the \
            experiments: preference_tuning_config.beta, learning_rate, num_epochs, train_batch_size_per_device, \
            lora_config.*, training.*; `beta-sweep settings` lists them. Metrics of every update go to standard output \
            as JSON lines. Interrupted or killed, the same command continues to the same bytes.
            """)

    @OptionGroup var options: ModelOptions

    @Option(help: "File of pairs, one JSON object a line.", completion: .file(extensions: ["jsonl"]))
    var pairs: String

    @Option(name: .customLong("to"), help: "Folder of the run; the weights are its `model` or `adapter`.", completion: .directory)
    var folder: String

    @Option(help: "dpo prefers the chosen completions to the rejected ones, sft imitates the chosen ones.")
    var method = PairFileTraining.Method.dpo

    @Flag(help: "Train a LoRA adapter (lora_config.*) instead of all weights.")
    var lora = false

    @Option(help: "YAML file of settings.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("Override one setting; may be repeated.", valueName: "key=value"))
    var overrides: [String] = []

    func validate() throws {
        if lora, method == .sft { throw ValidationError("--lora goes with --method dpo") }
        if options.adapter != nil {
            throw ValidationError("training starts from a whole model; merge the adapter into it first")
        }
    }

    func run() async throws {
        Interruption.handleSignals()
        let settings = try StudyOptions.settings(preset: .quick, config: config, overrides: overrides)
        let file = try PairFile(path: pairs)
        // Weights that stay as they are need not stay in memory.
        let loaded = try options.load(into: lora ? .temporaryFile : .memory)
        let training = PairFileTraining(
            method: method, throughAdapter: lora, settings: settings, folder: URL(fileURLWithPath: folder))
        let result = try await training.run(
            file, loaded: loaded, model: try options.engine(loaded), interruption: .signals
        ) { report in
            var members: [String: KeyValue] = ["step": .int(report.step), "steps": .int(report.totalSteps)]
            for (name, value) in report.metrics { members[name] = value.isFinite ? .double(value) : .null }
            Answer.write(KeyValue.object(members).canonicalJSON + "\n")
        }
        Console().log("trained weights: \(result.path)")
    }
}

extension PairFileTraining.Method: ExpressibleByArgument {}
