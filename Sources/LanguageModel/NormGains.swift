/// The norms' gains, copied from the parameters whenever these are packed, so that passes read nothing of
/// parameters that live in a file but the embeddings of their tokens.
final class NormGains {
    private let values: FloatBuffer
    private let layout: ParameterLayout
    private let width: Int

    init(_ layout: ParameterLayout) {
        self.layout = layout
        width = layout.finalNorm.count
        values = FloatBuffer(count: (2 * layout.layers.count + 1) * width)
    }

    func update(from parameters: FloatBuffer) {
        func copy(_ tensor: ParameterLayout.Tensor, to place: Int) {
            (values.pointer + place * width).update(from: parameters.pointer + tensor.offset, count: width)
        }
        for (index, layer) in layout.layers.enumerated() {
            copy(layer.attentionNorm, to: 2 * index)
            copy(layer.feedForwardNorm, to: 2 * index + 1)
        }
        copy(layout.finalNorm, to: 2 * layout.layers.count)
    }

    /// [hiddenSize] each.
    func attention(layer: Int) -> UnsafePointer<Float> { UnsafePointer(values.pointer + 2 * layer * width) }
    func feedForward(layer: Int) -> UnsafePointer<Float> { UnsafePointer(values.pointer + (2 * layer + 1) * width) }
    var final: UnsafePointer<Float> { UnsafePointer(values.pointer + 2 * layout.layers.count * width) }
}
