import Foundation
import JSON
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

    func whole(_ choices: [(text: String, tokens: [ScoredToken], finishReason: String)], promptTokens: Int, completionTokens: Int) -> JSONValue {
        object(
            kind == .chat ? "chat.completion" : "text_completion",
            choices.enumerated().map { index, choice in
                .object([
                    "index": .integer(index),
                    kind == .chat ? "message" : "text": kind == .chat
                        ? .object(["role": "assistant", "content": .string(choice.text)]) : .string(choice.text),
                    "logprobs": logProbabilities(choice.tokens), "finish_reason": .string(choice.finishReason),
                ])
            }, usage: usage(promptTokens, completionTokens))
    }

    /// A server-sent event's data.
    func chunk(choice: Int, text: String, tokens: [ScoredToken], finishReason: String?, isFirst: Bool) -> JSONValue {
        var content: JSONValue = .string(text)
        if kind == .chat {
            var delta: [JSONValue.Member] = []
            if isFirst { delta.append(.init("role", "assistant")) }
            if isFirst || !text.isEmpty { delta.append(.init("content", content)) }
            content = .object(delta)
        }
        return object(
            chunkName,
            [
                .object([
                    "index": .integer(choice), kind == .chat ? "delta" : "text": content, "logprobs": logProbabilities(tokens),
                    "finish_reason": finishReason.map(JSONValue.string) ?? nil,
                ])
            ], usage: nil)
    }

    /// The last chunk, where usage was asked for.
    func usageChunk(promptTokens: Int, completionTokens: Int) -> JSONValue {
        object(chunkName, [], usage: usage(promptTokens, completionTokens))
    }

    private var chunkName: String { kind == .chat ? "chat.completion.chunk" : "text_completion" }

    private func object(_ name: String, _ choices: [JSONValue], usage: JSONValue?) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("id", .string(id)), .init("object", .string(name)), .init("created", .integer(created)), .init("model", .string(model)),
            .init("choices", .array(choices)),
        ]
        if let usage { members.append(.init("usage", usage)) }
        return .object(members)
    }

    private func usage(_ prompt: Int, _ completion: Int) -> JSONValue {
        .object([
            "prompt_tokens": .integer(prompt), "completion_tokens": .integer(completion), "total_tokens": .integer(prompt + completion),
        ])
    }

    private func logProbabilities(_ tokens: [ScoredToken]) -> JSONValue {
        guard hasLogProbabilities else { return nil }
        switch kind {
        case .chat:
            return .object([
                "content": .array(
                    tokens.map { token in
                        let alternatives = token.alternatives.map { JSONValue.object(entry($0.id, Double($0.logProbability))) }
                        return .object(
                            entry(token.id, token.logProbability ?? 0) + [.init("top_logprobs", .array(alternatives))])
                    })
            ])
        case .text:
            var offset = 0
            var offsets: [JSONValue] = []
            for token in tokens {
                offsets.append(.integer(offset))
                offset += text(token.id).unicodeScalars.count
            }
            return .object([
                "tokens": .array(tokens.map { .string(text($0.id)) }), "text_offset": .array(offsets),
                "token_logprobs": .array(tokens.map { $0.logProbability.map(Self.number) ?? nil }),
                "top_logprobs": .array(
                    tokens.map { token in
                        guard !token.alternatives.isEmpty else { return nil }
                        // Tokens that are parts of characters can look alike: the likelier one stands.
                        var names: Set<String> = []
                        return .object(
                            token.alternatives.compactMap {
                                let name = text($0.id)
                                return names.insert(name).inserted ? .init(name, Self.number(Double($0.logProbability))) : nil
                            })
                    }),
            ])
        }
    }

    private func entry(_ id: Int32, _ logProbability: Double) -> [JSONValue.Member] {
        [
            .init("token", .string(text(id))), .init("logprob", Self.number(logProbability)),
            .init("bytes", .array(tokenizer.bytes(of: id).map { .integer(Int($0)) })),
        ]
    }

    /// JSON has no infinity; a logarithm of zero is as good as this.
    private static func number(_ logProbability: Double) -> JSONValue { .number(logProbability.isFinite ? logProbability : -9999) }

    private func text(_ id: Int32) -> String { String(decoding: tokenizer.bytes(of: id), as: UTF8.self) }
}

extension AnswerFormat.ScoredToken {
    init(_ token: OnlineDecoder.Token) {
        self.init(id: token.id, logProbability: Double(token.logProbability), alternatives: token.alternatives)
    }
}
