import ArgumentParser
import Foundation
import LanguageModel
import Tokenization

/// Options of commands that use a model by itself, without a study.
public struct ModelOptions: ParsableArguments {
    @Option(help: "Model: a GGUF file, or a Hugging Face folder. Default: SmolLM2-135M-Instruct from the cache folder.")
    public var model: String?

    @Option(help: "LoRA adapter: a PEFT folder for this model.")
    public var adapter: String?

    @Option(help: "Operand format of matrix products: float32 or bfloat16. Default: bfloat16 where the CPU multiplies it natively.")
    public var precision: Precision?

    @Option(help: "Worker threads. Default: one per core. Results do not depend on it.")
    public var threads: Int?

    public init() {}

    public func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads is at least 1") }
    }

    /// - Parameter storage: where the float32 weights live.
    /// - Throws: `CheckpointError`, `TokenizationError`.
    public func load(into storage: FloatBuffer.Storage = .memory) throws -> LoadedModel {
        try LoadedModel(path: model ?? InputCache.path("SmolLM2-135M-Instruct.Q4_1.gguf"), storage: storage)
    }

    /// The engine for a loaded model, with the adapter where one was given.
    public func engine(_ loaded: LoadedModel) throws -> sending LanguageModel {
        let precision = precision ?? .preferred
        let model = LanguageModel(
            loaded, precision: precision, pool: ThreadPool(threadCount: threads ?? ProcessInfo.processInfo.activeProcessorCount))
        if let adapter {
            model.adapter = try LowRankAdapter(peftFolder: adapter, layout: model.layout, precision: precision)
        }
        return model
    }
}
