import CKernels
import RandomNumbers

/// The samples being decoded together.
struct BatchDecoder {
    struct Sequence {
        var request: Int
        var sample: Int
        var settings: SamplingSettings
        var seed: UInt64
        var prompt: LanguageModel.PromptState
        var cache: KeyValueCache
        var limit: Int
        var tokens: [Int32] = []
        var logProbability = 0.0

        /// The newest token, not yet in the cache.
        var lastToken: Int32 { tokens.last ?? 0 }
        /// Position of the newest token.
        var position: Int { prompt.cache.count + tokens.count - 1 }
        /// Uniform variate in [0, 1) of the next draw: a function of seed and token index.
        var uniform: Double {
            SplitMix64.unit(SplitMix64.mix(seed &+ UInt64(tokens.count + 1) &* 0x9E37_79B9_7F4A_7C15))
        }
    }

    typealias Finish = (_ request: Int, _ sample: Int, _ sequence: SampledSequence) throws -> Void

    private let model: LanguageModel
    private let stopTokens: Set<Int32>
    private var sequences: [Sequence] = []
    private var spareCaches: [KeyValueCache] = []

    init(model: LanguageModel, stopTokens: Set<Int32>) {
        self.model = model
        self.stopTokens = stopTokens
    }

    var count: Int { sequences.count }
    var isEmpty: Bool { sequences.isEmpty }

    /// Draws a sample's first token from its prompt's logits and gives it a place unless it is done.
    mutating func admit(
        request: Int, sample: Int, _ wanted: SamplingRequest, prompt: LanguageModel.PromptState, onFinish: Finish
    ) throws {
        let room = model.configuration.contextLength - prompt.cache.count
        let limit = min(wanted.settings.maximumTokens, room)
        guard limit > 0 else {
            try onFinish(request, sample, SampledSequence(tokens: [], finishReason: .length, logProbability: 0))
            return
        }
        let sequence = Sequence(
            request: request, sample: sample, settings: wanted.settings, seed: wanted.seeds[sample], prompt: prompt,
            cache: KeyValueCache(
                capacity: limit, firstPosition: prompt.cache.count, configuration: model.configuration,
                format: .init(model.precision), reusing: spareCaches.popLast()),
            limit: limit)
        var admitted = [sequence]
        prompt.logits.withUnsafeBufferPointer { logits in
            guard let logits = logits.baseAddress else { return }
            Self.draw(&admitted, logits: logits, model: model)
        }
        for sequence in admitted where try !finish(sequence, onFinish) { sequences.append(sequence) }
    }

    /// Feeds every sequence's newest token and draws its successor.
    mutating func step(onFinish: Finish) throws {
        guard !sequences.isEmpty else { return }
        let logits = model.decode(sequences)
        Self.draw(&sequences, logits: logits, model: model)
        var going: [Sequence] = []
        going.reserveCapacity(sequences.count)
        for sequence in sequences where try !finish(sequence, onFinish) { going.append(sequence) }
        sequences = going
    }

    private static func draw(_ sequences: inout [Sequence], logits: UnsafePointer<Float>, model: LanguageModel) {
        let vocabulary = Int64(model.configuration.vocabularyCount)
        var tokens = [Int32](repeating: 0, count: sequences.count)
        var logProbabilities = [Float](repeating: 0, count: sequences.count)
        pk_sample(
            model.pool.handle, Int64(sequences.count), vocabulary, logits, vocabulary,
            sequences.map(\.settings.temperature), sequences.map(\.settings.topP), sequences.map(\.uniform),
            &tokens, &logProbabilities)
        for index in sequences.indices {
            sequences[index].tokens.append(tokens[index])
            sequences[index].logProbability += Double(logProbabilities[index])
        }
    }

    /// Hands over a sequence that has ended; returns whether it had.
    private mutating func finish(_ sequence: Sequence, _ onFinish: Finish) throws -> Bool {
        let stopped = stopTokens.contains(sequence.lastToken)
        guard stopped || sequence.tokens.count >= sequence.limit else { return false }
        spareCaches.append(sequence.cache)
        try onFinish(
            sequence.request, sequence.sample,
            SampledSequence(
                tokens: sequence.tokens, finishReason: stopped ? .stop : .length,
                logProbability: sequence.logProbability))
        return true
    }
}
