import CKernels

/// Continuous batching for a server: requests join between two steps, and each token is handed over when it is
/// drawn. Tokens are those that `LanguageModel.sample` draws for the same prompt, settings and seed, whoever else
/// is in the batch.
///
/// As the model itself, one instance is used by one task at a time.
public struct OnlineDecoder {
    public struct Token: Sendable {
        /// The sequence's number, as `admit` returned it.
        public var sequence: Int
        public var id: Int32
        /// Natural log, at temperature 1.
        public var logProbability: Float
        /// The likeliest tokens at temperature 1, best first; as many as the request wanted.
        public var alternatives: [Alternative]
        /// Set with a sequence's last token; a stop token is handed over like any other.
        public var finishReason: SampledSequence.FinishReason?
    }

    public struct Alternative: Sendable, Hashable {
        public var id: Int32
        public var logProbability: Float
    }

    private struct Member {
        var sequence: BatchDecoder.Sequence
        var alternatives: Int

        func finishReason(_ stopTokens: Set<Int32>) -> SampledSequence.FinishReason? {
            if stopTokens.contains(sequence.lastToken) { return .stop }
            return sequence.tokens.count >= sequence.limit ? .length : nil
        }
    }

    private let model: LanguageModel
    private let stopTokens: Set<Int32>
    private var members: [Member] = []
    private var spareCaches: [KeyValueCache] = []
    private var nextNumber = 0

    public init(model: LanguageModel, stopTokens: Set<Int32>) {
        self.model = model
        self.stopTokens = stopTokens
    }

    /// Sequences in the batch.
    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }

    /// Reads a prompt, once for all of its samples, and draws their first tokens.
    /// - Parameter alternatives: likeliest tokens wanted beside each drawn one.
    /// - Returns: the numbers of the sequences in the order of `request.seeds`, and their first tokens.
    /// - Throws: `ModelError` for a prompt that is empty, too long for another token to follow, or not of this
    ///   vocabulary.
    public mutating func admit(
        _ request: SamplingRequest, alternatives: Int = 0
    ) throws -> (sequences: Range<Int>, tokens: [Token]) {
        guard !request.prompt.isEmpty else { throw ModelError.emptyTree }
        var tree = TokenTree()
        tree.append(request.prompt, to: nil, isScored: false)
        try model.check(tree)
        let limit = min(request.settings.maximumTokens, model.configuration.contextLength - request.prompt.count)
        guard limit > 0 else {
            throw ModelError.sequenceTooLong(
                tokens: request.prompt.count + 1, contextLength: model.configuration.contextLength)
        }
        model.preparePackedWeights()
        let prompt = model.prefill(request.prompt)
        let numbers = nextNumber..<nextNumber + request.seeds.count
        nextNumber = numbers.upperBound
        var admitted = zip(numbers, request.seeds).map { number, seed in
            Member(
                sequence: BatchDecoder.Sequence(
                    request: number, sample: 0, settings: request.settings, seed: seed, prompt: prompt,
                    cache: KeyValueCache(
                        capacity: limit, firstPosition: prompt.cache.count, configuration: model.configuration,
                        reusing: takeCache(capacity: limit)),
                    limit: limit),
                alternatives: alternatives)
        }
        // Every sample starts from the one row of logits that the prompt ends with.
        let tokens = prompt.logits.withUnsafeBufferPointer { logits -> [Token] in
            guard let logits = logits.baseAddress else { return [] }
            return admitted.indices.flatMap { Self.draw(&admitted[$0...$0], logits: logits, model, stopTokens) }
        }
        members += admitted
        removeFinished()
        return (numbers, tokens)
    }

    /// Advances every sequence by a token; those that end leave the batch.
    public mutating func step() -> [Token] {
        guard !members.isEmpty else { return [] }
        let logits = model.decode(members.map(\.sequence))
        let tokens = Self.draw(&members[...], logits: logits, model, stopTokens)
        removeFinished()
        return tokens
    }

    /// Takes sequences out of the batch before their end; numbers that are not in it are ignored.
    public mutating func withdraw(_ sequences: Set<Int>) {
        if !sequences.isEmpty { remove { sequences.contains($0.sequence.request) } }
    }

    private mutating func removeFinished() {
        let stopTokens = stopTokens
        remove { $0.finishReason(stopTokens) != nil }
    }

    private mutating func remove(where isGone: (Member) -> Bool) {
        spareCaches += members.filter(isGone).map(\.sequence.cache)
        members.removeAll(where: isGone)
    }

    private mutating func takeCache(capacity: Int) -> KeyValueCache? {
        // The smallest that is large enough; those that never fit again go, lest they pile up.
        let fitting = spareCaches.indices.filter { spareCaches[$0].capacity >= capacity }
        guard let best = fitting.min(by: { spareCaches[$0].capacity < spareCaches[$1].capacity }) else {
            spareCaches.removeAll()
            return nil
        }
        return spareCaches.remove(at: best)
    }

    /// Draws a token per member from `logits` [members, vocabulary].
    private static func draw(
        _ members: inout ArraySlice<Member>, logits: UnsafePointer<Float>, _ model: LanguageModel, _ stopTokens: Set<Int32>
    ) -> [Token] {
        let width = model.configuration.vocabularyCount
        var ids = [Int32](repeating: 0, count: members.count)
        var logProbabilities = [Float](repeating: 0, count: members.count)
        pk_sample(
            model.pool.handle, Int64(members.count), Int64(width), logits, Int64(width),
            members.map(\.sequence.settings.temperature), members.map(\.sequence.settings.topP),
            members.map(\.sequence.uniform), &ids, &logProbabilities)
        return zip(members.indices, 0...).map { index, row in
            members[index].sequence.tokens.append(ids[row])
            members[index].sequence.logProbability += Double(logProbabilities[row])
            let values = UnsafeBufferPointer(start: logits + row * width, count: width)
            return Token(
                sequence: members[index].sequence.request, id: ids[row], logProbability: logProbabilities[row],
                alternatives: likeliest(
                    members[index].alternatives, values, drawn: (values[Int(ids[row])], logProbabilities[row])),
                finishReason: members[index].finishReason(stopTokens))
        }
    }

    /// The `count` largest logits as log-probabilities, largest first, ties by lower id. The drawn token's logit and
    /// log-probability tell how far they are apart.
    private static func likeliest(
        _ count: Int, _ logits: UnsafeBufferPointer<Float>, drawn: (logit: Float, logProbability: Float)
    ) -> [Alternative] {
        guard count > 0 else { return [] }
        var best: [Alternative] = []
        for (id, logit) in logits.enumerated() where best.count < count || logit > best[best.count - 1].logProbability {
            let place = best.firstIndex { logit > $0.logProbability } ?? best.count
            best.insert(Alternative(id: Int32(id), logProbability: logit), at: place)
            if best.count > count { best.removeLast() }
        }
        for index in best.indices {
            best[index].logProbability = best[index].logProbability - drawn.logit + drawn.logProbability
        }
        return best
    }
}
