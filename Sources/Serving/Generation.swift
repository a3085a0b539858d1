import Foundation
import LanguageModel
import RandomNumbers
import Tokenization

/// What a checked request asks of the engine, and how its answer is read.
struct Generation: Sendable {
    var prompt: [Int32]
    var settings: SamplingSettings
    var seeds: [UInt64]
    var stops: [String]
    /// Likeliest tokens wanted beside each; `nil` for no log-probabilities.
    var alternatives: Int?
    var ignoresStopTokens: Bool
    /// Whether somebody watches the answer come.
    var isStreamed: Bool

    /// A part of the answer: text that became certain, with the tokens drawn for it.
    struct Piece: Sendable {
        var choice: Int
        var text: String
        var tokens: [OnlineDecoder.Token]
        /// `stop` or `length` with a choice's last piece.
        var finishReason: String?
    }

    static let alternativesLimit = 20
    /// What a reader does not notice; at 60 tokens a second and sequence, two or three tokens.
    private static let secondsBetweenChunks = 0.04
    /// A stop text costs at most so many tokens drawn in vain.
    private static let tokensBetweenStopSearches = 8

    /// - Throws: `APIError` for values outside their ranges, and prompts that leave no room in the context.
    init(_ fields: SamplingFields, prompt: [Int32], alternatives: Int?, limits: ServerLimits, contextLength: Int) throws(APIError) {
        try fields.checkSupported()
        let temperature = fields.temperature ?? 1
        guard temperature.isFinite, (0...2).contains(temperature) else { throw .invalid("temperature is between 0 and 2", "temperature") }
        let topP = fields.topP ?? 1
        guard topP > 0, topP <= 1 else { throw .invalid("top_p is above 0 and at most 1", "top_p") }
        let count = fields.n ?? 1
        guard (1...limits.batchSize).contains(count) else { throw .invalid("n is between 1 and \(limits.batchSize)", "n") }
        guard (0...Self.alternativesLimit).contains(alternatives ?? 0) else {
            throw .invalid("at most \(Self.alternativesLimit) alternatives are given for a token", "top_logprobs")
        }
        stops = fields.stop?.texts ?? []
        guard stops.count <= 4, stops.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 1000 }) else {
            throw .invalid("stop is up to four texts, none of them empty", "stop")
        }
        let wanted = fields.maximumCompletionTokens ?? fields.maximumTokens
        if let wanted, wanted < 1 { throw .invalid("max_tokens is at least 1", "max_tokens") }
        guard !prompt.isEmpty else { throw .invalid("the prompt is empty", "prompt") }
        guard prompt.count < contextLength else { throw .contextLength(prompt: prompt.count, limit: contextLength) }
        if let wanted, wanted > limits.maximumTokens {
            throw .invalid("max_tokens is at most \(limits.maximumTokens) on this server", "max_tokens")
        }
        self.prompt = prompt
        self.alternatives = alternatives
        ignoresStopTokens = fields.ignoresEndOfSequence ?? false
        isStreamed = fields.stream ?? false
        settings = SamplingSettings(
            temperature: temperature, topP: topP, maximumTokens: wanted ?? min(limits.maximumTokens, contextLength - prompt.count))
        // A seed gives the same n answers each time; without one they differ from call to call.
        var streams = SplitMix64(state: fields.seed.map { UInt64(bitPattern: $0) } ?? UInt64.random(in: 0 ... .max))
        seeds = (0..<count).map { _ in streams.next() }
    }

    /// Runs on the engine. Ends after every choice has; ending it early frees the choices' places in the batch.
    /// - Throws: `EngineLoop.Refusal`, at once; the stream throws `ModelError` and `Refusal`.
    func pieces(on engine: EngineLoop, tokenizer: any Tokenizer, stopTokens: Set<Int32>) throws -> AsyncThrowingStream<Piece, any Error> {
        let (ticket, events) = try engine.sample(
            OnlineDecoder.Request(
                SamplingRequest(prompt: prompt, settings: settings, seeds: seeds), alternatives: alternatives ?? 0,
                ignoresStopTokens: ignoresStopTokens),
            delivery: delivery)
        let (pieces, output) = AsyncThrowingStream<Piece, any Error>.makeStream()
        let texts = seeds.map { _ in ChoiceText(tokenizer, stops: stops) }
        let stopTokens = ignoresStopTokens ? [] : stopTokens
        let reader = Task {
            var choices = texts.map { OpenChoice(text: $0) }
            do {
                for try await batch in events {
                    var touched: Set<Int> = []
                    for event in batch where choices[event.choice].read(event.token, stopTokens: stopTokens) {
                        touched.insert(event.choice)
                    }
                    for choice in touched.sorted() {
                        guard let piece = choices[choice].release(choice) else { continue }
                        if choices[choice].isStopped { ticket.withdraw(choice: choice) }
                        output.yield(piece)
                    }
                }
                output.finish()
            } catch {
                output.finish(throwing: error)
            }
        }
        output.onTermination = { _ in
            reader.cancel()
            ticket.abandon()
        }
        return pieces
    }

    private var delivery: EngineLoop.Delivery {
        if isStreamed { return .paced(seconds: Self.secondsBetweenChunks) }
        return stops.isEmpty ? .atEnd : .every(tokens: Self.tokensBetweenStopSearches * seeds.count)
    }

    /// A choice whose answer is being read.
    private struct OpenChoice {
        var text: ChoiceText
        private var newText = ""
        private var newTokens: [OnlineDecoder.Token] = []
        private var finishReason: String?

        init(text: ChoiceText) { self.text = text }

        var isStopped: Bool { text.isStopped }

        /// - Returns: whether the token belongs to the answer.
        mutating func read(_ token: OnlineDecoder.Token, stopTokens: Set<Int32>) -> Bool {
            // Tokens drawn before the engine noticed that a stop text ended the choice.
            if text.isStopped { return false }
            if !stopTokens.contains(token.id) {
                newText += text.append(token.id)
                newTokens.append(token)
            }
            finishReason = token.finishReason?.rawValue
            if finishReason != nil { newText += text.finish() }
            if text.isStopped { finishReason = "stop" }
            return true
        }

        /// What is certain and was not released before; `nil` where that is nothing.
        mutating func release(_ choice: Int) -> Piece? {
            if newText.isEmpty, finishReason == nil { return nil }
            defer { (newText, newTokens) = ("", []) }
            return Piece(choice: choice, text: newText, tokens: newTokens, finishReason: finishReason)
        }
    }
}
