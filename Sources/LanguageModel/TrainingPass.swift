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
    let residuals: [ScratchBuffer]
    var current: (batch: TreeBatch, dropout: AdapterDropout?)?

    public init(model: LanguageModel, recomputesActivations: Bool = false) {
        self.model = model
        self.recomputesActivations = recomputesActivations
        let layers = model.configuration.layerCount
        slots = (0..<(recomputesActivations ? 1 : layers)).map { _ in LayerActivations() }
        residuals = (0...layers).map { _ in ScratchBuffer() }
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
        let dropout = dropoutKeys.map { AdapterDropout(treeRows: batch.treeRows, keys: $0) }
        current = (batch, dropout)
        let rows = batch.rowCount
        let width = model.configuration.hiddenSize
        model.embed(batch.tokens, into: residuals[0].reserve(rows * width))
        for layer in model.layout.layers.indices {
            forwardLayer(layer, batch: batch, dropout: dropout)
        }
        let labels = batch.labels.count
        let logProbabilities = model.workspace.labelLogits.reserve(labels)
        let meanLogits = model.workspace.meanLogits.reserve(batch.predictorRows.count)
        let predictors = model.workspace.gathered.reserve(batch.predictorRows.count * width)
        model.gather(
            batch.predictorRows, of: residuals[model.configuration.layerCount].reserve(rows * width), width: width,
            into: predictors)
        model.scoreLabels(batch, predictors: predictors, meanLogits: meanLogits, into: logProbabilities)
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

    private func forwardLayer(_ layer: Int, batch: TreeBatch, dropout: AdapterDropout?) {
        let rows = batch.rowCount
        let width = model.configuration.hiddenSize
        let slot = slot(layer, rows: rows)
        let x = residuals[layer].reserve(rows * width)
        model.attentionInputs(
            layer: layer, rows: rows, positions: batch.positions, x: x, into: slot, dropout: dropout)
        model.treeAttention(batch, slot: slot, keepingLogSumExp: true)
        model.attentionOutputAndFeedForward(
            layer: layer, rows: rows, x: x, slot: slot, out: residuals[layer + 1].reserve(rows * width),
            dropout: dropout)
    }

    /// Adds the gradients of sum over scored segments of coefficient * (summed log-probability).
    /// - Parameter coefficients: per tree and segment; read for scored segments only.
    /// - Precondition: `forward` was called, and the weights have not changed since.
    public func backward(coefficients: [[Float]], into gradients: Gradients) {
        guard let (batch, dropout) = current else { preconditionFailure("backward follows forward") }
        current = nil
        let rows = batch.rowCount
        let width = model.configuration.hiddenSize
        let gradient = model.workspace.gradient.reserve(rows * width)
        pk_zero(model.pool.handle, Int64(rows * width), gradient)
        backwardHead(batch, coefficients: coefficients, gradient: gradient, into: gradients)
        for layer in model.layout.layers.indices.reversed() {
            // The last layer's activations are still in the one slot when recomputing.
            if recomputesActivations, layer != model.configuration.layerCount - 1 {
                forwardLayer(layer, batch: batch, dropout: dropout)
            }
            backwardLayer(
                layer, batch: batch, slot: slot(layer, rows: rows), x: residuals[layer].reserve(rows * width),
                gradient: gradient, dropout: dropout, into: gradients)
        }
        if !gradients.isForAdapter {
            for (row, token) in batch.tokens.enumerated() {
                gradients.addEmbedding(gradient + row * width, token: token)
            }
        }
    }
}
