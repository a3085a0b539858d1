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
            let hidden = hiddenStates(batch)
            let labels = batch.labels.count
            let logProbabilities = workspace.labelLogits.reserve(labels)
            scoreLabels(batch, hidden: hidden, meanLogits: nil, into: logProbabilities)
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
        let hidden = hiddenStates(batch)
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

    /// Residual stream after the last layer, [rows, hiddenSize], keeping no activations.
    func hiddenStates(_ batch: TreeBatch) -> UnsafeMutablePointer<Float> {
        let rows = batch.rowCount
        let slot = inferenceActivations.reserve(rows: rows, configuration)
        var x = workspace.residual[0].reserve(rows * configuration.hiddenSize)
        var next = workspace.residual[1].reserve(rows * configuration.hiddenSize)
        embed(batch.tokens, into: x)
        for layer in layout.layers.indices {
            attentionInputs(layer: layer, rows: rows, positions: batch.positions, x: x, into: slot, dropout: nil)
            treeAttention(batch, slot: slot, keepingLogSumExp: false)
            attentionOutputAndFeedForward(layer: layer, rows: rows, x: x, slot: slot, out: next, dropout: nil)
            swap(&x, &next)
        }
        return x
    }

    /// Final norm and head on the rows that predict scored tokens; writes log p of each label.
    /// Keeps the gathered rows, their norm scales and log-sum-exps in the workspace for the way back.
    /// - Parameter meanLogits: [predictor rows], mean over the vocabulary, when wanted.
    func scoreLabels(
        _ batch: TreeBatch, hidden: UnsafePointer<Float>, meanLogits: UnsafeMutablePointer<Float>?,
        into logProbabilities: UnsafeMutablePointer<Float>
    ) {
        let width = configuration.hiddenSize
        let rows = batch.predictorRows.count
        guard rows > 0 else { return }
        let gathered = workspace.gathered.reserve(rows * width)
        for (index, row) in batch.predictorRows.enumerated() {
            if row < 0 {
                (gathered + index * width).update(repeating: 0, count: width)
            } else {
                (gathered + index * width).update(from: hidden + Int(row) * width, count: width)
            }
        }
        let normalized = workspace.predictors.reserve(rows * width)
        pk_rmsnorm(
            pool.handle, Int64(rows), Int64(width), gathered, gains.final,
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
