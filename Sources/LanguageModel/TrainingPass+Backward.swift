import CKernels

extension TrainingPass {
    /// Rows whose [rows, vocabulary] logits are held at once on the way back.
    static let headChunk = 128

    /// d(loss)/d(residual stream) of the predicting rows into `workspace.predictorGradient`, and the head's and final norm's
    /// gradients.
    ///
    /// For a row with labels j and coefficients g_j: d(loss)/d(logits) = sum_j g_j (onehot_j - softmax).
    func backwardHead(
        _ batch: TreeBatch, coefficients: [[Float]], into gradients: Gradients
    ) {
        let c = model.configuration
        let pool = model.pool.handle
        let workspace = model.workspace
        let rows = batch.predictorRows.count
        guard rows > 0 else { return }
        let head = model.transposedHead()
        var labelCoefficients = [Float](repeating: 0, count: batch.labels.count)
        for (tree, segments) in batch.labelRanges.enumerated() {
            for (segment, range) in segments.enumerated() {
                for label in range { labelCoefficients[label] = coefficients[tree][segment] }
            }
        }
        var scales = [Float](repeating: 0, count: rows)
        var labelsOfRow = [[Int]](repeating: [], count: rows)
        for (label, predictor) in batch.labelPredictors.enumerated() {
            scales[Int(predictor)] += labelCoefficients[label]
            labelsOfRow[Int(predictor)].append(label)
        }

        let normalized = workspace.predictors.reserve(rows * c.hiddenSize)
        let logSumExp = workspace.logSumExp.reserve(rows)
        let dNormalized = workspace.gradientNormalized.reserve(rows * c.hiddenSize)
        let logits = workspace.logits.reserve(min(rows, Self.headChunk) * c.vocabularyCount)
        for start in stride(from: 0, to: rows, by: Self.headChunk) {
            let count = min(Self.headChunk, rows - start)
            let hidden = normalized + start * c.hiddenSize
            model.forwardHead.multiply(
                hidden, stride: c.hiddenSize, rows: count, into: logits, stride: c.vocabularyCount,
                accumulating: false, pool: model.pool)
            scales.withUnsafeBufferPointer { scales in
                guard let scales = scales.baseAddress else { return }
                pk_softmax_gradient(
                    pool, Int64(count), Int64(c.vocabularyCount), logits, Int64(c.vocabularyCount),
                    logSumExp + start, scales + start)
            }
            for row in 0..<count {
                for label in labelsOfRow[start + row] {
                    logits[row * c.vocabularyCount + Int(batch.labels[label])] += labelCoefficients[label]
                }
            }
            let dLogits = model.shared(
                pk_rows(logits, stride: c.vocabularyCount), rows: count, columns: c.vocabularyCount,
                memory: workspace.convertedGradient)
            head.multiply(
                dLogits, rows: count, into: dNormalized + start * c.hiddenSize, stride: c.hiddenSize, accumulating: false,
                pool: model.pool)
            if !gradients.isForAdapter {
                let offset = (model.layout.head ?? model.layout.embeddings).offset
                accumulateWeightGradient(
                    dLogits, outputs: c.vocabularyCount, pk_rows(hidden, stride: c.hiddenSize), inputs: c.hiddenSize,
                    rows: count, into: gradients.values.pointer + offset, precision: model.precision, pool: model.pool)
            }
        }

        let gradient = workspace.predictorGradient.reserve(rows * c.hiddenSize)
        gradient.update(repeating: 0, count: rows * c.hiddenSize)
        pk_rmsnorm_backward(
            pool, Int64(rows), Int64(c.hiddenSize), dNormalized, workspace.gathered.reserve(rows * c.hiddenSize),
            model.gains.final, workspace.predictorScales.reserve(rows),
            gradient, gradients.isForAdapter ? nil : gradients.values.pointer + model.layout.finalNorm.offset)
    }

    /// Turns d(loss)/d(layer output) into d(loss)/d(layer input) in place and adds the layer's gradients. The last layer's
    /// output is that of the predicting rows, whose gradient is read from `workspace.predictorGradient`.
    func backwardLayer(
        _ index: Int, _ batch: Batch, slot: LayerActivations.Rows, x: UnsafePointer<Float>,
        gradient: UnsafeMutablePointer<Float>, into gradients: Gradients
    ) {
        let c = model.configuration
        let matrices = model.transposedMatrices(layer: index)
        let rows = batch.trees.rowCount
        let dAttention = model.workspace.gradientAttention.reserve(rows * c.querySize)
        if index == c.layerCount - 1 {
            let predictors = batch.trees.predictorRows
            let predictorGradient = model.workspace.predictorGradient.reserve(predictors.count * c.hiddenSize)
            let dPredictorAttention = model.workspace.predictorAttentionGradient.reserve(predictors.count * c.querySize)
            backwardSecondHalf(
                index, rows: predictors.count, matrices: matrices, slot: slot,
                attention: predictorAttention.reserve(predictors.count * c.querySize), gradient: predictorGradient,
                dAttention: dPredictorAttention, dropout: batch.predictorDropout, into: gradients)
            spread(predictors, predictorGradient, width: c.hiddenSize, over: gradient, rows: rows)
            spread(predictors, dPredictorAttention, width: c.querySize, over: dAttention, rows: rows)
        } else {
            backwardSecondHalf(
                index, rows: rows, matrices: matrices, slot: slot, attention: slot.attention, gradient: gradient,
                dAttention: dAttention, dropout: batch.dropout, into: gradients)
        }
        backwardAttention(
            index, batch, matrices: matrices, slot: slot, x: x, dAttention: dAttention, gradient: gradient, into: gradients)
    }

    /// The opposite of `gather`: rows of `source` to where they belong in `target` [rows, width], zeros elsewhere.
    private func spread(
        _ places: [Int32], _ source: UnsafePointer<Float>, width: Int, over target: UnsafeMutablePointer<Float>, rows: Int
    ) {
        pk_zero(model.pool.handle, Int64(rows * width), target)
        for (index, row) in places.enumerated() where row >= 0 {
            (target + Int(row) * width).update(from: source + index * width, count: width)
        }
    }

    /// From d(loss)/d(layer output) in `gradient` to d(loss)/d(residual stream after attention) there, and d(loss)/d(attention).
    private func backwardSecondHalf(
        _ index: Int, rows: Int, matrices: DecoderMatrices, slot: LayerActivations.Rows, attention: UnsafePointer<Float>,
        gradient: UnsafeMutablePointer<Float>, dAttention: UnsafeMutablePointer<Float>, dropout: AdapterDropout?,
        into gradients: Gradients
    ) {
        let c = model.configuration
        backwardFeedForward(
            index, rows: rows, matrices: matrices, slot: slot, gradient: gradient, dropout: dropout, into: gradients)
        backwardProjection(
            [FusedTarget(target: .output, column: 0)], matrices.output, layer: index, rows: rows,
            x: pk_rows(attention, stride: c.querySize), dy: pk_rows(gradient, stride: c.hiddenSize),
            weight: model.layout.layers[index].output, dx: dAttention, dropout: dropout, into: gradients)
    }

    private func backwardFeedForward(
        _ index: Int, rows: Int, matrices: DecoderMatrices, slot: LayerActivations.Rows,
        gradient: UnsafeMutablePointer<Float>, dropout: AdapterDropout?, into gradients: Gradients
    ) {
        let c = model.configuration
        let layer = model.layout.layers[index]
        let pool = model.pool.handle
        let workspace = model.workspace
        let dInner = workspace.gradientInner.reserve(rows * c.intermediateSize)

        backwardProjection(
            [FusedTarget(target: .down, column: 0)], matrices.down, layer: index, rows: rows,
            x: model.gatedRows(slot.gateUp, rows: rows, dropout: dropout),
            dy: pk_rows(gradient, stride: c.hiddenSize), weight: layer.down, dx: dInner, dropout: dropout, into: gradients)
        let dGateUp = pk_swiglu_backward_rows(
            pool, model.precision.kernel, Int64(rows), Int64(c.intermediateSize), dInner, slot.gateUp,
            model.precision == .float32 ? slot.gateUp : nil,
            workspace.convertedGradient.reserve(rows: rows, columns: 2 * c.intermediateSize, model.precision))

        let normalized = model.normalizedRows(
            slot.middle, gains: model.gains.feedForward(layer: index), rows: rows, scale: nil, dropout: dropout)
        let dNormalized = workspace.gradientNormalized.reserve(rows * c.hiddenSize)
        backwardProjection(
            model.feedForwardInputTargets, matrices.gateUp, layer: index, rows: rows, x: normalized,
            dy: dGateUp, weight: layer.gate, dx: dNormalized, dropout: dropout, into: gradients)
        pk_rmsnorm_backward(
            pool, Int64(rows), Int64(c.hiddenSize), dNormalized, slot.middle,
            model.gains.feedForward(layer: index), slot.feedForwardNormScale, gradient,
            gradients.isForAdapter ? nil : gradients.values.pointer + layer.feedForwardNorm.offset)
    }

    private func backwardAttention(
        _ index: Int, _ batch: Batch, matrices: DecoderMatrices, slot: LayerActivations.Rows, x: UnsafePointer<Float>,
        dAttention: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>, into gradients: Gradients
    ) {
        let c = model.configuration
        let layer = model.layout.layers[index]
        let pool = model.pool.handle
        let workspace = model.workspace
        let trees = batch.trees
        let rows = trees.rowCount
        let fused = Int64(c.fusedAttentionSize)
        let dFused = workspace.gradientQueryKeyValue.reserve(rows * c.fusedAttentionSize)
        let keyColumn = c.querySize
        let valueColumn = c.querySize + c.keyValueSize
        pk_tree_attention_backward(
            pool, model.precision.kernel, c.attentionShape, trees.segments, Int32(trees.segments.count), trees.ranges,
            trees.positions, slot.queryKeyValue, fused, slot.queryKeyValue + keyColumn, fused, slot.queryKeyValue + valueColumn,
            fused, slot.attention, dAttention, Int64(c.querySize), slot.attentionLogSumExp, dFused, fused,
            dFused + keyColumn, fused, dFused + valueColumn, fused)
        pk_rotary(
            pool, Int64(rows), Int32(c.headCount + c.keyValueHeadCount), Int32(c.headSize), trees.positions,
            model.rotary.cosines.pointer, model.rotary.sines.pointer, dFused, fused, true)

        let normalized = model.normalizedRows(
            x, gains: model.gains.attention(layer: index), rows: rows, scale: nil, dropout: batch.dropout)
        let dNormalized = workspace.gradientNormalized.reserve(rows * c.hiddenSize)
        backwardProjection(
            model.attentionInputTargets, matrices.queryKeyValue, layer: index, rows: rows, x: normalized,
            dy: pk_rows(dFused, stride: c.fusedAttentionSize),
            weight: layer.query, dx: dNormalized, dropout: batch.dropout, into: gradients)
        pk_rmsnorm_backward(
            pool, Int64(rows), Int64(c.hiddenSize), dNormalized, x,
            model.gains.attention(layer: index), slot.attentionNormScale, gradient,
            gradients.isForAdapter ? nil : gradients.values.pointer + layer.attentionNorm.offset)
    }

    /// dx = dy W, and the weight's gradient (full fine-tuning), or the adapters' gradients and their share of dx.
    ///
    /// With low = scale * drop(x) A^T: dB += dy^T low; dlow = scale * dy B; dA += dlow^T drop(x);
    /// dx += drop'(dlow A).
    /// - Parameter transposed: W^T as a matrix [inputs, outputs]; `dy` [rows, outputs] and `x` [rows, inputs] are
    ///   contiguous.
    private func backwardProjection(
        _ targets: [FusedTarget], _ transposed: PackedMatrix, layer: Int, rows: Int, x: pk_rows,
        dy: pk_rows, weight: ParameterLayout.Tensor, dx: UnsafeMutablePointer<Float>,
        dropout: AdapterDropout?, into gradients: Gradients
    ) {
        let (inputs, outputs) = (transposed.outputs, transposed.inputs)
        let dyRows = model.shared(dy, rows: rows, columns: outputs, memory: model.workspace.convertedGradient)
        func multiply(adding addends: [PackedMatrix.Addend]) {
            transposed.multiply(
                dyRows, rows: rows, into: dx, stride: inputs, accumulating: false, adding: addends, pool: model.pool)
        }
        guard let adapter = model.adapter else {
            multiply(adding: [])
            accumulateWeightGradient(
                dyRows, outputs: outputs, x, inputs: inputs, rows: rows,
                into: gradients.values.pointer + weight.offset, precision: model.precision, pool: model.pool)
            return
        }
        let xRows = model.shared(x, rows: rows, columns: inputs, memory: model.workspace.convertedInput)
        let adapted = targets.compactMap { part in
            adapter.placement(part.target, layer: layer).map { (index: $0, column: part.column) }
        }
        let dLows = model.workspace.adapterLowGradient.reserve(adapted.count * rows * adapter.rank)
        var shares: [(index: Int, addend: PackedMatrix.Addend)] = []
        for (place, target) in adapted.enumerated() {
            let placement = adapter.placements[target.index]
            let matrices = adapter.transposedPlacement(target.index, pool: model.pool)
            let low = model.workspace.adapterLow.reserve(rows * adapter.rank)
            let input = model.adapterLow(
                adapter, target.index, rows: rows, x: xRows, inputs: inputs, into: low, dropout: dropout)
            let dyPart = pk_rows_from(model.precision.kernel, dyRows, Int64(target.column))
            accumulateWeightGradient(
                dyPart, outputs: placement.outputs, pk_rows(low, stride: adapter.rank), inputs: adapter.rank, rows: rows,
                into: gradients.values.pointer + placement.offsetB, precision: model.precision, pool: model.pool)
            let dLow = dLows + place * rows * adapter.rank
            matrices.b.multiply(
                dyPart, rows: rows, into: dLow, stride: adapter.rank, accumulating: false, pool: model.pool)
            adapter.applyScale(to: dLow, count: rows * adapter.rank)
            accumulateWeightGradient(
                pk_rows(dLow, stride: adapter.rank), outputs: adapter.rank, input, inputs: inputs, rows: rows,
                into: gradients.values.pointer + placement.offsetA, precision: model.precision, pool: model.pool)
            shares.append((target.index, .init(matrix: matrices.a, input: dLow, column: 0)))
        }
        guard let dropout, adapter.dropout > 0 else {
            multiply(adding: shares.map(\.addend))
            return
        }
        multiply(adding: [])
        for (index, share) in shares {
            let dDropped = model.workspace.adapterInputGradient.reserve(rows * inputs)
            share.matrix.multiply(
                share.input, stride: adapter.rank, rows: rows, into: dDropped, stride: inputs, accumulating: false,
                pool: model.pool)
            dropout.apply(
                dDropped, stride: inputs, columns: inputs, rate: adapter.dropout, placement: index, output: dx,
                addingTo: true)
        }
    }
}
