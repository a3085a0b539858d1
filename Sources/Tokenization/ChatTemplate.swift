/// How a model wants a conversation written.
///
/// Message content is never read for special tokens: an article that spells `<|im_end|>` is encoded as those
/// characters, so it cannot end its own turn. For content without such spellings the ids equal those of
/// `apply_chat_template` in transformers.
public struct ChatTemplate: Sendable {
    public let style: Style
    /// The tokenizer whose ids `render` gives.
    public let tokenizer: any Tokenizer
    /// Id that closes the assistant's turn; the last scored token of an answer.
    public let endOfTurn: Int32

    /// A family of templates with what varies inside it.
    public enum Style: Sendable, Hashable {
        /// `<|im_start|>role\ncontent<|im_end|>\n`. The default system turn is written when the conversation
        /// does not start with one.
        case chatML(defaultSystemTurn: String?)
        /// `[INST] content [/INST]answer</s>`.
        case mistral(MistralLayout)
        /// `<|start_header_id|>role<|end_header_id|>\n\ncontent<|eot_id|>`, content trimmed. With a date, the
        /// system turn opens with Llama 3.1's knowledge and "today" lines and is always written.
        case llama3(today: String?)

        /// SmolLM2-Instruct's own template.
        public static let smolLM2 = chatML(
            defaultSystemTurn: "You are a helpful AI assistant named SmolLM, trained by Hugging Face")
        public static let mistral = mistral(.v1)
        public static let llama3 = llama3(today: nil)
        /// The date is the one that Llama 3.1's template states when it is given none.
        public static let llama3_1 = llama3(today: "26 Jul 2024")

        /// Styles by the names that settings use.
        public static let named: KeyValuePairs<String, Style> = [
            "smollm2": .smolLM2, "chatml": .chatML(defaultSystemTurn: nil),
            "mistral": .mistral, "mistral-v0.2": .mistral(.v2), "mistral-revised": .mistral(.v1Revised),
            "llama3": .llama3, "llama3.1": .llama3_1,
        ]
    }

    /// - Throws: `TokenizationError` if the vocabulary lacks a token that the style is written with.
    public init(_ style: Style, tokenizer: any Tokenizer) throws(TokenizationError) {
        self.style = style
        self.tokenizer = tokenizer
        endOfTurn = try Self.special(style.endOfTurn, in: tokenizer)
        for spelling in style.otherTokens { _ = try Self.special(spelling, in: tokenizer) }
    }

    private static func special(_ spelling: String, in tokenizer: any Tokenizer) throws(TokenizationError) -> Int32 {
        guard let id = tokenizer.id(ofToken: spelling), tokenizer.isSpecial(id) else {
            throw .invalid(
                source: "vocabulary", field: spelling,
                reason:
                    "the chat template needs this special token; choose the template that the model was trained with")
        }
        return id
    }

    /// Ids that end generation: the end of the turn and the tokenizer's own end.
    public var stopTokens: [Int32] {
        tokenizer.endOfTurn == endOfTurn ? [endOfTurn] : [endOfTurn, tokenizer.endOfTurn]
    }
}

extension ChatTemplate.Style {
    var endOfTurn: String {
        switch self {
        case .chatML: "<|im_end|>"
        case .mistral: "</s>"
        case .llama3: "<|eot_id|>"
        }
    }

    /// Special tokens besides the end of turn without which the style cannot be written.
    fileprivate var otherTokens: [String] {
        switch self {
        case .chatML: ["<|im_start|>"]
        case .mistral: ["<s>"]
        case .llama3: ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>"]
        }
    }
}

/// What varies among Mistral-Instruct's templates.
public struct MistralLayout: Sendable, Hashable {
    /// Written before the user's content.
    public var opening: String
    /// Written after the user's content.
    public var closing: String
    /// Written before the assistant's content.
    public var answerPrefix: String
    /// Written after the end-of-sequence token.
    public var answerSuffix: String
    /// Whether a system turn is put before the first user's content, with an empty line between; otherwise one is
    /// an error.
    public var takesSystemTurn: Bool

    /// Mistral-7B-Instruct-v0.1 as published with the model.
    public static let v1 = MistralLayout(
        opening: "[INST] ", closing: " [/INST]", answerPrefix: "", answerSuffix: " ", takesSystemTurn: false)
    /// Mistral-7B-Instruct-v0.2 as published with the model.
    public static let v2 = MistralLayout(
        opening: "[INST] ", closing: " [/INST]", answerPrefix: "", answerSuffix: "", takesSystemTurn: false)
    /// The template that later replaced both.
    public static let v1Revised = MistralLayout(
        opening: " [INST] ", closing: " [/INST]", answerPrefix: " ", answerSuffix: "", takesSystemTurn: true)
}
