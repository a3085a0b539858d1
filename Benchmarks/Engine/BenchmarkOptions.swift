import ArgumentParser
import Foundation
import LanguageModel

extension Precision: ExpressibleByArgument {}

/// What every workload is told: model, data and how to run.
struct BenchmarkOptions: ParsableArguments {
    @Option(help: "Model: a GGUF file or a Hugging Face folder. Default: the one that `make setup` fetches.")
    var model: String?

    @Option(help: "Folder of prompts.jsonl and pairs.jsonl, which `prepare` writes.")
    var data = "bench-data"

    @Option(help: "Worker threads. Default: one per core.")
    var threads: Int?

    @Option(help: "Operand format of matrix products: float32 or bfloat16. Default: what the CPU is best at.")
    var precision: Precision?

    @Option(help: "Timed passes after one to warm up; the median counts.")
    var repeats = 3

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads is at least 1") }
        if repeats < 1 { throw ValidationError("--repeats is at least 1") }
    }

    /// Where `make setup` puts models and articles.
    static var cacheFolder: URL {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["PRECIS_CACHE"], !folder.isEmpty { return URL(fileURLWithPath: folder) }
        if let folder = environment["XDG_CACHE_HOME"], !folder.isEmpty {
            return URL(fileURLWithPath: folder).appendingPathComponent("precis")
        }
        return FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache/precis")
    }

    /// - Throws: `CheckpointError`, `TokenizationError`.
    func loadModel(storage: FloatBuffer.Storage = .memory) throws -> LoadedModel {
        let path = model ?? Self.cacheFolder.appendingPathComponent("SmolLM2-135M-Instruct.Q4_1.gguf").path
        return try LoadedModel(path: path, storage: storage)
    }

    func engine(_ loaded: LoadedModel, precision: Precision? = nil) -> LanguageModel {
        LanguageModel(
            loaded, precision: precision ?? self.precision ?? .preferred,
            pool: ThreadPool(threadCount: threads ?? ProcessInfo.processInfo.activeProcessorCount))
    }
}
