import CKernels
import RandomNumbers

/// Dropout masks of a LoRA adapter's inputs: a function of the tree, layer, target and element, so
/// that a mask does not depend on how trees are packed into batches.
struct AdapterDropout {
    /// First row of each tree and the row count last, as in `TreeBatch.treeRows`.
    var treeRows: [Int]
    /// One key per tree and optimizer step.
    var keys: [UInt64]

    /// `output` = dropout(`input`) / (1 - rate), both [rows, columns]; `input` has its own row distance.
    func apply(
        _ input: UnsafePointer<Float>, stride: Int, columns: Int, rate: Float, placement: Int,
        output: UnsafeMutablePointer<Float>, addingTo: Bool
    ) {
        let keep = 1 / (1 - rate)
        let threshold = UInt64(Double(rate) * 4_294_967_296)
        for tree in keys.indices {
            let key = SplitMix64.mix(keys[tree] ^ SplitMix64.mix(UInt64(placement) &+ 0x9E37_79B9_7F4A_7C15))
            for row in treeRows[tree]..<treeRows[tree + 1] {
                for column in 0..<columns {
                    let element = UInt64((row - treeRows[tree]) * columns + column)
                    let kept = SplitMix64.mix(key &+ element &* 0xD129_0C5D_2A91_9F63) >> 32 >= threshold
                    let value = kept ? input[row * stride + column] * keep : 0
                    if addingTo {
                        output[row * columns + column] += value
                    } else {
                        output[row * columns + column] = value
                    }
                }
            }
        }
    }
}

/// Parts of a fused projection: which adapter target writes (or reads) which columns.
struct FusedTarget {
    var target: AdapterTarget
    var column: Int
}

/// One decoder layer, forward. Row counts are those of the batch; nothing here depends on how rows
/// relate to each other except the attention that stands between the two halves.
extension LanguageModel {
    var attentionInputTargets: [FusedTarget] {
        [
            FusedTarget(target: .query, column: 0),
            FusedTarget(target: .key, column: configuration.querySize),
            FusedTarget(target: .value, column: configuration.querySize + configuration.keyValueSize),
        ]
    }

    var feedForwardInputTargets: [FusedTarget] {
        [
            FusedTarget(target: .gate, column: 0),
            FusedTarget(target: .up, column: configuration.intermediateSize),
        ]
    }

    /// Normalised rows of x [rows, hiddenSize] for products; valid until the next rows are converted.
    /// - Parameter scale: [rows], written where it is wanted.
    func normalizedRows(
        _ x: UnsafePointer<Float>, gains: UnsafePointer<Float>, rows: Int, scale: UnsafeMutablePointer<Float>?,
        dropout: AdapterDropout?
    ) -> pk_rows {
        let width = configuration.hiddenSize
        return pk_rmsnorm_rows(
            pool.handle, precision.kernel, Int64(rows), Int64(width), x, gains, configuration.normEpsilon,
            needsFloats(dropout) ? workspace.normalized.reserve(rows * width) : nil, scale,
            workspace.convertedInput.reserve(rows: rows, columns: width, precision))
    }

    /// silu(gate) * up [rows, intermediateSize] for products; valid until the next rows are converted.
    func gatedRows(_ gateUp: UnsafePointer<Float>, rows: Int, dropout: AdapterDropout?) -> pk_rows {
        let width = configuration.intermediateSize
        return pk_swiglu_rows(
            pool.handle, precision.kernel, Int64(rows), Int64(width), gateUp,
            needsFloats(dropout) ? workspace.inner.reserve(rows * width) : nil,
            workspace.convertedInput.reserve(rows: rows, columns: width, precision))
    }

    /// Whether the floats of rows for products are read: by the products, or by dropout.
    private func needsFloats(_ dropout: AdapterDropout?) -> Bool { precision == .float32 || dropout != nil }

    /// x [rows, hiddenSize] -> normalised -> fused q, k, v with rotary embedding applied to q and k.
    func attentionInputs(
        layer index: Int, rows: Int, positions: [Int32], x: UnsafePointer<Float>, into slot: LayerActivations.Rows,
        dropout: AdapterDropout?
    ) {
        let c = configuration
        let normalized = normalizedRows(
            x, gains: gains.attention(layer: index), rows: rows, scale: slot.attentionNormScale, dropout: dropout)
        project(
            normalized, by: forwardMatrices[index].queryKeyValue, attentionInputTargets, layer: index, rows: rows,
            into: slot.queryKeyValue, accumulating: false, dropout: dropout)
        pk_rotary(
            pool.handle, Int64(rows), Int32(c.headCount + c.keyValueHeadCount), Int32(c.headSize), positions,
            rotary.cosines.pointer, rotary.sines.pointer, slot.queryKeyValue, Int64(c.fusedAttentionSize), false)
    }

    /// Attention output -> residual -> normalised -> gated feed-forward -> residual.
    /// - Parameters:
    ///   - attention: [rows, querySize].
    ///   - x: [rows, hiddenSize].
    ///   - out: [rows, hiddenSize]; may be `x`.
    func attentionOutputAndFeedForward(
        layer index: Int, rows: Int, attention: UnsafePointer<Float>, x: UnsafePointer<Float>, slot: LayerActivations.Rows,
        out: UnsafeMutablePointer<Float>, dropout: AdapterDropout?
    ) {
        let c = configuration
        let matrices = forwardMatrices[index]
        pk_copy(pool.handle, Int64(rows * c.hiddenSize), x, slot.middle)
        project(
            pk_rows(attention, stride: c.querySize), by: matrices.output, [FusedTarget(target: .output, column: 0)],
            layer: index, rows: rows, into: slot.middle, accumulating: true, dropout: dropout)

        let normalized = normalizedRows(
            slot.middle, gains: gains.feedForward(layer: index), rows: rows, scale: slot.feedForwardNormScale,
            dropout: dropout)
        project(
            normalized, by: matrices.gateUp, feedForwardInputTargets, layer: index, rows: rows, into: slot.gateUp,
            accumulating: false, dropout: dropout)
        let inner = gatedRows(slot.gateUp, rows: rows, dropout: dropout)
        pk_copy(pool.handle, Int64(rows * c.hiddenSize), slot.middle, out)
        project(
            inner, by: matrices.down, [FusedTarget(target: .down, column: 0)], layer: index, rows: rows, into: out,
            accumulating: true, dropout: dropout)
    }

    /// Attention among the rows of a batch of trees.
    func treeAttention(_ batch: TreeBatch, slot: LayerActivations.Rows, keepingLogSumExp: Bool) {
        let c = configuration
        let stride = Int64(c.fusedAttentionSize)
        pk_tree_attention(
            pool.handle, precision.kernel, c.attentionShape, batch.segments, Int32(batch.segments.count), batch.ranges,
            batch.positions, slot.queryKeyValue, stride, slot.queryKeyValue + c.querySize, stride,
            slot.queryKeyValue + c.querySize + c.keyValueSize, stride, slot.attention, Int64(c.querySize),
            keepingLogSumExp ? slot.attentionLogSumExp : nil)
    }

    /// Rows [rows, columns] for several products, in bfloat16 converted into `memory` unless they are already.
    func shared(_ x: pk_rows, rows: Int, columns: Int, memory: ScratchBuffer) -> pk_rows {
        guard x.converted == nil else { return x }
        return pk_convert(
            pool.handle, precision.kernel, Int64(rows), Int64(columns), x.x, x.ldx,
            memory.reserve(rows: rows, columns: columns, precision))
    }

    /// y (+)= x W^T, and in each adapted target's columns scale * dropout(x) A^T times B^T; x and y are contiguous.
    private func project(
        _ x: pk_rows, by matrix: PackedMatrix, _ targets: [FusedTarget], layer: Int, rows: Int,
        into y: UnsafeMutablePointer<Float>, accumulating: Bool, dropout: AdapterDropout?
    ) {
        guard let adapter else {
            matrix.multiply(x, rows: rows, into: y, stride: matrix.outputs, accumulating: accumulating, pool: pool)
            return
        }
        let input = shared(x, rows: rows, columns: matrix.inputs, memory: workspace.convertedInput)
        let adapted = targets.compactMap { part in
            adapter.placement(part.target, layer: layer).map { (index: $0, column: part.column) }
        }
        let lows = workspace.adapterLow.reserve(adapted.count * rows * adapter.rank)
        let addends = adapted.enumerated().map { place, target in
            let low = lows + place * rows * adapter.rank
            _ = adapterLow(adapter, target.index, rows: rows, x: input, inputs: matrix.inputs, into: low, dropout: dropout)
            return PackedMatrix.Addend(
                matrix: adapter.packedPlacement(target.index).forwardB, input: low, column: target.column)
        }
        matrix.multiply(
            input, rows: rows, into: y, stride: matrix.outputs, accumulating: accumulating, adding: addends, pool: pool)
    }

    /// low = scale * dropout(x) A^T [rows, rank]; returns the (dropped) input that A read.
    func adapterLow(
        _ adapter: LowRankAdapter, _ index: Int, rows: Int, x: pk_rows, inputs: Int,
        into low: UnsafeMutablePointer<Float>, dropout: AdapterDropout?
    ) -> pk_rows {
        var input = x
        if let dropout, adapter.dropout > 0 {
            let dropped = workspace.adapterInput.reserve(rows * inputs)
            dropout.apply(
                x.x, stride: inputs, columns: inputs, rate: adapter.dropout, placement: index, output: dropped,
                addingTo: false)
            input = pk_rows(dropped, stride: inputs)
        }
        adapter.packedPlacement(index).forwardA.multiply(
            input, rows: rows, into: low, stride: adapter.rank, accumulating: false, pool: pool)
        adapter.applyScale(to: low, count: rows * adapter.rank)
        return input
    }
}
