import LanguageModel
import TestSupport
import Testing

@Suite struct SamplingTests {
    struct Drawn: Equatable {
        var request: Int
        var sample: Int
        var sequence: SampledSequence
    }

    func draw(
        _ requests: [SamplingRequest], model: LanguageModel, batchSize: Int, stop: Set<Int32> = [7]
    ) throws -> [Drawn] {
        var drawn: [Drawn] = []
        try model.sample(requests, stopTokens: stop, batchSize: batchSize) {
            drawn.append(Drawn(request: $0, sample: $1, sequence: $2))
        }
        return drawn.sorted { ($0.request, $0.sample) < ($1.request, $1.sample) }
    }

    let requests = (0..<4).map { index in
        SamplingRequest(
            prompt: TinyModel.tokens(5 + 7 * index, seed: UInt64(index + 1)),
            settings: SamplingSettings(temperature: 0.8, topP: index == 2 ? 0.9 : 1, maximumTokens: 24),
            seeds: (0..<5).map { UInt64(100 * index + $0) })
    }

    @Test(arguments: [Precision.float32, .bfloat16])
    func rule9_samplesDoNotDependOnTheBatch(precision: Precision) throws {
        let model = TinyModel.make(precision: precision)
        let wide = try draw(requests, model: model, batchSize: 64)
        #expect(wide.count == 20)
        #expect(try draw(requests, model: model, batchSize: 1) == wide)
        #expect(try draw(requests, model: model, batchSize: 3) == wide)
        #expect(try draw(requests, model: TinyModel.make(precision: precision, threads: 3), batchSize: 7) == wide)
        #expect(Set(wide.map(\.sequence.tokens)).count > 10, "samples differ from each other")
    }

    /// Few samples are drafted from their own text: long enough ones that repeat themselves, so that many drafts are right
    /// and many wrong, at odd and even places and across blocks of keys.
    @Test(arguments: [Precision.float32, .bfloat16])
    func draftsChangeNoBit(precision: Precision) throws {
        let model = TinyModel.make(precision: precision)
        let requests = (0..<3).map { index in
            SamplingRequest(
                prompt: TinyModel.tokens(11 + index, seed: UInt64(index + 40)),
                settings: SamplingSettings(temperature: index == 0 ? 0 : 0.3, topP: 0.5, maximumTokens: 150), seeds: [1, 2])
        }
        func draw(_ batchSize: Int, drafting: Bool) throws -> [[Int]: SampledSequence] {
            var drawn: [[Int]: SampledSequence] = [:]
            try model.sample(requests, stopTokens: [7], batchSize: batchSize, drafting: drafting) { drawn[[$0, $1]] = $2 }
            return drawn
        }
        let expected = try draw(6, drafting: false)
        #expect(expected.values.map(\.tokens.count).max() == 150)
        for batchSize in [1, 2, 4] { #expect(try draw(batchSize, drafting: true) == expected) }

        var decoder = OnlineDecoder(model: model, stopTokens: [7])
        _ = try decoder.admit(.init(requests[0]))
        var (steps, tokens) = (0, 0)
        while !decoder.isEmpty {
            steps += 1
            tokens += decoder.step().count
        }
        #expect(tokens > steps * 3, "two sequences and right drafts")
    }

    @Test func greedyFollowsTheLargestLogitAndIgnoresTopP() throws {
        let model = TinyModel.make()
        let prompt = TinyModel.tokens(9, seed: 12)
        let request = SamplingRequest(
            prompt: prompt, settings: SamplingSettings(temperature: 0, topP: 0.01, maximumTokens: 12), seeds: [1])
        let sequence = try draw([request], model: model, batchSize: 4, stop: [])[0].sequence
        #expect(sequence.tokens.count == 12)
        #expect(sequence.finishReason == .length)
        var context = prompt
        let vocabulary = TinyModel.configuration.vocabularyCount
        for token in sequence.tokens {
            var tree = TokenTree()
            tree.append(context, to: nil, isScored: false)
            let row = try model.logits(tree).suffix(vocabulary)
            let best = row.enumerated().max { $0.element < $1.element }?.offset
            #expect(best == Int(token))
            context.append(token)
        }
    }

    /// The end token is part of a finished sample; a sample that hit the limit has none.
    @Test func rule3_endTokenIsKeptAndLimitHasNone() throws {
        let model = TinyModel.make()
        let request = SamplingRequest(
            prompt: TinyModel.tokens(5, seed: 3), settings: SamplingSettings(temperature: 1.5, maximumTokens: 40),
            seeds: (0..<30).map(UInt64.init))
        let stop: Set<Int32> = [3, 4, 5]
        var reasons: Set<SampledSequence.FinishReason> = []
        for drawn in try draw([request], model: model, batchSize: 8, stop: stop) {
            let tokens = drawn.sequence.tokens
            reasons.insert(drawn.sequence.finishReason)
            #expect(!tokens.dropLast().contains { stop.contains($0) })
            #expect(stop.contains(tokens.last ?? -1) == (drawn.sequence.finishReason == .stop))
            if drawn.sequence.finishReason == .length { #expect(tokens.count == 40) }
        }
        #expect(reasons.count == 2)
    }

    @Test func sampledLogProbabilityIsTheScore() throws {
        let model = TinyModel.make()
        for drawn in try draw(requests, model: model, batchSize: 5) {
            let tree = TokenTree(prompt: requests[drawn.request].prompt, completion: drawn.sequence.tokens)
            #expect(abs(try model.score([tree])[0].sum(1) - drawn.sequence.logProbability) < 1e-3)
        }
    }

    @Test func samplingEndsWithTheContext() throws {
        var configuration = TinyModel.configuration
        configuration.contextLength = 16
        let model = TinyModel.make(configuration)
        let request = SamplingRequest(
            prompt: TinyModel.tokens(12, seed: 1), settings: SamplingSettings(temperature: 1, maximumTokens: 99), seeds: [1])
        #expect(try draw([request], model: model, batchSize: 1, stop: [])[0].sequence.tokens.count == 4)
        let tooLong = SamplingRequest(
            prompt: TinyModel.tokens(17, seed: 1), settings: .greedy(maximumTokens: 1), seeds: [1])
        #expect(throws: ModelError.sequenceTooLong(tokens: 17, contextLength: 16)) {
            try draw([tooLong], model: model, batchSize: 1)
        }
    }
}
