import Foundation

/// Which judge asks and answers: the value of `--judge`.
///
/// | text | judge |
/// |---|---|
/// | `cloze` | the embedded one: cloze questions, answered by the original model's likelihood |
/// | `prompted:original` | the study's prompts, through the study's own model |
/// | `prompted:PATH` | the study's prompts, through a local model: a GGUF file or a Hugging Face folder |
/// | `openai:MODEL@URL` | the study's prompts, through an OpenAI-compatible server |
public enum JudgeSelection: Sendable, Hashable {
    case cloze
    /// A local model's path; `nil` for the study's own model.
    case prompted(model: String?)
    /// `MODEL@URL`, as its client reads it.
    case endpoint(String)

    private static let promptedPrefix = "prompted:"
    private static let endpointPrefix = "openai:"
    private static let originalModel = "original"

    /// - Throws: `Malformed`, which says what can be given.
    public init(argument: String) throws(Malformed) {
        if argument == "cloze" {
            self = .cloze
        } else if let model = Self.rest(of: argument, after: Self.promptedPrefix) {
            self = .prompted(model: model == Self.originalModel ? nil : model)
        } else if let address = Self.rest(of: argument, after: Self.endpointPrefix), address.contains("@") {
            self = .endpoint(address)
        } else {
            throw Malformed()
        }
    }

    private static func rest(of text: String, after prefix: String) -> String? {
        guard text.hasPrefix(prefix), text.count > prefix.count else { return nil }
        return String(text.dropFirst(prefix.count))
    }

    public struct Malformed: Error, Equatable, CustomStringConvertible {
        public var description: String {
            "give cloze, prompted:original, prompted:PATH (a GGUF file or a Hugging Face folder), or openai:MODEL@URL"
        }
    }
}

extension JudgeSelection: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cloze: "cloze"
        case .prompted(let model): Self.promptedPrefix + (model ?? Self.originalModel)
        case .endpoint(let address): Self.endpointPrefix + address
        }
    }
}
