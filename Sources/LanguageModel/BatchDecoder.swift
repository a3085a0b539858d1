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
        var lookup = PromptLookup()

        /// The newest token, not yet in the cache.
        var lastToken: Int32 { tokens.last ?? 0 }
        /// Position of the newest token.
        var position: Int { prompt.cache.count + tokens.count - 1 }
        /// Uniform variate in [0, 1) of the draw after `ahead` more tokens: a function of seed and token index.
        func uniform(ahead: Int = 0) -> Double {
            SplitMix64.unit(SplitMix64.mix(seed &+ UInt64(tokens.count + ahead + 1) &* 0x9E37_79B9_7F4A_7C15))
        }

        /// Tokens that may follow the newest one; room is left for the one that is drawn after them.
        func draft(limit: Int) -> [Int32] {
            lookup.draft(prompt: prompt.prompt, tokens: tokens, limit: min(limit, self.limit - tokens.count - 1))
        }
    }

    /// A step's rows: the newest token of every sequence, each followed by what is drafted after it.
    struct Step {
        let drafts: [[Int32]]
        /// First row of each sequence, and their number as a last element.
        let firstRows: [Int]

        var rows: Int { firstRows[firstRows.count - 1] }

        init(_ sequences: [Sequence], drafting: Bool) {
            let limit = drafting ? PromptLookup.allowance(sequences: sequences.count) : 0
            drafts = sequences.map { $0.draft(limit: limit) }
            firstRows = drafts.reduce(into: [0]) { $0.append($0[$0.count - 1] + 1 + $1.count) }
        }
    }

    /// What was drawn after a step's rows.
    struct Draws {
        let tokens: [Int32]
        let logProbabilities: [Float]

        /// - Parameter logits: [rows of the step, vocabulary]
        init(_ sequences: [Sequence], _ step: Step, logits: UnsafePointer<Float>, model: LanguageModel) {
            let vocabulary = Int64(model.configuration.vocabularyCount)
            let rows = sequences.indices.flatMap { index in (0...step.drafts[index].count).map { (sequences[index], $0) } }
            var tokens = [Int32](repeating: 0, count: rows.count)
            var logProbabilities = [Float](repeating: 0, count: rows.count)
            pk_sample(
                model.pool.handle, Int64(rows.count), vocabulary, logits, vocabulary, rows.map(\.0.settings.temperature),
                rows.map(\.0.settings.topP), rows.map { $0.uniform(ahead: $1) }, &tokens, &logProbabilities)
            (self.tokens, self.logProbabilities) = (tokens, logProbabilities)
        }

        /// Appends what was drawn for sequence `index`, up to the first token that was drafted otherwise or that ends the
        /// sequence.
        /// - Parameter onToken: is told each row and its sequence with the token.
        func append(
            to sequence: inout Sequence, _ index: Int, of step: Step, isEnd: (Sequence) -> Bool,
            onToken: (_ row: Int, Sequence) -> Void = { _, _ in }
        ) {
            let draft = step.drafts[index]
            var right = 0
            for row in step.firstRows[index]..<step.firstRows[index + 1] {
                sequence.tokens.append(tokens[row])
                sequence.logProbability += Double(logProbabilities[row])
                onToken(row, sequence)
                guard !isEnd(sequence), right < draft.count, draft[right] == tokens[row] else { break }
                right += 1
            }
            sequence.lookup.learn(drafted: draft.count, right: right)
        }
    }

    typealias Finish = (_ request: Int, _ sample: Int, _ sequence: SampledSequence) throws -> Void

    private let model: LanguageModel
    private let stopTokens: Set<Int32>
    private let drafting: Bool
    private var sequences: [Sequence] = []
    private var spareCaches: [KeyValueCache] = []

    init(model: LanguageModel, stopTokens: Set<Int32>, drafting: Bool) {
        self.model = model
        self.stopTokens = stopTokens
        self.drafting = drafting
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
            draw(&admitted, Step(admitted, drafting: false), logits: logits)
        }
        for sequence in admitted where try !finish(sequence, onFinish) { sequences.append(sequence) }
    }

    /// Feeds every sequence's newest token, with what is drafted after it, and draws what follows.
    mutating func step(onFinish: Finish) throws {
        guard !sequences.isEmpty else { return }
        let step = Step(sequences, drafting: drafting)
        draw(&sequences, step, logits: model.decode(sequences, step))
        var going: [Sequence] = []
        going.reserveCapacity(sequences.count)
        for sequence in sequences where try !finish(sequence, onFinish) { going.append(sequence) }
        sequences = going
    }

    private func draw(_ sequences: inout [Sequence], _ step: Step, logits: UnsafePointer<Float>) {
        let draws = Draws(sequences, step, logits: logits, model: model)
        for index in sequences.indices { draws.append(to: &sequences[index], index, of: step, isEnd: isEnd) }
    }

    private func isEnd(_ sequence: Sequence) -> Bool {
        stopTokens.contains(sequence.lastToken) || sequence.tokens.count >= sequence.limit
    }

    /// Hands over a sequence that has ended; returns whether it had.
    private mutating func finish(_ sequence: Sequence, _ onFinish: Finish) throws -> Bool {
        guard isEnd(sequence) else { return false }
        spareCaches.append(sequence.cache)
        try onFinish(
            sequence.request, sequence.sample,
            SampledSequence(
                tokens: sequence.tokens, finishReason: stopTokens.contains(sequence.lastToken) ? .stop : .length,
                logProbability: sequence.logProbability))
        return true
    }
}
