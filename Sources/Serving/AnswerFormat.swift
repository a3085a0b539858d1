import Foundation
import LanguageModel
import Tokenization

/// How the answers of an endpoint are written: OpenAI's objects, whole or in chunks.
struct AnswerFormat: Sendable {
    enum Kind: Sendable { case chat, text }

    let kind: Kind
    let model: String
    let tokenizer: any Tokenizer
    /// Whether log-probabilities are part of the answer.
    let hasLogProbabilities: Bool
    let id: String
    /// Seconds since 1970.
    let created: Int

    init(_ kind: Kind, model: String, tokenizer: any Tokenizer, hasLogProbabilities: Bool) {
        self.kind = kind
        self.model = model
        self.tokenizer = tokenizer
        self.hasLogProbabilities = hasLogProbabilities
        id = (kind == .chat ? "chatcmpl-" : "cmpl-") + UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased()
        created = Int(Date().timeIntervalSince1970)
    }

    /// A token and its log-probability; `nil` for a prompt's first, which has none.
    struct ScoredToken {
        var id: Int32
        var logProbability: Double?
        var alternatives: [OnlineDecoder.Alternative] = []
    }

    func whole(_ choices: [(text: String, tokens: [ScoredToken], finishReason: String)], promptTokens: Int, completionTokens: Int) -> JSON {
        object(
            kind == .chat ? "chat.completion" : "text_completion",
            choices.enumerated().map { index, choice in
                var members: [String: JSON] = [
                    "index": .int(index), "finish_reason": .string(choice.finishReason), "logprobs": logProbabilities(choice.tokens),
                ]
                switch kind {
                case .chat: members["message"] = ["role": "assistant", "content": .string(choice.text)]
                case .text: members["text"] = .string(choice.text)
                }
                return .object(members)
            }, usage: usage(promptTokens, completionTokens))
    }

    /// A server-sent event's data.
    func chunk(choice: Int, text: String, tokens: [ScoredToken], finishReason: String?, isFirst: Bool) -> JSON {
        var members: [String: JSON] = [
            "index": .int(choice), "finish_reason": finishReason.map(JSON.string) ?? nil, "logprobs": logProbabilities(tokens),
        ]
        switch kind {
        case .chat:
            var delta: [String: JSON] = [:]
            if isFirst { delta["role"] = "assistant" }
            if isFirst || !text.isEmpty { delta["content"] = .string(text) }
            members["delta"] = .object(delta)
        case .text: members["text"] = .string(text)
        }
        return object(chunkName, [.object(members)], usage: nil)
    }

    /// The last chunk, where usage was asked for.
    func usageChunk(promptTokens: Int, completionTokens: Int) -> JSON {
        object(chunkName, [], usage: usage(promptTokens, completionTokens))
    }

    private var chunkName: String { kind == .chat ? "chat.completion.chunk" : "text_completion" }

    private func object(_ name: String, _ choices: [JSON], usage: JSON?) -> JSON {
        var members: [String: JSON] = [
            "id": .string(id), "object": .string(name), "created": .int(created), "model": .string(model), "choices": .array(choices),
        ]
        if let usage { members["usage"] = usage }
        return .object(members)
    }

    private func usage(_ prompt: Int, _ completion: Int) -> JSON {
        ["prompt_tokens": .int(prompt), "completion_tokens": .int(completion), "total_tokens": .int(prompt + completion)]
    }

    private func logProbabilities(_ tokens: [ScoredToken]) -> JSON {
        guard hasLogProbabilities else { return nil }
        switch kind {
        case .chat:
            return [
                "content": .array(
                    tokens.map { token in
                        var members = entry(token.id, token.logProbability ?? 0)
                        members["top_logprobs"] = .array(token.alternatives.map { .object(entry($0.id, Double($0.logProbability))) })
                        return .object(members)
                    })
            ]
        case .text:
            var offset = 0
            var offsets: [JSON] = []
            for token in tokens {
                offsets.append(.int(offset))
                offset += text(token.id).unicodeScalars.count
            }
            return [
                "tokens": .array(tokens.map { .string(text($0.id)) }), "text_offset": .array(offsets),
                "token_logprobs": .array(tokens.map { $0.logProbability.map(JSON.double) ?? nil }),
                "top_logprobs": .array(
                    tokens.map { token in
                        guard !token.alternatives.isEmpty else { return nil }
                        // Tokens that are parts of characters can look alike: the likelier one stands.
                        return .object(
                            Dictionary(token.alternatives.map { (text($0.id), .double(Double($0.logProbability))) }) { first, _ in first })
                    }),
            ]
        }
    }

    private func entry(_ id: Int32, _ logProbability: Double) -> [String: JSON] {
        [
            "token": .string(text(id)), "logprob": .double(logProbability),
            "bytes": .array(tokenizer.bytes(of: id).map { .int(Int($0)) }),
        ]
    }

    private func text(_ id: Int32) -> String { String(decoding: tokenizer.bytes(of: id), as: UTF8.self) }
}

extension AnswerFormat.ScoredToken {
    init(_ token: OnlineDecoder.Token) {
        self.init(id: token.id, logProbability: Double(token.logProbability), alternatives: token.alternatives)
    }
}
