import CKernels

/// Prompts on their way into the cache, several in one pass.
extension LanguageModel {
    /// A prompt's keys, values and the logits of its successor.
    final class PromptState {
        let prompt: [Int32]
        /// What decoding reads.
        let cache: KeyValueCache
        /// What a prompt that begins alike goes on from, where it was kept: rows.
        let rows: KeyValueCache?
        let logits: [Float]

        init(prompt: [Int32], cache: KeyValueCache, rows: KeyValueCache?, logits: [Float]) {
            self.prompt = prompt
            self.cache = cache
            self.rows = rows
            self.logits = logits
        }
    }

    /// What of an earlier prompt stands at the beginning of another.
    struct SharedPrefix {
        var rows: KeyValueCache
        /// A multiple of `LanguageModel.prefixBlock`, less than the new prompt's length.
        var count: Int
    }

    /// Attention goes over 64 queries and 64 keys at a time, counted from a segment's first token (`PK_PANEL`). Cut at
    /// such a boundary, a prompt that continues a cached prefix gives the same bits as one that is read whole.
    static let prefixBlock = 64

    func prefill(_ prompt: [Int32]) -> PromptState { prefill([(prompt, nil)], keepingRows: false)[0] }

    /// Each prompt's state depends on the prompt only, not on the others nor on what was shared.
    /// - Parameter keepingRows: others may begin like these prompts.
    /// - Precondition: no prompt is empty.
    func prefill(_ prompts: [(tokens: [Int32], shared: SharedPrefix?)], keepingRows: Bool) -> [PromptState] {
        let c = configuration
        let layout = PrefillLayout(prompts)
        let rows = layout.tokens.count
        let slot = inferenceActivations.reserve(rows: rows + layout.sharedRowCount, c)
        var x = workspace.residual[0].reserve(rows * c.hiddenSize)
        var next = workspace.residual[1].reserve(rows * c.hiddenSize)
        let format = KeyValueCache.Format(precision)
        func caches(_ format: KeyValueCache.Format) -> [KeyValueCache] {
            prompts.map { KeyValueCache(capacity: $0.tokens.count, firstPosition: 0, configuration: c, format: format) }
        }
        let decoded = caches(format)
        // One set is both where decoding reads rows.
        let kept: [KeyValueCache]? = format == .rows ? decoded : keepingRows ? caches(.rows) : nil
        let written = format != .rows && keepingRows ? [decoded, kept ?? []] : [decoded]
        embed(layout.tokens, into: x)
        for layer in self.layout.layers.indices {
            attentionInputs(layer: layer, rows: rows, positions: layout.positions, x: x, into: slot, dropout: nil)
            for (index, prompt) in prompts.enumerated() {
                let own = slot.queryKeyValue + layout.firstRows[index] * c.fusedAttentionSize
                let before = slot.queryKeyValue + layout.firstSharedRows[index] * c.fusedAttentionSize
                let shared = prompt.shared?.count ?? 0
                prompt.shared?.rows.load(layer: layer, rows: shared, queryKeyValue: before)
                for caches in written {
                    caches[index].store(layer: layer, at: 0, rows: shared, queryKeyValue: before, pool: pool)
                    caches[index].store(
                        layer: layer, at: shared, rows: prompt.tokens.count - shared, queryKeyValue: own, pool: pool)
                }
            }
            let stride = Int64(c.fusedAttentionSize)
            pk_tree_attention(
                pool.handle, precision.kernel, c.attentionShape, layout.segments, Int32(layout.segments.count),
                layout.ranges, layout.positions, slot.queryKeyValue, stride, slot.queryKeyValue + c.querySize, stride,
                slot.queryKeyValue + c.querySize + c.keyValueSize, stride, slot.attention, Int64(c.querySize), nil)
            attentionOutputAndFeedForward(layer: layer, rows: rows, wanted: layout.lastRows, x: x, slot: slot, out: next)
            swap(&x, &next)
        }
        let logits = nextTokenLogits(rows: prompts.count, hidden: x)
        return prompts.indices.map { index in
            decoded[index].count = prompts[index].tokens.count
            let own = UnsafeBufferPointer(start: logits + index * c.vocabularyCount, count: c.vocabularyCount)
            return PromptState(
                prompt: prompts[index].tokens, cache: decoded[index], rows: kept?[index],
                logits: Array(own))
        }
    }
}

/// Rows of a pass over prompts: first the tokens that are computed, prompt after prompt, then the keys and values of
/// shared prefixes, which are only attended to.
private struct PrefillLayout {
    private(set) var tokens: [Int32] = []
    private(set) var positions: [Int32] = []
    private(set) var segments: [pk_segment] = []
    private(set) var ranges: [pk_range] = []
    /// First computed row of each prompt, and their count as a last element.
    private(set) var firstRows: [Int] = []
    /// Last row of each prompt.
    private(set) var lastRows: [Int32] = []
    private(set) var firstSharedRows: [Int] = []
    private(set) var sharedRowCount = 0

    init(_ prompts: [(tokens: [Int32], shared: LanguageModel.SharedPrefix?)]) {
        let computed = prompts.reduce(0) { $0 + $1.tokens.count - ($1.shared?.count ?? 0) }
        var sharedPositions: [Int32] = []
        for (index, prompt) in prompts.enumerated() {
            let shared = prompt.shared?.count ?? 0
            let firstShared = computed + sharedRowCount
            firstRows.append(tokens.count)
            firstSharedRows.append(firstShared)
            segments.append(
                pk_segment(
                    begin: Int32(tokens.count), end: Int32(tokens.count + prompt.tokens.count - shared),
                    first_range: Int32(ranges.count), range_count: shared > 0 ? 1 : 0, tree: Int32(index)))
            if shared > 0 { ranges.append(pk_range(begin: Int32(firstShared), end: Int32(firstShared + shared))) }
            tokens += prompt.tokens[shared...]
            lastRows.append(Int32(tokens.count - 1))
            positions += (shared..<prompt.tokens.count).map(Int32.init)
            sharedPositions += (0..<shared).map(Int32.init)
            sharedRowCount += shared
        }
        firstRows.append(tokens.count)
        positions += sharedPositions
    }
}
