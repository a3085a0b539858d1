import ArgumentParser
import Foundation
import LanguageModel
import Notebook
import Study

struct ConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write a model as a Hugging Face folder or a GGUF file, an adapter merged in.",
        discussion: """
            transformers reads the folder; llama.cpp, Ollama and others read the file. With --adapter, the LoRA \
            adapter's weights are added to the model's.
            """)

    @OptionGroup var options: ModelOptions

    @Option(name: .customLong("to"), help: "Folder to write, or a file whose name ends in .gguf.", completion: .directory)
    var target: String

    @Option(help: "Format of the matrices: \(WeightFormat.allCases.map(\.rawValue).joined(separator: ", ")). Default: float32 in a folder, float16 in a GGUF file.")
    var weights: WeightFormat?

    @Option(help: "Name of the model in its card or metadata. Default: the name of the folder or file.")
    var name: String?

    private var isGGUF: Bool { target.lowercased().hasSuffix(".gguf") }

    func validate() throws {
        if weights == .q8_0, !isGGUF { throw ValidationError("q8_0 is a GGUF format; give --to a name that ends in .gguf") }
    }

    func run() async throws {
        var loaded = try options.load()
        let source = URL(fileURLWithPath: loaded.source.path).lastPathComponent
        if options.adapter != nil {
            let model = try options.engine(loaded)
            model.adapter?.merge(into: model.parameters, layout: model.layout)
            loaded.parameters = model.parameters
        }
        let name = name ?? URL(fileURLWithPath: target).deletingPathExtension().lastPathComponent
        if isGGUF {
            try loaded.writeGGUF(to: target, weights: weights ?? .float16, name: name)
        } else {
            let merged = options.adapter.map { " with the adapter \(URL(fileURLWithPath: $0).lastPathComponent) merged in" }
            try loaded.writeHuggingFaceFolder(
                to: target, weights: weights ?? .float32,
                card: ModelCard(name: name, tags: ["precis"], body: "Converted from \(source)\(merged ?? "") by `precis convert`."))
        }
        Answer.write(target + "\n")
    }
}

extension WeightFormat: ExpressibleByArgument {}
