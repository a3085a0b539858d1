import LanguageModel

/// Buffers of a forward pass, sized for the rows of a batch and its longest sequence.
final class EncoderWorkspace {
    let hidden: FloatBuffer
    /// Queries, keys and values, [rows, 3 hidden].
    let projected: FloatBuffer
    let context: FloatBuffer
    let middle: FloatBuffer
    /// [rows, intermediate].
    let inner: FloatBuffer
    /// [length, length] of one head.
    let scores: FloatBuffer
    /// [length, 2 span] of one head.
    let toPosition: FloatBuffer
    let toContent: FloatBuffer
    let logSumExp: FloatBuffer
    let minusOnes: FloatBuffer
    let operand = PackedOperand()

    init(rows: Int, longest: Int, configuration: EncoderConfiguration) {
        let span = 2 * configuration.positionSpan
        hidden = FloatBuffer(count: rows * configuration.hiddenSize)
        projected = FloatBuffer(count: rows * 3 * configuration.hiddenSize)
        context = FloatBuffer(count: rows * configuration.hiddenSize)
        middle = FloatBuffer(count: rows * configuration.hiddenSize)
        inner = FloatBuffer(count: rows * configuration.intermediateSize)
        scores = FloatBuffer(count: longest * longest)
        toPosition = FloatBuffer(count: longest * span)
        toContent = FloatBuffer(count: longest * span)
        logSumExp = FloatBuffer(count: longest)
        minusOnes = FloatBuffer(count: longest)
        minusOnes.elements.update(repeating: -1)
    }

    /// Bytes of the buffers above.
    static func byteCount(rows: Int, longest: Int, configuration: EncoderConfiguration) -> Int {
        let perRow = 6 * configuration.hiddenSize + configuration.intermediateSize
        let perPosition = longest + 4 * configuration.positionSpan + 2 + configuration.headSize
        return 4 * (rows * perRow + longest * perPosition)
    }
}
