import CKernels

/// Continuous batching: a fixed number of places, each holding one sample; a finished sample's place
/// is taken by the next at once, and a prompt's keys and values are shared by all its samples.
extension LanguageModel {
    /// Draws every sample of every request.
    ///
    /// Results depend on prompt, settings and seed only, not on `batchSize` or on the other requests.
    /// - Parameters:
    ///   - stopTokens: ids that end a sample.
    ///   - batchSize: samples decoded together.
    ///   - drafting: whether few samples' next tokens are drafted from their own text (`PromptLookup`); a matter of
    ///     speed only.
    ///   - onFinish: called once per sample, in order of completion, with the request's and the
    ///     sample's index. Throwing ends sampling.
    /// - Throws: `ModelError` for an invalid prompt; whatever `onFinish` throws.
    public func sample(
        _ requests: [SamplingRequest], stopTokens: Set<Int32>, batchSize: Int = 64, drafting: Bool = true,
        onFinish: (_ request: Int, _ sample: Int, _ sequence: SampledSequence) throws -> Void
    ) throws {
        for request in requests {
            guard !request.prompt.isEmpty else { throw ModelError.emptyTree }
            var tree = TokenTree()
            tree.append(request.prompt, to: nil, isScored: false)
            try check(tree)
        }
        prepareDecoding()
        var decoder = BatchDecoder(model: self, stopTokens: stopTokens, drafting: drafting)
        var pending = requests.indices.lazy.flatMap { request in
            requests[request].seeds.indices.lazy.map { (request, $0) }
        }.makeIterator()
        var prompt: (request: Int, state: PromptState)?
        var next = pending.next()
        while next != nil || !decoder.isEmpty {
            while let (request, sample) = next, decoder.count < max(1, batchSize) {
                if prompt?.request != request {
                    prompt = (request, prefill(requests[request].prompt))
                }
                if let state = prompt?.state {
                    try decoder.admit(
                        request: request, sample: sample, requests[request], prompt: state, onFinish: onFinish)
                }
                next = pending.next()
            }
            try decoder.step(onFinish: onFinish)
        }
    }

    /// Logits [rows, vocabulary] from the residual stream; valid until the next pass.
    func nextTokenLogits(rows: Int, hidden: UnsafePointer<Float>) -> UnsafeMutablePointer<Float> {
        let normalized = workspace.predictors.reserve(rows * configuration.hiddenSize)
        pk_rmsnorm(
            pool.handle, Int64(rows), Int64(configuration.hiddenSize), hidden,
            gains.final, configuration.normEpsilon, normalized, nil)
        let logits = workspace.logits.reserve(rows * configuration.vocabularyCount)
        forwardHead.multiply(
            normalized, stride: configuration.hiddenSize, rows: rows, into: logits,
            stride: configuration.vocabularyCount, accumulating: false, pool: pool)
        return logits
    }

    /// One decoding step of `sequences`: writes each one's newest token and what is drafted after it into its cache and
    /// returns the logits of their successors, [rows of the step, vocabulary].
    func decode(_ sequences: [BatchDecoder.Sequence], _ step: BatchDecoder.Step) -> UnsafeMutablePointer<Float> {
        let c = configuration
        let rows = step.rows
        let fed = zip(sequences, step.drafts).flatMap { sequence, draft in
            ([sequence.lastToken] + draft).enumerated().map { (sequence, token: $1, position: sequence.position + $0) }
        }
        let positions = fed.map { Int32($0.position) }
        let targets = fed.map { ($0.0.cache, $0.position) }
        let spanBegin = (0...rows).map { Int32(2 * $0) }
        let slot = inferenceActivations.reserve(rows: rows, c)
        var x = workspace.residual[0].reserve(rows * c.hiddenSize)
        var next = workspace.residual[1].reserve(rows * c.hiddenSize)
        embed(fed.map(\.token), into: x)
        var spans: [pk_kv_span] = []
        spans.reserveCapacity(2 * rows)
        for layer in layout.layers.indices {
            attentionInputs(layer: layer, rows: rows, positions: positions, x: x, into: slot, dropout: nil)
            KeyValueCache.store(layer: layer, targets, queryKeyValue: slot.queryKeyValue, pool: pool)
            spans.removeAll(keepingCapacity: true)
            for (sequence, _, position) in fed {
                let own = sequence.cache
                spans.append(sequence.prompt.cache.span(layer: layer, count: sequence.prompt.cache.count))
                spans.append(own.span(layer: layer, count: position - own.firstPosition + 1))
            }
            pk_decode_attention(
                pool.handle, c.attentionShape, Int32(rows), slot.queryKeyValue, Int64(c.fusedAttentionSize), spans,
                spanBegin, positions, slot.attention, Int64(c.querySize))
            attentionOutputAndFeedForward(
                layer: layer, rows: rows, attention: slot.attention, x: x, slot: slot, out: next, dropout: nil)
            swap(&x, &next)
        }
        return nextTokenLogits(rows: rows, hidden: x)
    }
}
