import ArgumentParser
import Foundation
import LanguageModel
import Notebook

/// Options that every experiment understands.
public struct StudyOptions: ParsableArguments {
    @Option(help: "Size of the study: \(Preset.allCases.map(\.rawValue).joined(separator: ", ")).")
    public var preset = Preset.quick

    @Option(help: "Folder that keeps the store, weights and reports.", completion: .directory)
    public var workspace = "workspace"

    @Option(help: "Model: a GGUF file, or a Hugging Face folder. Default: SmolLM2-135M-Instruct from the cache folder.", completion: .file())
    public var model: String?

    @Option(
        name: .customLong("base-model"),
        help: ArgumentHelp(
            "The model's name on the Hugging Face Hub, for the cards of what is published. Default: what its config.json says.",
            valueName: "owner/name"))
    public var baseModel: String?

    @Option(
        help: "Articles: JSON Lines or CSV with an article or text column, or one article per line. Default: the Lee corpus from the cache folder.",
        completion: .file())
    public var articles: String?

    @Option(
        help: "Judge: cloze, prompted:original, prompted:PATH (a local model) or openai:MODEL@URL.",
        completion: .list(["cloze", "prompted:original", "prompted:", "openai:"]),
        transform: JudgeSelection.init(argument:))
    public var judge = JudgeSelection.cloze

    @OptionGroup(title: "Endpoints") public var endpoints: EndpointOptions

    @OptionGroup(title: "Instructions") public var instructions: InstructionOptions

    @OptionGroup(title: "Rounds") public var roundOptions: RoundOptions

    @Option(help: "YAML file of settings.", completion: .file(extensions: ["yaml", "yml"]))
    public var config: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("Override one setting; may be repeated.", valueName: "key=value"))
    public var overrides: [String] = []

    @Option(help: "Operand format of matrix products: float32 or bfloat16. Default: bfloat16 where the CPU multiplies it natively.")
    public var precision: Precision?

    @Option(help: "Worker threads. Default: one per core. Results do not depend on it.")
    public var threads: Int?

    @Flag(help: "Write JSON Lines to standard output instead of text.")
    public var json = false

    public init() {}

    public func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads is at least 1") }
        if let baseModel, !BaseModel.isHubName(baseModel) {
            throw ValidationError("--base-model is OWNER/NAME, as on the Hugging Face Hub, not \"\(baseModel)\"")
        }
    }

    public var workspaceURL: URL { URL(fileURLWithPath: workspace, isDirectory: true) }

    /// Preset, then `--config`, then `--set`.
    /// - Throws: `ConfigurationError`; `UserFailure` for a file that cannot be read.
    public func settings() throws -> StudySettings {
        let rounds = roundOptions.rounds.map { ["rounds=\($0)", "rewards.rounds=\($0)"] } ?? []
        return try Self.settings(preset: preset, config: config, overrides: rounds + overrides)
    }

    /// A preset's settings, changed by a YAML file and by `key=value` overrides.
    /// - Throws: `ConfigurationError`; `UserFailure` for a file that cannot be read.
    public static func settings(preset: Preset, config: String?, overrides: [String]) throws -> StudySettings {
        var settings = preset.settings
        if let config {
            guard let yaml = try? String(contentsOfFile: config, encoding: .utf8) else {
                throw UserFailure(
                    "cannot read the configuration", location: config, why: "there is no such text file",
                    remedy: "check the path given with --config", exitStatus: .missingInput)
            }
            try settings.apply(yaml: yaml, file: config)
        }
        try settings.apply(overrides: overrides)
        return settings
    }

    /// Names of the model and of what it is studied on, for readers of the results.
    func subjects(_ subject: StudySubject) -> [String: String] {
        func name(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }
        if subject == .instructions { return ["model": name(modelPath), "instructions": instructions.name] }
        let judgeName: String =
            if case .prompted(let model?) = judge { "prompted:" + name(model) } else { judge.description }
        return ["model": name(modelPath), "articles": name(articlesPath), "judge": judgeName]
    }

    var modelPath: String { model ?? InputCache.path("SmolLM2-135M-Instruct.Q4_1.gguf") }
    var articlesPath: String { articles ?? InputCache.path("lee_background.cor") }
    var resolvedPrecision: Precision { precision ?? .preferred }
    var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }
}

extension Preset: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

/// The folder that set-up fills with the default model and articles: `PRECIS_CACHE`, or `precis` in the
/// user's cache folder.
public enum InputCache {
    public static var folder: URL {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["PRECIS_CACHE"], !folder.isEmpty {
            return URL(fileURLWithPath: folder, isDirectory: true)
        }
        if let cache = environment["XDG_CACHE_HOME"], !cache.isEmpty {
            return URL(fileURLWithPath: cache, isDirectory: true).appendingPathComponent("precis")
        }
        return FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache/precis")
    }

    static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
}
