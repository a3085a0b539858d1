import Foundation
import JSON
import LanguageModel
import Tokenization

/// The API without its transport: a request's path and body to an answer.
final class CompletionAPI: Sendable {
    enum Answer: Sendable {
        case whole(status: Int, body: Data, retryAfter: Int?)
        /// Server-sent events, each a `data:` line and an empty one.
        case events(AsyncThrowingStream<Data, any Error>)
    }

    let modelName: String
    let limits: ServerLimits
    private let engine: EngineLoop
    private let template: ChatTemplate
    private let contextLength: Int
    private let started = Int(Date().timeIntervalSince1970)
    private var tokenizer: any Tokenizer { template.tokenizer }

    init(engine: EngineLoop, template: ChatTemplate, modelName: String, contextLength: Int, limits: ServerLimits) {
        self.engine = engine
        self.template = template
        self.modelName = modelName
        self.contextLength = contextLength
        self.limits = limits
    }

    func answer(method: String, path: String, body: () async throws -> Data) async -> Answer {
        do {
            switch (method, path) {
            case ("GET", "/health"):
                return .json(.object(["status": "ok", "model": .string(modelName), "queued": .integer(engine.queued)]))
            case ("GET", "/v1/models"):
                return .json(.object(["object": "list", "data": [model]]))
            case ("GET", _) where path == "/v1/models/" + modelName:
                return .json(model)
            case ("POST", "/v1/chat/completions"): return try await chat(try await body())
            case ("POST", "/v1/completions"): return try await text(try await body())
            case (_, "/health"), (_, "/v1/models"), (_, "/v1/chat/completions"), (_, "/v1/completions"):
                throw APIError.invalid("\(method.prefix(20)) is not a method of \(path)", status: 405)
            default:
                throw APIError.invalid("there is no \(path.prefix(100)) here", status: 404)
            }
        } catch {
            return Self.failure(error)
        }
    }

    private var model: JSONValue {
        .object([
            "id": .string(modelName), "object": "model", "created": .integer(started), "owned_by": "precis",
            "context_length": .integer(contextLength),
        ])
    }

    private func chat(_ body: Data) async throws -> Answer {
        let request = try Self.decode(ChatCompletionRequest.self, body)
        try check(request.sampling.model)
        let messages = try request.conversation()
        let prompt: [Int32]
        do { prompt = try template.render(messages, addGenerationPrompt: true) } catch {
            throw APIError.invalid("the model's chat template cannot express these turns: \(error)", "messages")
        }
        let alternatives = request.logprobs == true ? request.topLogprobs ?? 0 : nil
        let generation = try Generation(
            request.sampling, prompt: prompt, alternatives: alternatives, limits: limits, contextLength: contextLength)
        let format = AnswerFormat(.chat, model: modelName, tokenizer: tokenizer, hasLogProbabilities: alternatives != nil)
        return try await answer(generation, request.sampling, format)
    }

    private func text(_ body: Data) async throws -> Answer {
        let request = try Self.decode(TextCompletionRequest.self, body)
        try check(request.sampling.model)
        if !(request.suffix ?? "").isEmpty { throw APIError.invalid("suffix is not supported", "suffix") }
        var prompt: [Int32]
        switch request.prompt {
        case .text(let text): prompt = (tokenizer.beginOfSequence.map { [$0] } ?? []) + tokenizer.encode(text, parsingSpecialTokens: true)
        case .tokens(let tokens): prompt = tokens
        case .several(let count): throw APIError.invalid("one prompt a request, not \(count)", "prompt")
        }
        guard prompt.allSatisfy({ $0 >= 0 && $0 < tokenizer.vocabularyCount }) else {
            throw APIError.invalid("prompt has token ids outside the vocabulary of \(tokenizer.vocabularyCount)", "prompt")
        }
        let format = AnswerFormat(.text, model: modelName, tokenizer: tokenizer, hasLogProbabilities: request.logprobs != nil)
        let echoed = request.echo == true ? try await echo(prompt, isScored: request.logprobs != nil) : []
        // Only the prompt's own log-probabilities are wanted.
        if request.sampling.maximumTokens == 0 {
            guard request.echo == true else { throw APIError.invalid("max_tokens is at least 1, or 0 with echo", "max_tokens") }
            return .json(
                format.whole(
                    [(tokenizer.decode(prompt, skippingSpecialTokens: false), echoed, "length")], promptTokens: prompt.count,
                    completionTokens: 0))
        }
        let generation = try Generation(
            request.sampling, prompt: prompt, alternatives: request.logprobs, limits: limits, contextLength: contextLength)
        return try await answer(generation, request.sampling, format, echo: request.echo == true ? (prompt, echoed) : nil)
    }

    private func echo(_ prompt: [Int32], isScored: Bool) async throws -> [AnswerFormat.ScoredToken] {
        guard !prompt.isEmpty else { throw APIError.invalid("the prompt is empty", "prompt") }
        guard isScored, prompt.count > 1 else { return prompt.map { .init(id: $0, logProbability: nil) } }
        guard prompt.count <= contextLength else { throw APIError.contextLength(prompt: prompt.count, limit: contextLength) }
        let scores = try await engine.score(prompt)
        return zip(prompt, [nil] + scores.map { Double($0) }).map { .init(id: $0, logProbability: $1) }
    }

    private func answer(
        _ generation: Generation, _ fields: SamplingFields, _ format: AnswerFormat,
        echo: (prompt: [Int32], tokens: [AnswerFormat.ScoredToken])? = nil
    ) async throws -> Answer {
        let pieces = try generation.pieces(on: engine, tokenizer: tokenizer, stopTokens: Set(template.stopTokens))
        let echoed = echo.map { tokenizer.decode($0.prompt, skippingSpecialTokens: false) } ?? ""
        if fields.stream == true {
            return .events(
                Self.events(
                    pieces, format, choices: generation.seeds.count, promptTokens: generation.prompt.count,
                    withUsage: fields.streamOptions?.includeUsage == true, echo: (echoed, echo?.tokens ?? [])))
        }
        var choices = generation.seeds.map { _ in (text: echoed, tokens: echo?.tokens ?? [], finishReason: "length") }
        var completionTokens = 0
        for try await piece in pieces {
            choices[piece.choice].text += piece.text
            choices[piece.choice].tokens += piece.tokens.map(AnswerFormat.ScoredToken.init)
            completionTokens += piece.tokens.count
            if let reason = piece.finishReason { choices[piece.choice].finishReason = reason }
        }
        return .json(format.whole(choices, promptTokens: generation.prompt.count, completionTokens: completionTokens))
    }

    private static func events(
        _ pieces: AsyncThrowingStream<Generation.Piece, any Error>, _ format: AnswerFormat, choices: Int, promptTokens: Int,
        withUsage: Bool, echo: (text: String, tokens: [AnswerFormat.ScoredToken])
    ) -> AsyncThrowingStream<Data, any Error> {
        let (events, output) = AsyncThrowingStream<Data, any Error>.makeStream()
        let writer = Task {
            var isFirst = Array(repeating: true, count: choices)
            var completionTokens = 0
            do {
                for try await piece in pieces {
                    let opens = isFirst[piece.choice]
                    isFirst[piece.choice] = false
                    completionTokens += piece.tokens.count
                    output.yield(
                        event(
                            format.chunk(
                                choice: piece.choice, text: (opens ? echo.text : "") + piece.text,
                                tokens: (opens ? echo.tokens : []) + piece.tokens.map(AnswerFormat.ScoredToken.init),
                                finishReason: piece.finishReason, isFirst: opens)))
                }
                if withUsage { output.yield(event(format.usageChunk(promptTokens: promptTokens, completionTokens: completionTokens))) }
                output.yield(Data("data: [DONE]\n\n".utf8))
                output.finish()
            } catch {
                // The status line has gone out: the error is an event, as OpenAI's server sends it.
                output.yield(event(Self.body(of: error).1))
                output.finish()
            }
        }
        output.onTermination = { _ in writer.cancel() }
        return events
    }

    private static func event(_ object: JSONValue) -> Data { Data("data: \(object.text())\n\n".utf8) }

    /// A request for another model would be answered by this one.
    private func check(_ model: String?) throws(APIError) {
        guard let model, model != modelName else { return }
        throw APIError(
            status: 404, message: "the model \"\(model.prefix(100))\" is not served here; this server has \"\(modelName)\"",
            type: "invalid_request_error", parameter: "model", code: "model_not_found")
    }

    private static func decode<Request: Decodable>(_ type: Request.Type, _ body: Data) throws(APIError) -> Request {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch let error as DecodingError {
            throw .decoding(error)
        } catch {
            throw .invalid("the body is no JSON")
        }
    }

    static func failure(_ error: any Error) -> Answer {
        let (status, object, retryAfter) = body(of: error)
        return .whole(status: status, body: Data(object.text().utf8), retryAfter: retryAfter)
    }

    private static func body(of error: any Error) -> (Int, JSONValue, Int?) {
        let error: APIError =
            switch error {
            case let error as APIError: error
            case EngineLoop.Refusal.queueFull: .queueFull
            case EngineLoop.Refusal.shuttingDown: .shuttingDown
            case let error as ModelError: .invalid(String(describing: error))
            default: APIError(status: 500, message: "the request could not be answered", type: "server_error")
            }
        let object = JSONValue.object([
            "error": .object([
                "message": .string(error.message), "type": .string(error.type), "param": error.parameter.map(JSONValue.string) ?? nil,
                "code": error.code.map(JSONValue.string) ?? nil,
            ])
        ])
        return (error.status, object, error.retryAfter)
    }
}

extension CompletionAPI.Answer {
    fileprivate static func json(_ object: JSONValue) -> Self { .whole(status: 200, body: Data(object.text().utf8), retryAfter: nil) }
}

extension APIError {
    /// Which field is wrong, in the API's notation.
    fileprivate static func decoding(_ error: DecodingError) -> APIError {
        func name(_ path: [any CodingKey]) -> String {
            path.map { key in key.intValue.map { "[\($0)]" } ?? "." + key.stringValue }.joined().drop { $0 == "." }.description
        }
        switch error {
        case .keyNotFound(let key, let context): return .invalid("\(name(context.codingPath + [key])) is missing", name(context.codingPath + [key]))
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return .invalid("\(name(context.codingPath)) is of the wrong type", name(context.codingPath))
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            return .invalid("\(name(context.codingPath)) is not valid", name(context.codingPath))
        default: return .invalid("the body is no JSON object")
        }
    }
}
