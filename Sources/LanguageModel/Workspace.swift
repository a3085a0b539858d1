import CKernels

/// A float buffer that grows to the largest size asked of it and keeps its memory.
///
/// It has room for a quarter more, so that a somewhat longer batch does not give its pages back to have new ones cleared;
/// room that nobody wrote to takes no memory.
final class ScratchBuffer {
    private var memory = allocateMemory(0)
    private var byteCount = 0

    /// At least `count` elements; contents are unspecified.
    func reserve(_ count: Int) -> UnsafeMutablePointer<Float> {
        let wanted = count * MemoryLayout<Float>.stride, room = wanted / 4
        if byteCount < wanted {
            pk_release(memory, byteCount)  // before allocating
            memory = allocateMemory(wanted, room: room)
            byteCount = wanted + room
        }
        return memory.bindMemory(to: Float.self, capacity: byteCount / MemoryLayout<Float>.stride)
    }

    deinit { pk_release(memory, byteCount) }
}

/// What one decoder layer computes on the way forward and needs on the way back.
final class LayerActivations {
    private let queryKeyValue = ScratchBuffer()
    private let attention = ScratchBuffer()
    private let attentionLogSumExp = ScratchBuffer()
    private let middle = ScratchBuffer()
    private let attentionNormScale = ScratchBuffer()
    private let feedForwardNormScale = ScratchBuffer()
    private let gateUp = ScratchBuffer()

    /// Pointers for `rows` rows; valid until the next call with more rows.
    struct Rows {
        /// [rows, querySize + 2 * keyValueSize] after rotary embedding.
        var queryKeyValue: UnsafeMutablePointer<Float>
        /// [rows, querySize].
        var attention: UnsafeMutablePointer<Float>
        /// [rows, headCount].
        var attentionLogSumExp: UnsafeMutablePointer<Float>
        /// Residual stream after attention, [rows, hiddenSize].
        var middle: UnsafeMutablePointer<Float>
        var attentionNormScale: UnsafeMutablePointer<Float>
        var feedForwardNormScale: UnsafeMutablePointer<Float>
        /// [rows, 2 * intermediateSize].
        var gateUp: UnsafeMutablePointer<Float>
    }

    func reserve(rows: Int, _ configuration: ModelConfiguration) -> Rows {
        Rows(
            queryKeyValue: queryKeyValue.reserve(rows * configuration.fusedAttentionSize),
            attention: attention.reserve(rows * configuration.querySize),
            attentionLogSumExp: attentionLogSumExp.reserve(rows * configuration.headCount),
            middle: middle.reserve(rows * configuration.hiddenSize),
            attentionNormScale: attentionNormScale.reserve(rows),
            feedForwardNormScale: feedForwardNormScale.reserve(rows),
            gateUp: gateUp.reserve(rows * 2 * configuration.intermediateSize))
    }
}

/// Buffers of a pass that are not kept for the way back.
final class Workspace {
    let normalized = ScratchBuffer()
    let inner = ScratchBuffer()
    let hidden = ScratchBuffer()
    let gradient = ScratchBuffer()
    let gradientInner = ScratchBuffer()
    let gradientNormalized = ScratchBuffer()
    let gradientQueryKeyValue = ScratchBuffer()
    let gradientAttention = ScratchBuffer()
    let predictorGradient = ScratchBuffer()
    let predictorAttentionGradient = ScratchBuffer()
    let residual = [ScratchBuffer(), ScratchBuffer()]
    let predictors = ScratchBuffer()
    let predictorScales = ScratchBuffer()
    let gathered = ScratchBuffer()
    let logits = ScratchBuffer()
    let logSumExp = ScratchBuffer()
    let labelLogits = ScratchBuffer()
    let meanLogits = ScratchBuffer()
    /// Rows that several products read; see ``pk_rows``.
    let convertedInput = ScratchBuffer()
    let convertedGradient = ScratchBuffer()
    let adapterInput = ScratchBuffer()
    let adapterLow = ScratchBuffer()
    let adapterLowGradient = ScratchBuffer()
    let adapterInputGradient = ScratchBuffer()
}
