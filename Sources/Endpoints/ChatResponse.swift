import Foundation

/// A chat completion as the server answered. What this program reads is required; the rest may be anything.
public struct ChatResponse: Sendable, Hashable, Decodable {
    public struct Choice: Sendable, Hashable, Decodable {
        public struct Content: Sendable, Hashable, Decodable {
            /// `null` in a refusal.
            public var content: String?
            public var refusal: String?
        }
        public struct LogProbabilities: Sendable, Hashable, Decodable {
            public var content: [TokenLogProbability]?

            private enum CodingKeys: String, CodingKey {
                case content, tokens
                case tokenLogProbabilities = "token_logprobs"
                case topLogProbabilities = "top_logprobs"
            }

            /// The chat API's list of tokens, or the older completions API's parallel lists, which llama.cpp's Python
            /// server gives for chats as well.
            public init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                if container.contains(.content) {
                    content = try container.decodeIfPresent([TokenLogProbability].self, forKey: .content)
                    return
                }
                guard let tokens = try container.decodeIfPresent([String].self, forKey: .tokens) else { return }
                let values = try container.decodeIfPresent([Double?].self, forKey: .tokenLogProbabilities) ?? []
                let alternatives = try container.decodeIfPresent([[String: Double]?].self, forKey: .topLogProbabilities) ?? []
                content = zip(tokens, values).enumerated().map { index, token in
                    let likeliest = index < alternatives.count ? alternatives[index] : nil
                    return TokenLogProbability(
                        token: token.0, logprob: token.1 ?? 0,
                        alternatives: likeliest?.map { .init(token: $0.key, logprob: $0.value) }
                            .sorted { ($1.logprob, $0.token) < ($0.logprob, $1.token) })
                }
            }
        }
        public var message: Content
        public var finishReason: String?
        public var logProbabilities: LogProbabilities?

        enum CodingKeys: String, CodingKey {
            case message
            case finishReason = "finish_reason"
            case logProbabilities = "logprobs"
        }
    }

    public struct TokenLogProbability: Sendable, Hashable, Codable {
        public struct Alternative: Sendable, Hashable, Codable {
            public var token: String
            public var logprob: Double
        }
        public var token: String
        public var logprob: Double
        public var alternatives: [Alternative]?

        enum CodingKeys: String, CodingKey {
            case token, logprob
            case alternatives = "top_logprobs"
        }
    }

    public struct Usage: Sendable, Hashable, Codable {
        public var promptTokens: Int
        public var completionTokens: Int

        public init(promptTokens: Int, completionTokens: Int) {
            self.promptTokens = promptTokens
            self.completionTokens = completionTokens
        }

        enum CodingKeys: String, CodingKey {
            case promptTokens = "prompt_tokens"
            case completionTokens = "completion_tokens"
        }
    }

    /// What the server says answered, e.g. the dated version of a model.
    public var model: String?
    public var choices: [Choice]
    public var usage: Usage?
}

/// An error as OpenAI's servers and those compatible with it word one.
struct ErrorResponse: Decodable {
    struct Detail: Decodable {
        var message: String?
        var code: String?
        /// The request's field concerned.
        var parameter: String?

        enum CodingKeys: String, CodingKey {
            case message, code
            case parameter = "param"
        }

        init(from decoder: any Decoder) throws {
            // llama.cpp's codes are numbers; some servers give a text in place of the object.
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                message = text
                return
            }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            message = try? container.decodeIfPresent(String.self, forKey: .message)
            code = try? container.decodeIfPresent(String.self, forKey: .code)
            parameter = try? container.decodeIfPresent(String.self, forKey: .parameter)
        }
    }
    var error: Detail
}
