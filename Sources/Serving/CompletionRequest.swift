import Tokenization

/// Sampling fields that both completions have. Fields that this server does not know are ignored, as OpenAI's
/// does; those that would change the answer are refused by `checkSupported`.
struct SamplingFields: Decodable {
    var model: String?
    var temperature: Float?
    var topP: Float?
    var maximumTokens: Int?
    var maximumCompletionTokens: Int?
    var seed: Int64?
    var n: Int?
    var stop: StopTexts?
    var stream: Bool?
    var streamOptions: StreamOptions?
    var presencePenalty: Double?
    var frequencyPenalty: Double?
    var bestOf: Int?
    /// An extension of vLLM and llama.cpp: answers go on to the token limit.
    var ignoresEndOfSequence: Bool?

    struct StreamOptions: Decodable {
        var includeUsage: Bool?
        enum CodingKeys: String, CodingKey { case includeUsage = "include_usage" }
    }

    enum CodingKeys: String, CodingKey {
        case model, temperature, seed, n, stop, stream
        case topP = "top_p"
        case maximumTokens = "max_tokens"
        case maximumCompletionTokens = "max_completion_tokens"
        case streamOptions = "stream_options"
        case presencePenalty = "presence_penalty"
        case frequencyPenalty = "frequency_penalty"
        case bestOf = "best_of"
        case ignoresEndOfSequence = "ignore_eos"
    }

    func checkSupported() throws(APIError) {
        if presencePenalty ?? 0 != 0 { throw .invalid("presence_penalty is not supported; leave it at 0", "presence_penalty") }
        if frequencyPenalty ?? 0 != 0 { throw .invalid("frequency_penalty is not supported; leave it at 0", "frequency_penalty") }
        if bestOf ?? 1 > 1, bestOf != n { throw .invalid("best_of is not supported", "best_of") }
    }
}

/// `stop`: a text or up to four.
struct StopTexts: Decodable {
    var texts: [String]

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        texts = try (try? [container.decode(String.self)]) ?? container.decode([String].self)
    }
}

/// POST /v1/chat/completions.
struct ChatCompletionRequest: Decodable {
    struct Turn: Decodable {
        var role: String
        var content: Content?
    }

    /// A text, or parts of which this server takes those of type `text`.
    enum Content: Decodable {
        case text(String)
        case unsupportedPart(String)

        private struct Part: Decodable {
            var type: String
            var text: String?
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
                return
            }
            let parts = try container.decode([Part].self)
            if let other = parts.first(where: { $0.type != "text" }) { self = .unsupportedPart(other.type) } else {
                self = .text(parts.compactMap(\.text).joined())
            }
        }
    }

    private struct Ignored: Decodable {
        init(from decoder: any Decoder) throws {}
    }
    private struct ResponseFormat: Decodable { var type: String? }

    var sampling: SamplingFields
    var messages: [Turn]
    var logprobs: Bool?
    var topLogprobs: Int?
    private var tools: [Ignored]?
    private var responseFormat: ResponseFormat?

    enum CodingKeys: String, CodingKey {
        case messages, logprobs, tools
        case topLogprobs = "top_logprobs"
        case responseFormat = "response_format"
    }

    init(from decoder: any Decoder) throws {
        sampling = try SamplingFields(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        messages = try container.decode([Turn].self, forKey: .messages)
        logprobs = try container.decodeIfPresent(Bool.self, forKey: .logprobs)
        topLogprobs = try container.decodeIfPresent(Int.self, forKey: .topLogprobs)
        tools = try container.decodeIfPresent([Ignored].self, forKey: .tools)
        responseFormat = try container.decodeIfPresent(ResponseFormat.self, forKey: .responseFormat)
    }

    /// - Throws: `APIError` for turns that no text model takes.
    func conversation() throws(APIError) -> [Message] {
        if !(tools ?? []).isEmpty { throw .invalid("tools are not supported", "tools") }
        if let type = responseFormat?.type, type != "text" { throw .invalid("response_format \(type) is not supported", "response_format") }
        guard !messages.isEmpty else { throw .invalid("messages is empty", "messages") }
        var result: [Message] = []
        for (index, turn) in messages.enumerated() {
            // "developer" is OpenAI's newer name of the system turn.
            guard let role = Message.Role(rawValue: turn.role == "developer" ? "system" : turn.role) else {
                throw .invalid("role \"\(turn.role.prefix(40))\" is not one of system, user, assistant", "messages[\(index)].role")
            }
            switch turn.content {
            case .text(let text): result.append(Message(role: role, content: text))
            case .unsupportedPart(let type):
                throw .invalid("content of type \"\(type.prefix(40))\" is not supported, only text", "messages[\(index)].content")
            case nil: throw .invalid("content is missing", "messages[\(index)].content")
            }
        }
        return result
    }
}

/// POST /v1/completions.
struct TextCompletionRequest: Decodable {
    /// A text or token ids; one prompt per request.
    enum Prompt: Decodable {
        case text(String)
        case tokens([Int32])
        case several(Int)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let texts = try? container.decode([String].self) {
                self = texts.count == 1 ? .text(texts[0]) : .several(texts.count)
            } else if let tokens = try? container.decode([Int32].self) {
                self = .tokens(tokens)
            } else {
                let lists = try container.decode([[Int32]].self)
                self = lists.count == 1 ? .tokens(lists[0]) : .several(lists.count)
            }
        }
    }

    var sampling: SamplingFields
    var prompt: Prompt
    var logprobs: Int?
    var echo: Bool?
    var suffix: String?

    enum CodingKeys: String, CodingKey { case prompt, logprobs, echo, suffix }

    init(from decoder: any Decoder) throws {
        sampling = try SamplingFields(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        prompt = try container.decode(Prompt.self, forKey: .prompt)
        logprobs = try container.decodeIfPresent(Int.self, forKey: .logprobs)
        echo = try container.decodeIfPresent(Bool.self, forKey: .echo)
        suffix = try container.decodeIfPresent(String.self, forKey: .suffix)
    }
}
