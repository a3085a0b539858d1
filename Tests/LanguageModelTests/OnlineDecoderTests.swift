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
            let (sequences, first) = try decoder.admit(request)
            for (sample, sequence) in sequences.enumerated() { place[sequence] = [index, sample] }
            try take(first)
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
        var tokens = try decoder.admit(request, alternatives: vocabulary).tokens
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
        let (sequences, first) = try decoder.admit(request)
        var tokens = first
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
        #expect(throws: ModelError.sequenceTooLong(tokens: length + 1, contextLength: length)) { try decoder.admit(request) }
        #expect(decoder.isEmpty)
    }
}
