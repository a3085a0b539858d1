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

    /// A prompt and what is wanted of it.
    public struct Request: Sendable {
        public var sampling: SamplingRequest
        /// Likeliest tokens wanted beside each drawn one.
        public var alternatives: Int
        /// Goes on after a stop token, to the token limit: for measurements that need answers of equal length.
        public var ignoresStopTokens: Bool

        public init(_ sampling: SamplingRequest, alternatives: Int = 0, ignoresStopTokens: Bool = false) {
            self.sampling = sampling
            self.alternatives = alternatives
            self.ignoresStopTokens = ignoresStopTokens
        }
    }

    /// A request that joined the batch.
    public struct Admission: Sendable {
        /// Numbers of the sequences, in the order of the request's seeds.
        public var sequences: Range<Int>
        /// Their first tokens.
        public var tokens: [Token]
    }

    private struct Member {
        var sequence: BatchDecoder.Sequence
        var alternatives: Int
        var ignoresStopTokens: Bool

        func finishReason(_ sequence: BatchDecoder.Sequence, _ stopTokens: Set<Int32>) -> SampledSequence.FinishReason? {
            if !ignoresStopTokens, stopTokens.contains(sequence.lastToken) { return .stop }
            return sequence.tokens.count >= sequence.limit ? .length : nil
        }
    }

    /// Tokens that a sequence's cache holds at first; it doubles when it is full, so that a generous limit costs no
    /// memory before it is used.
    private static let firstCapacity = 128

    private let model: LanguageModel
    private let stopTokens: Set<Int32>
    private var members: [Member] = []
    private var prompts: PromptCache
    /// Caches of sequences that have ended, none longer than `firstCapacity`.
    private var spareCaches: [KeyValueCache] = []
    private var nextNumber = 0

    /// - Parameter promptCacheTokens: tokens of earlier prompts kept for requests that begin alike.
    public init(model: LanguageModel, stopTokens: Set<Int32>, promptCacheTokens: Int = 4096) {
        self.model = model
        self.stopTokens = stopTokens
        prompts = PromptCache(capacity: promptCacheTokens)
    }

    /// Sequences in the batch.
    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }

    /// Reads a prompt and draws the first tokens of its samples.
    /// - Throws: `ModelError` for a prompt that is empty, too long for another token to follow, or not of this
    ///   vocabulary.
    public mutating func admit(_ request: Request) throws -> Admission { try admit([request])[0].get() }

    /// Reads prompts in as few passes as possible, each once for all of its samples, and draws their first tokens.
    /// - Returns: per request, the sequences or why the request cannot be taken.
    public mutating func admit(_ requests: [Request]) -> [Result<Admission, any Error>] {
        model.prepareDecoding()
        var results = [Result<Admission, any Error>?](repeating: nil, count: requests.count)
        var open: [Int] = []
        for (index, request) in requests.enumerated() {
            do {
                try check(request.sampling)
                open.append(index)
            } catch {
                results[index] = .failure(error)
            }
        }
        // Prompts that begin like another of the same pass wait for the next one, and find it in the cache.
        while !open.isEmpty {
            var pass: [(index: Int, shared: LanguageModel.SharedPrefix?)] = []
            var states: [(index: Int, state: LanguageModel.PromptState)] = []
            var later: [Int] = []
            for index in open {
                let prompt = requests[index].sampling.prompt
                let match = prompts.match(prompt)
                if case .whole(let state)? = match {
                    states.append((index, state))
                    continue
                }
                var shared: LanguageModel.SharedPrefix?
                if case .beginning(let prefix)? = match { shared = prefix }
                let known = shared?.count ?? 0
                let isKnownSoon = pass.contains { other in
                    let earlier = requests[other.index].sampling.prompt
                    return prompts.canHold(earlier) && PromptCache.sharedCount(prompt, earlier) > known
                }
                if isKnownSoon { later.append(index) } else { pass.append((index, shared)) }
            }
            let read = pass.isEmpty ? [] : model.prefill(pass.map { (requests[$0.index].sampling.prompt, $0.shared) }, keepingRows: true)
            for state in read { prompts.insert(state) }
            states += zip(pass, read).map { ($0.index, $1) }
            for (index, state) in states { results[index] = .success(join(requests[index], state)) }
            open = later
        }
        return results.map { $0 ?? .failure(ModelError.emptyTree) }
    }

    private func check(_ request: SamplingRequest) throws {
        guard !request.prompt.isEmpty else { throw ModelError.emptyTree }
        var tree = TokenTree()
        tree.append(request.prompt, to: nil, isScored: false)
        try model.check(tree)
        if request.prompt.count >= model.configuration.contextLength {
            throw ModelError.sequenceTooLong(
                tokens: request.prompt.count + 1, contextLength: model.configuration.contextLength)
        }
    }

    /// Gives a request's samples their places and draws their first tokens.
    private mutating func join(_ request: Request, _ prompt: LanguageModel.PromptState) -> Admission {
        let settings = request.sampling.settings
        let limit = min(settings.maximumTokens, model.configuration.contextLength - prompt.cache.count)
        let numbers = nextNumber..<nextNumber + request.sampling.seeds.count
        nextNumber = numbers.upperBound
        var admitted = zip(numbers, request.sampling.seeds).map { number, seed in
            Member(
                sequence: BatchDecoder.Sequence(
                    request: number, sample: 0, settings: settings, seed: seed, prompt: prompt,
                    cache: KeyValueCache(
                        capacity: min(limit, Self.firstCapacity), firstPosition: prompt.cache.count,
                        configuration: model.configuration, format: .init(model.precision), reusing: spareCaches.popLast()),
                    limit: limit),
                alternatives: request.alternatives, ignoresStopTokens: request.ignoresStopTokens)
        }
        // Every sample starts from the one row of logits that the prompt ends with.
        let tokens = prompt.logits.withUnsafeBufferPointer { logits -> [Token] in
            guard let logits = logits.baseAddress else { return [] }
            return admitted.indices.flatMap { index in
                draw(&admitted[index...index], BatchDecoder.Step([admitted[index].sequence], drafting: false), logits)
            }
        }
        // Beside those of the same prompt: attention reads a prompt once for neighbours.
        let place = members.lastIndex { $0.sequence.prompt === prompt }.map { $0 + 1 } ?? members.endIndex
        members.insert(contentsOf: admitted, at: place)
        removeFinished()
        return Admission(sequences: numbers, tokens: tokens)
    }

    /// Advances every sequence by a token, or by several where drafts of few sequences were right; those that end leave
    /// the batch.
    public mutating func step() -> [Token] {
        guard !members.isEmpty else { return [] }
        let sequences = members.map(\.sequence)
        let step = BatchDecoder.Step(sequences, drafting: true)
        for index in members.indices { makeRoom(for: &members[index].sequence, drafted: step.drafts[index].count) }
        let tokens = draw(&members[...], step, model.decode(members.map(\.sequence), step))
        removeFinished()
        return tokens
    }

    private func makeRoom(for sequence: inout BatchDecoder.Sequence, drafted: Int) {
        let used = sequence.tokens.count - 1
        guard used + drafted >= sequence.cache.capacity else { return }
        sequence.cache = sequence.cache.grown(to: min(sequence.limit, 2 * (used + drafted)), keeping: used)
    }

    /// Takes sequences out of the batch before their end; numbers that are not in it are ignored.
    public mutating func withdraw(_ sequences: Set<Int>) {
        if !sequences.isEmpty { remove { sequences.contains($0.sequence.request) } }
    }

    private mutating func removeFinished() {
        let stopTokens = stopTokens
        remove { $0.finishReason($0.sequence, stopTokens) != nil }
    }

    private mutating func remove(where isGone: (Member) -> Bool) {
        spareCaches += members.filter(isGone).map(\.sequence.cache).filter { $0.capacity <= Self.firstCapacity }
        members.removeAll(where: isGone)
    }

    /// Draws what follows the rows of a step from `logits` [rows, vocabulary].
    private func draw(
        _ members: inout ArraySlice<Member>, _ step: BatchDecoder.Step, _ logits: UnsafePointer<Float>
    ) -> [Token] {
        let width = model.configuration.vocabularyCount
        let draws = BatchDecoder.Draws(members.map(\.sequence), step, logits: logits, model: model)
        var tokens: [Token] = []
        for (index, place) in zip(members.indices, 0...) {
            let member = members[index]
            draws.append(
                to: &members[index].sequence, place, of: step, isEnd: { member.finishReason($0, stopTokens) != nil }
            ) { row, sequence in
                let values = UnsafeBufferPointer(start: logits + row * width, count: width)
                let (id, logProbability) = (draws.tokens[row], draws.logProbabilities[row])
                tokens.append(
                    Token(
                        sequence: sequence.request, id: id, logProbability: logProbability,
                        alternatives: Self.likeliest(
                            member.alternatives, values, drawn: (values[Int(id)], logProbability)),
                        finishReason: member.finishReason(sequence, stopTokens)))
            }
        }
        return tokens
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
