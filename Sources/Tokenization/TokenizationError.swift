/// What is wrong with a tokenizer's files, a conversation or a prompt.
public enum TokenizationError: Error, Hashable, Sendable {
    /// The file could not be read or is not what its name says.
    case unreadable(source: String, reason: String)
    /// A field is absent or holds something impossible.
    case invalid(source: String, field: String, reason: String)
    /// A field asks for something that this program does not do.
    case unsupported(source: String, field: String, found: String, supported: String)
    /// The chat template cannot express this sequence of turns.
    case conversation(reason: String)
    /// The template alone, with an empty article, is longer than the limit.
    case promptTooLong(templateTokens: Int, maximumTokens: Int)
}

extension TokenizationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable(let source, let reason):
            "\(source): \(reason)"
        case .invalid(let source, let field, let reason):
            "\(source): \(field): \(reason)"
        case .unsupported(let source, let field, let found, let supported):
            "\(source): \(field): \(found) is not supported; supported: \(supported)"
        case .conversation(let reason):
            "conversation: \(reason)"
        case .promptTooLong(let template, let maximum):
            "the prompt takes \(template) tokens without any of the article, over the limit of \(maximum); raise the limit"
        }
    }
}
