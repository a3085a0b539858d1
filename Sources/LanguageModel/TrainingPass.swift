import CKernels

/// Forward and backward over batches of token trees, keeping (or recomputing) activations.
///
/// Use: `forward(trees)` for log-probabilities, then `backward(coefficients:into:)` with the
/// derivative of the loss by each scored segment's summed log-probability.
public final class TrainingPass {
    public let model: LanguageModel
    /// Keep only each layer's input and compute the rest again on the way back: less memory, about a
    /// third more time.
    public let recomputesActivations: Bool

    let slots: [LayerActivations]
    /// Every layer's input.
    let residuals: [ScratchBuffer]
    /// Attention of the last layer's predicting rows.
    let predictorAttention = ScratchBuffer()
    var current: Batch?

    /// Of the last layer only the predicting rows go through its second half: no other row reads what that computes.
    struct Batch {
        let trees: TreeBatch
        let dropout: AdapterDropout?
        /// Where the predicting rows stand together.
        let predictorDropout: AdapterDropout?
    }

    public init(model: LanguageModel, recomputesActivations: Bool = false) {
        self.model = model
        self.recomputesActivations = recomputesActivations
        let layers = model.configuration.layerCount
        slots = (0..<(recomputesActivations ? 1 : layers)).map { _ in LayerActivations() }
        residuals = (0..<layers).map { _ in ScratchBuffer() }
        model.releaseWorkspace()
    }

    public struct Output {
        public var scores: [TreeScores]
        /// Mean logit over the vocabulary and the segment's tokens, per tree and segment; NaN where
        /// a segment is not scored.
        public var meanLogits: [[Double]]
    }

    /// - Parameter dropoutKeys: one key per tree; `nil` or an adapter without dropout trains without.
    /// - Throws: `ModelError` for invalid trees.
    public func forward(_ trees: [TokenTree], dropoutKeys: [UInt64]? = nil) throws -> Output {
        for tree in trees { try model.check(tree) }
        model.preparePackedWeights()
        let batch = TreeBatch(trees, rowStep: model.precision.gradientRowStep)
        let current = Batch(
            trees: batch, dropout: dropoutKeys.map { AdapterDropout(treeRows: batch.treeRows, keys: $0) },
            predictorDropout: dropoutKeys.map { AdapterDropout(treeRows: batch.treePredictors, keys: $0) })
        self.current = current
        let rows = batch.rowCount
        let width = model.configuration.hiddenSize
        model.embed(batch.tokens, into: residuals[0].reserve(rows * width))
        for layer in model.layout.layers.indices {
            forwardLayer(layer, current)
        }
        let labels = batch.labels.count
        let logProbabilities = model.workspace.labelLogits.reserve(labels)
        let meanLogits = model.workspace.meanLogits.reserve(batch.predictorRows.count)
        model.scoreLabels(
            batch, predictors: model.workspace.gathered.reserve(batch.predictorRows.count * width), meanLogits: meanLogits,
            into: logProbabilities)
        let means = batch.labelRanges.map { segments in
            segments.map { range in
                range.reduce(0.0) { $0 + Double(meanLogits[Int(batch.labelPredictors[$1])]) } / Double(range.count)
            }
        }
        return Output(scores: batch.scores(logProbabilities), meanLogits: means)
    }

    private func slot(_ layer: Int, rows: Int) -> LayerActivations.Rows {
        slots[recomputesActivations ? 0 : layer].reserve(rows: rows, model.configuration)
    }

    private func forwardLayer(_ layer: Int, _ batch: Batch) {
        let c = model.configuration
        let rows = batch.trees.rowCount
        let width = c.hiddenSize
        let slot = slot(layer, rows: rows)
        let x = residuals[layer].reserve(rows * width)
        model.attentionInputs(
            layer: layer, rows: rows, positions: batch.trees.positions, x: x, into: slot, dropout: batch.dropout)
        model.treeAttention(batch.trees, slot: slot, keepingLogSumExp: true)
        guard layer == c.layerCount - 1 else {
            model.attentionOutputAndFeedForward(
                layer: layer, rows: rows, attention: slot.attention, x: x, slot: slot,
                out: residuals[layer + 1].reserve(rows * width), dropout: batch.dropout)
            return
        }
        let predictors = batch.trees.predictorRows
        let attention = predictorAttention.reserve(predictors.count * c.querySize)
        let out = model.workspace.gathered.reserve(predictors.count * width)
        model.gather(predictors, of: slot.attention, width: c.querySize, into: attention)
        model.gather(predictors, of: x, width: width, into: out)
        model.attentionOutputAndFeedForward(
            layer: layer, rows: predictors.count, attention: attention, x: out, slot: slot, out: out,
            dropout: batch.predictorDropout)
    }

    /// Adds the gradients of sum over scored segments of coefficient * (summed log-probability).
    /// - Parameter coefficients: per tree and segment; read for scored segments only.
    /// - Precondition: `forward` was called, and the weights have not changed since.
    public func backward(coefficients: [[Float]], into gradients: Gradients) {
        guard let batch = current else { preconditionFailure("backward follows forward") }
        current = nil
        let rows = batch.trees.rowCount
        let width = model.configuration.hiddenSize
        let gradient = model.workspace.gradient.reserve(rows * width)
        backwardHead(batch.trees, coefficients: coefficients, into: gradients)
        for layer in model.layout.layers.indices.reversed() {
            // The last layer's activations are still in the one slot when recomputing.
            if recomputesActivations, layer != model.configuration.layerCount - 1 {
                forwardLayer(layer, batch)
            }
            backwardLayer(
                layer, batch, slot: slot(layer, rows: rows), x: residuals[layer].reserve(rows * width),
                gradient: gradient, into: gradients)
        }
        if !gradients.isForAdapter {
            for (row, token) in batch.trees.tokens.enumerated() {
                gradients.addEmbedding(gradient + row * width, token: token)
            }
        }
    }
}
