import Checkpoints
import Foundation

/// A place a model can be loaded from.
public enum ModelSource: Sendable, Hashable {
    case gguf(path: String)
    case huggingFace(folder: String)

    /// - Throws: `CheckpointError.unreadable` when there is nothing at `path`.
    public init(path: String) throws(CheckpointError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CheckpointError(
                .unreadable, file: path, reason: "does not exist",
                remedy: "Give a .gguf file, or a folder with config.json, tokenizer.json and safetensors weights.")
        }
        self = isFolder.boolValue ? .huggingFace(folder: path) : .gguf(path: path)
    }

    public var path: String {
        switch self {
        case .gguf(let path): path
        case .huggingFace(let folder): folder
        }
    }

    /// Reads configuration and weights alone, for models without a tokenizer.
    /// - Parameter storage: `.file` for weights that are not trained themselves: the float32 values leave memory once
    ///   the kernels' copies are made.
    /// - Throws: `CheckpointError`, before the weights are allocated for everything that can be seen then.
    public func loadWeights(
        into storage: FloatBuffer.Storage = .memory
    ) throws(CheckpointError) -> (configuration: ModelConfiguration, parameters: FloatBuffer) {
        switch self {
        case .gguf(let path):
            let file = try GGUFFile(path: path)
            let configuration = try ModelConfiguration(gguf: file)
            let weights = CheckpointWeights(file: file, format: .gguf, configuration: configuration)
            return (configuration, try weights.read(into: storage))
        case .huggingFace(let folder):
            let configuration = try ModelConfiguration(huggingFaceConfig: Self.file("config.json", in: folder))
            let file = try SafetensorsFolder(path: folder)
            let weights = CheckpointWeights(file: file, format: .huggingFace, configuration: configuration)
            return (configuration, try weights.read(into: storage))
        }
    }

    /// The weights that the file stores as codes; `nil` where there are none. Nothing of them is read yet.
    public func loadCodes(_ configuration: ModelConfiguration) throws(CheckpointError) -> CodedWeights? {
        switch self {
        case .gguf(let path): CodedWeights(file: try GGUFFile(path: path), configuration: configuration)
        case .huggingFace(let folder): CodedWeights(folder: try SafetensorsFolder(path: folder), configuration: configuration)
        }
    }

    /// Files whose bytes identify the model: weights, configuration and tokenizer, sorted by name.
    func identityFiles() throws(CheckpointError) -> [String] {
        switch self {
        case .gguf(let path): return [path]
        case .huggingFace(let folder):
            let others = ["config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"]
                .map { Self.file($0, in: folder) }.filter { FileManager.default.fileExists(atPath: $0) }
            return (try SafetensorsFolder(path: folder).files + others).sorted()
        }
    }

    static func file(_ name: String, in folder: String) -> String {
        URL(fileURLWithPath: folder, isDirectory: true).appendingPathComponent(name).path
    }
}
