import CKernels
import LanguageModel

/// Disentangled self-attention (He et al. 2021, arXiv 2006.03654, equation 4): the score of positions i and j is
/// q_i k_j + q_i kr(i - j) + k_j qr(i - j) over sqrt(3 d), where kr and qr project the embedding of the distance.
final class DisentangledAttention: @unchecked Sendable {
    private let configuration: EncoderConfiguration
    /// Queries, keys and values in one product, [3 hidden, hidden].
    private let projection: LinearLayer
    private let output: LinearLayer
    /// Per head: kr [2 span, head size] for content-to-position, qr for position-to-content.
    private let positionKeys: [PackedOperand]
    private let positionQueries: [PackedOperand]

    /// - Parameters:
    ///   - positionProjection: [2 hidden, hidden] for qr and kr, or `nil` to use the content's.
    ///   - relativeEmbeddings: [2 span, hidden].
    init(
        configuration: EncoderConfiguration, projection: LinearLayer, positionProjection: LinearLayer?,
        output: LinearLayer, relativeEmbeddings: [Float], pool: ThreadPool
    ) {
        self.configuration = configuration
        self.projection = projection
        self.output = output
        let rows = 2 * configuration.positionSpan
        let hidden = configuration.hiddenSize
        let layer = positionProjection ?? projection
        let projected = FloatBuffer(count: rows * layer.outputs)
        layer.apply(relativeEmbeddings, rows: rows, into: projected.pointer, pool: pool)
        func heads(at offset: Int) -> [PackedOperand] {
            (0..<configuration.headCount).map { head in
                let operand = PackedOperand()
                operand.pack(
                    projected.pointer + offset + head * configuration.headSize, outputs: rows,
                    inputs: configuration.headSize, stride: layer.outputs, transposed: false, pool: pool)
                return operand
            }
        }
        positionQueries = configuration.attendsPositionToContent ? heads(at: 0) : []
        positionKeys = configuration.attendsContentToPosition ? heads(at: hidden) : []
    }

    /// x [rows, hidden] to y [rows, hidden]; sequences attend within themselves.
    func apply(
        _ x: UnsafePointer<Float>, sequences: [Range<Int>], into y: UnsafeMutablePointer<Float>,
        workspace: EncoderWorkspace, pool: ThreadPool
    ) {
        let rows = sequences.last?.upperBound ?? 0
        let hidden = configuration.hiddenSize
        let projected = workspace.projected.pointer
        projection.apply(x, rows: rows, into: projected, pool: pool)
        for sequence in sequences {
            let positions = RelativePositions(
                length: sequence.count, span: configuration.positionSpan, buckets: configuration.positionBuckets,
                maximumDistance: configuration.maximumRelativePositions)
            for head in 0..<configuration.headCount {
                let offset = sequence.lowerBound * 3 * hidden + head * configuration.headSize
                attend(
                    projected + offset, length: sequence.count, head: head, positions: positions,
                    into: workspace.context.pointer + sequence.lowerBound * hidden + head * configuration.headSize,
                    workspace: workspace, pool: pool)
            }
        }
        output.apply(workspace.context.pointer, rows: rows, into: y, pool: pool)
    }

    /// One head of one sequence: its queries at `base`, keys and values `hidden` and `2 * hidden` further on.
    private func attend(
        _ base: UnsafePointer<Float>, length: Int, head: Int, positions: RelativePositions,
        into context: UnsafeMutablePointer<Float>, workspace: EncoderWorkspace, pool: ThreadPool
    ) {
        let hidden = configuration.hiddenSize
        let size = configuration.headSize
        let stride = 3 * hidden
        let span = 2 * configuration.positionSpan
        let scores = workspace.scores.pointer
        workspace.operand.pack(
            base + hidden, outputs: length, inputs: size, stride: stride, transposed: false, pool: pool)
        workspace.operand.multiply(base, stride: stride, rows: length, into: scores, stride: length, pool: pool)
        let toPosition = workspace.toPosition.pointer
        let toContent = workspace.toContent.pointer
        if configuration.attendsContentToPosition {
            positionKeys[head].multiply(base, stride: stride, rows: length, into: toPosition, stride: span, pool: pool)
        }
        if configuration.attendsPositionToContent {
            positionQueries[head].multiply(
                base + hidden, stride: stride, rows: length, into: toContent, stride: span, pool: pool)
        }
        addPositionScores(length, positions, scores, toPosition, toContent, pool)
        softmax(scores, length, workspace, pool)
        workspace.operand.pack(
            base + 2 * hidden, outputs: size, inputs: length, stride: stride, transposed: true, pool: pool)
        workspace.operand.multiply(scores, stride: length, rows: length, into: context, stride: hidden, pool: pool)
    }

    /// Gathers the position scores, adds them and scales the sum.
    private func addPositionScores(
        _ length: Int, _ positions: RelativePositions, _ scores: UnsafeMutablePointer<Float>,
        _ toPosition: UnsafePointer<Float>, _ toContent: UnsafePointer<Float>, _ pool: ThreadPool
    ) {
        let span = 2 * configuration.positionSpan
        let terms = 1 + positionKeys.count.signum() + positionQueries.count.signum()
        let scale = 1 / Float(configuration.headSize * terms).squareRoot()
        let hasKeys = configuration.attendsContentToPosition
        let hasQueries = configuration.attendsPositionToContent
        let blocks = RowBlocks(rows: length)
        positions.withRows { table in
            pool.forEach(blocks.count) { block in
                // Keys in strips that stay in the cache: each of them has its own row of `toContent`.
                for strip in stride(from: 0, to: length, by: 64) {
                    let end = min(strip + 64, length)
                    for i in blocks[block] {
                        let scoreRow = scores + i * length
                        let positionRow = toPosition + i * span
                        // Distances fall as keys rise.
                        var distance = table + (i - strip)
                        var contentRow = toContent + strip * span
                        for j in strip..<end {
                            let row = Int(distance.pointee)
                            var score = scoreRow[j]
                            if hasKeys { score += positionRow[row] }
                            if hasQueries { score += contentRow[row] }
                            scoreRow[j] = score * scale
                            distance -= 1
                            contentRow += span
                        }
                    }
                }
            }
        }
    }

    private func softmax(
        _ scores: UnsafeMutablePointer<Float>, _ length: Int, _ workspace: EncoderWorkspace, _ pool: ThreadPool
    ) {
        let count = Int64(length)
        pk_logsumexp(pool.handle, count, count, scores, count, workspace.logSumExp.pointer)
        // The kernel gives -s exp(x - lse); with s = -1 that is the softmax.
        pk_softmax_gradient(
            pool.handle, count, count, scores, count, workspace.logSumExp.pointer, workspace.minusOnes.pointer)
    }
}
