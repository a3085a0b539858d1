import Foundation
import LanguageModel
import TestSupport
import Testing

struct OnlineDecoderTests {
    private static let stops: Set<Int32> = [3]

    private static func request(_ index: Int) -> SamplingRequest {
        SamplingRequest(
            prompt: TinyModel.tokens(4 + 3 * index, seed: UInt64(index + 10)),
            settings: SamplingSettings(temperature: index % 3 == 0 ? 0 : 1, topP: index % 2 == 0 ? 1 : 0.9, maximumTokens: 5 + 4 * index),
            seeds: (0...(index % 3)).map { UInt64(100 * index + $0) })
    }

    @Test("Tokens are those of batch sampling, whenever a request joins")
    func equality() throws {
        let model = TinyModel.make()
        let requests = (0..<7).map(Self.request)
        var expected: [[Int]: SampledSequence] = [:]
        try model.sample(requests, stopTokens: Self.stops) { expected[[$0, $1]] = $2 }

        var decoder = OnlineDecoder(model: model, stopTokens: Self.stops)
        var place: [Int: [Int]] = [:]
        var tokens: [[Int]: [OnlineDecoder.Token]] = [:]
        func take(_ new: [OnlineDecoder.Token]) throws {
            for token in new { tokens[try #require(place[token.sequence]), default: []].append(token) }
        }
        // Request k joins after 3k steps; the last ones find the first gone.
        for (index, request) in requests.enumerated() {
            let admission = try decoder.admit(.init(request))
            for (sample, sequence) in admission.sequences.enumerated() { place[sequence] = [index, sample] }
            try take(admission.tokens)
            for _ in 0..<3 { try take(decoder.step()) }
        }
        while !decoder.isEmpty { try take(decoder.step()) }
        #expect(tokens.count == expected.count)
        for (key, sequence) in expected {
            let drawn = try #require(tokens[key])
            #expect(drawn.map(\.id) == sequence.tokens)
            #expect(drawn.map(\.finishReason) == Array(repeating: nil, count: drawn.count - 1) + [sequence.finishReason])
            #expect(abs(drawn.reduce(0) { $0 + Double($1.logProbability) } - sequence.logProbability) < 1e-9)
        }
    }

    @Test("Alternatives are the head of a distribution, the greedy token first")
    func alternatives() throws {
        let model = TinyModel.make()
        let vocabulary = TinyModel.configuration.vocabularyCount
        var decoder = OnlineDecoder(model: model, stopTokens: [])
        let request = SamplingRequest(prompt: TinyModel.tokens(9, seed: 1), settings: .greedy(maximumTokens: 6), seeds: [1])
        var tokens = try decoder.admit(.init(request, alternatives: vocabulary)).tokens
        while !decoder.isEmpty { tokens += decoder.step() }
        #expect(tokens.count == 6)
        for token in tokens {
            #expect(token.alternatives.count == vocabulary)
            #expect(token.alternatives[0].id == token.id && token.alternatives[0].logProbability == token.logProbability)
            #expect(zip(token.alternatives, token.alternatives.dropFirst()).allSatisfy { $0.logProbability >= $1.logProbability })
            #expect(abs(token.alternatives.reduce(0.0) { $0 + exp(Double($1.logProbability)) } - 1) < 1e-5)
        }
    }

    @Test("A sequence that is withdrawn leaves the others as they were")
    func withdrawal() throws {
        let model = TinyModel.make()
        let request = SamplingRequest(
            prompt: TinyModel.tokens(9, seed: 2), settings: SamplingSettings(temperature: 1, maximumTokens: 20), seeds: [1, 2, 3])
        var expected: [SampledSequence?] = [nil, nil, nil]
        try model.sample([request], stopTokens: []) { expected[$1] = $2 }
        var decoder = OnlineDecoder(model: model, stopTokens: [])
        let admission = try decoder.admit(.init(request))
        let sequences = admission.sequences
        var tokens = admission.tokens
        for _ in 0..<4 { tokens += decoder.step() }
        decoder.withdraw([sequences.lowerBound + 1, 999])
        #expect(decoder.count == 2)
        while !decoder.isEmpty { tokens += decoder.step() }
        for (sample, sequence) in sequences.enumerated() {
            let drawn = tokens.filter { $0.sequence == sequence }.map(\.id)
            #expect(drawn == Array((expected[sample]?.tokens ?? []).prefix(sample == 1 ? 5 : 20)))
        }
    }

    @Test("A prompt that fills the context is refused")
    func context() {
        let model = TinyModel.make()
        var decoder = OnlineDecoder(model: model, stopTokens: [])
        let length = TinyModel.configuration.contextLength
        let request = SamplingRequest(prompt: TinyModel.tokens(length, seed: 1), settings: .greedy(maximumTokens: 1), seeds: [1])
        #expect(throws: ModelError.sequenceTooLong(tokens: length + 1, contextLength: length)) { try decoder.admit(.init(request)) }
        #expect(decoder.isEmpty)
    }

    /// Prompts of 150 tokens, of which the first `shared` are those of prompt 0.
    private static func prompt(_ index: Int, shared: Int) -> [Int32] {
        Array(TinyModel.tokens(150, seed: 50).prefix(shared) + TinyModel.tokens(150, seed: UInt64(60 + index)).dropFirst(shared))
    }

    /// Greedy and sampled tokens with their log-probabilities, bit for bit, of each request.
    private static func answers(_ admissions: [Result<OnlineDecoder.Admission, any Error>], _ decoder: inout OnlineDecoder) throws -> [[Float]] {
        let admitted = try admissions.map { try $0.get() }
        var tokens = admitted.flatMap(\.tokens)
        while !decoder.isEmpty { tokens += decoder.step() }
        return admitted.map { admission in
            tokens.filter { admission.sequences.contains($0.sequence) }.sorted { $0.sequence < $1.sequence }
                .flatMap { [Float($0.id), $0.logProbability] }
        }
    }

    @Test("What is shared with an earlier prompt changes no bit", arguments: [0, 1024])
    func sharedPrompts(capacity: Int) throws {
        let model = TinyModel.make()
        // Nothing, less than a block, a block, two blocks and more, all but the last token, and the whole prompt.
        let requests = [0, 40, 64, 130, 149, 150, 150].enumerated().map { index, shared in
            OnlineDecoder.Request(
                SamplingRequest(
                    prompt: Self.prompt(index, shared: shared), settings: SamplingSettings(temperature: Float(index % 2), maximumTokens: 9),
                    seeds: [1, UInt64(index)]))
        }
        let alone = try requests.map { request in
            var decoder = OnlineDecoder(model: model, stopTokens: [], promptCacheTokens: 0)
            return try Self.answers(decoder.admit([request]), &decoder)[0]
        }
        var decoder = OnlineDecoder(model: model, stopTokens: [], promptCacheTokens: capacity)
        #expect(try Self.answers(decoder.admit(requests), &decoder) == alone, "together")
        var later = OnlineDecoder(model: model, stopTokens: [], promptCacheTokens: capacity)
        for (request, expected) in zip(requests, alone) { #expect(try Self.answers(later.admit([request]), &later) == [expected]) }
        #expect(try Self.answers(later.admit(requests.reversed()), &later) == alone.reversed(), "again")
    }

    @Test("A refused prompt leaves the others of its pass alone; stop tokens can be ignored; long answers outgrow their first cache")
    func admission() throws {
        let model = TinyModel.make()
        let length = TinyModel.configuration.contextLength
        let settings = SamplingSettings(temperature: 1, maximumTokens: 200)
        let request = SamplingRequest(prompt: TinyModel.tokens(9, seed: 4), settings: settings, seeds: [3])
        var expected: SampledSequence?
        try model.sample([request], stopTokens: []) { expected = $2 }
        let tokens = try #require(expected).tokens
        try #require(tokens.count == 200 && length >= 209)
        // Its own first token stops the sequence, unless that is ignored.
        var decoder = OnlineDecoder(model: model, stopTokens: [tokens[0]])
        let results = decoder.admit([
            .init(SamplingRequest(prompt: [], settings: settings, seeds: [1])), .init(request),
            .init(SamplingRequest(prompt: TinyModel.tokens(length, seed: 1), settings: settings, seeds: [1])),
            .init(request, ignoresStopTokens: true),
        ])
        #expect(throws: ModelError.emptyTree) { try results[0].get() }
        #expect(throws: ModelError.sequenceTooLong(tokens: length + 1, contextLength: length)) { try results[2].get() }
        #expect(try results[1].get().tokens.map(\.finishReason) == [.stop])
        #expect(decoder.count == 1)
        var drawn = try results[3].get().tokens
        while !decoder.isEmpty { drawn += decoder.step() }
        #expect(drawn.map(\.id) == tokens)
    }
}
