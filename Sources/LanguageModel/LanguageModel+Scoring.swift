import CKernels

extension LanguageModel: TreeScorer {
    /// Rows in one forward pass when scoring; more rows amortise packing and thread hand-over.
    static let scoringTokenBudget = 2048

    public func score(_ trees: [TokenTree]) throws -> [TreeScores] {
        try score(trees, progress: { _ in })
    }

    /// As `score(_:)`; `progress` is called with the number of trees finished so far.
    public func score(_ trees: [TokenTree], progress: (Int) throws -> Void) throws -> [TreeScores] {
        for tree in trees { try check(tree) }
        preparePackedWeights()
        var scores: [TreeScores] = []
        scores.reserveCapacity(trees.count)
        for group in TreeBatch.groups(of: trees, tokenBudget: Self.scoringTokenBudget) {
            let batch = TreeBatch(Array(trees[group]))
            let hidden = hiddenStates(batch, of: batch.predictorRows)
            let labels = batch.labels.count
            let logProbabilities = workspace.labelLogits.reserve(labels)
            scoreLabels(batch, predictors: hidden, meanLogits: nil, into: logProbabilities)
            scores += batch.scores(logProbabilities)
            try progress(scores.count)
        }
        return scores
    }

    /// Logits [rows, vocabulary] of every token of `tree`, rows in segment order.
    package func logits(_ tree: TokenTree) throws -> [Float] {
        try check(tree)
        preparePackedWeights()
        let batch = TreeBatch([tree])
        let hidden = hiddenStates(batch, of: nil)
        let rows = tree.tokenCount
        let normalized = workspace.predictors.reserve(rows * configuration.hiddenSize)
        pk_rmsnorm(
            pool.handle, Int64(rows), Int64(configuration.hiddenSize), hidden,
            gains.final, configuration.normEpsilon, normalized, nil)
        return [Float](unsafeUninitializedCapacity: rows * configuration.vocabularyCount) { buffer, count in
            count = rows * configuration.vocabularyCount
            guard let logits = buffer.baseAddress else { return }
            forwardHead.multiply(
                normalized, stride: configuration.hiddenSize, rows: rows, into: logits,
                stride: configuration.vocabularyCount, accumulating: false, pool: pool)
        }
    }

    /// Embedding rows of `tokens` into `x` [rows, hiddenSize].
    func embed(_ tokens: [Int32], into x: UnsafeMutablePointer<Float>) {
        let width = configuration.hiddenSize
        for (row, token) in tokens.enumerated() {
            parameters.read(from: layout.embeddings.offset + Int(token) * width, count: width, into: x + row * width)
        }
    }

    /// Residual stream after the last layer, keeping no activations.
    /// - Parameter wanted: rows, ascending, or `nil` for all.
    /// - Returns: [wanted rows, hiddenSize]
    func hiddenStates(_ batch: TreeBatch, of wanted: [Int32]?) -> UnsafeMutablePointer<Float> {
        let rows = batch.rowCount
        let slot = inferenceActivations.reserve(rows: rows, configuration)
        var x = workspace.residual[0].reserve(rows * configuration.hiddenSize)
        var next = workspace.residual[1].reserve(rows * configuration.hiddenSize)
        embed(batch.tokens, into: x)
        for layer in layout.layers.indices {
            attentionInputs(layer: layer, rows: rows, positions: batch.positions, x: x, into: slot, dropout: nil)
            treeAttention(batch, slot: slot, keepingLogSumExp: false)
            attentionOutputAndFeedForward(layer: layer, rows: rows, wanted: wanted, x: x, slot: slot, out: next)
            swap(&x, &next)
        }
        return x
    }

    /// The second half of a layer in a pass that keeps no activations; of the last one only for the rows that are wanted, which
    /// then stand together. No other row reads what it computes.
    func attentionOutputAndFeedForward(
        layer: Int, rows: Int, wanted: [Int32]?, x: UnsafeMutablePointer<Float>, slot: LayerActivations.Rows,
        out: UnsafeMutablePointer<Float>
    ) {
        var count = rows
        if let wanted, layer == configuration.layerCount - 1 {
            gather(wanted, of: x, width: configuration.hiddenSize, into: x)
            gather(wanted, of: slot.attention, width: configuration.querySize, into: slot.attention)
            count = wanted.count
        }
        attentionOutputAndFeedForward(
            layer: layer, rows: count, attention: slot.attention, x: x, slot: slot, out: out, dropout: nil)
    }

    /// Rows of `source` [.., width], zeros for those below zero.
    /// - Parameter target: [rows, width]; may be `source` where the rows ascend.
    func gather(_ rows: [Int32], of source: UnsafePointer<Float>, width: Int, into target: UnsafeMutablePointer<Float>) {
        for (index, row) in rows.enumerated() {
            if row < 0 {
                (target + index * width).update(repeating: 0, count: width)
            } else {
                (target + index * width).update(from: source + Int(row) * width, count: width)
            }
        }
    }

    /// Final norm and head on the rows that predict scored tokens; writes log p of each label.
    /// Keeps the rows' norm scales and log-sum-exps in the workspace for the way back.
    /// - Parameters:
    ///   - predictors: [predictor rows, hiddenSize], the residual stream after the last layer.
    ///   - meanLogits: [predictor rows], mean over the vocabulary, when wanted.
    func scoreLabels(
        _ batch: TreeBatch, predictors: UnsafePointer<Float>, meanLogits: UnsafeMutablePointer<Float>?,
        into logProbabilities: UnsafeMutablePointer<Float>
    ) {
        let width = configuration.hiddenSize
        let rows = batch.predictorRows.count
        guard rows > 0 else { return }
        let normalized = workspace.predictors.reserve(rows * width)
        pk_rmsnorm(
            pool.handle, Int64(rows), Int64(width), predictors, gains.final,
            configuration.normEpsilon, normalized, workspace.predictorScales.reserve(rows))
        let logSumExp = workspace.logSumExp.reserve(rows)
        forwardHead.logProbabilities(
            hidden: normalized, rows: rows, labelRows: batch.labelPredictors, labels: batch.labels,
            labelLogits: logProbabilities, logSumExp: logSumExp, meanLogits: meanLogits, pool: pool)
        for (label, predictor) in batch.labelPredictors.enumerated() {
            logProbabilities[label] -= logSumExp[Int(predictor)]
        }
    }
}
