import Checkpoints
import Foundation
import Tokenization

/// A model as it came from a file: what the engine, the tokenizer and the cache keys need.
public struct LoadedModel: Sendable {
    public var configuration: ModelConfiguration
    /// float32 weights in `ParameterLayout` order.
    public var parameters: FloatBuffer {
        didSet { codes = nil }
    }
    /// The weights as their file has them, where it has less than float32.
    public private(set) var codes: CodedWeights?
    public var tokenizer: any Tokenizer
    public var chatTemplate: ChatTemplate
    /// The chat template that the model states, as Jinja text; exports carry it on.
    public var chatTemplateSource: String?
    /// Identity of the model for cache keys: SHA-256 in hexadecimal of the GGUF file's bytes, or, for
    /// a folder, of one line `<sha256>  <name>` for each file that was read, sorted by name.
    public var contentHash: String
    /// Where it came from.
    public var source: ModelSource

    public init(
        configuration: ModelConfiguration, parameters: FloatBuffer, codes: CodedWeights? = nil, tokenizer: any Tokenizer,
        chatTemplate: ChatTemplate, chatTemplateSource: String?, contentHash: String, source: ModelSource
    ) {
        self.configuration = configuration
        self.parameters = parameters
        self.codes = codes
        self.tokenizer = tokenizer
        self.chatTemplate = chatTemplate
        self.chatTemplateSource = chatTemplateSource
        self.contentHash = contentHash
        self.source = source
    }

    /// Loads a GGUF file, or a Hugging Face folder with safetensors weights and `tokenizer.json`.
    /// - Parameters:
    ///   - chatTemplate: a style to use instead of the one the model states.
    ///   - storage: where the float32 weights live; see `ModelSource.loadWeights(into:)`.
    /// - Throws: `CheckpointError` or `TokenizationError` saying what is wrong with which file.
    public init(
        path: String, chatTemplate style: ChatTemplate.Style? = nil, storage: FloatBuffer.Storage = .memory
    ) throws {
        let source = try ModelSource(path: path)
        let identity = BackgroundDigest(files: try source.identityFiles())
        let (configuration, parameters) = try source.loadWeights(into: storage)
        let (tokenizer, stated) = try source.loadTokenizer()
        guard tokenizer.vocabularyCount <= configuration.vocabularyCount else {
            throw CheckpointError(
                .shapeMismatch, file: path,
                reason: "the tokenizer has \(tokenizer.vocabularyCount) tokens, the embedding \(configuration.vocabularyCount) rows",
                remedy: "Use the tokenizer that was saved with the weights.")
        }
        let template = try ChatTemplate(style ?? Self.style(stated, path: path), tokenizer: tokenizer)
        self.init(
            configuration: configuration, parameters: parameters, codes: try source.loadCodes(configuration),
            tokenizer: tokenizer, chatTemplate: template, chatTemplateSource: stated, contentHash: try identity.value(), source: source)
    }

    private static func style(_ jinja: String?, path: String) throws -> ChatTemplate.Style {
        guard let jinja else {
            throw CheckpointError(
                .missing, file: path, reason: "the model states no chat template",
                remedy: "Choose one of \(ChatTemplate.Style.named.map(\.key).joined(separator: ", ")), or use an instruction-tuned model.")
        }
        return try ChatTemplate.Style(recognizing: jinja, source: path)
    }
}

/// SHA-256 of files, computed on another thread while the weights are read.
private final class BackgroundDigest: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    private var result: Result<String, CheckpointError> = .success("")

    init(files: [String]) {
        DispatchQueue.global(qos: .userInitiated).async { [self] in
            result = Result { () throws(CheckpointError) in try Self.digest(files) }
            done.signal()
        }
    }

    /// Waits for the digest; call once.
    func value() throws(CheckpointError) -> String {
        done.wait()
        return try result.get()
    }

    private static func digest(_ files: [String]) throws(CheckpointError) -> String {
        if files.count == 1 { return try SHA256.hexDigest(ofFile: files[0]) }
        var listing = SHA256()
        for path in files {
            let name = URL(fileURLWithPath: path).lastPathComponent
            listing.update("\(try SHA256.hexDigest(ofFile: path))  \(name)\n")
        }
        return listing.hexDigest()
    }
}

extension FloatBuffer.Storage {
    /// For weights that are packed and then seldom read: their float32 values leave memory.
    public static var temporaryFile: Self { .file(folder: FileManager.default.temporaryDirectory.path) }
}
