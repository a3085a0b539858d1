import CKernels

/// Gradients of the trainable parameters: the model's own (full fine-tuning) or its adapter's.
public final class Gradients {
    /// In the order of the model's (or the adapter's) parameters.
    public let values: FloatBuffer
    public let isForAdapter: Bool

    /// Embedding-lookup gradients of the current step, apart from `values` until `finish()`: with a
    /// tied head both write to the embedding matrix, and only separate sums are independent of packing.
    private var embeddingSlots: [Int32: Int] = [:]
    private var embeddingRows: [Float] = []
    private let hiddenSize: Int
    private let embeddingOffset: Int

    public init(for model: LanguageModel) {
        isForAdapter = model.adapter != nil
        values = FloatBuffer(count: model.adapter?.parameters.count ?? model.parameters.count)
        hiddenSize = model.configuration.hiddenSize
        embeddingOffset = model.layout.embeddings.offset
    }

    /// Adds the gradient of one embedding lookup.
    func addEmbedding(_ gradient: UnsafePointer<Float>, token: Int32) {
        let slot: Int
        if let known = embeddingSlots[token] {
            slot = known
        } else {
            slot = embeddingSlots.count
            embeddingSlots[token] = slot
            embeddingRows.append(contentsOf: repeatElement(0, count: hiddenSize))
        }
        embeddingRows.withUnsafeMutableBufferPointer { rows in
            for column in 0..<hiddenSize { rows[slot * hiddenSize + column] += gradient[column] }
        }
    }

    /// Completes the step's sums; call once, after the last backward pass of a step.
    public func finish() {
        for (token, slot) in embeddingSlots {
            let row = values.pointer + embeddingOffset + Int(token) * hiddenSize
            for column in 0..<hiddenSize { row[column] += embeddingRows[slot * hiddenSize + column] }
        }
        embeddingSlots.removeAll(keepingCapacity: true)
        embeddingRows.removeAll(keepingCapacity: true)
    }

    public func zero(pool: ThreadPool) {
        pk_zero(pool.handle, Int64(values.count), values.pointer)
        embeddingSlots.removeAll(keepingCapacity: true)
        embeddingRows.removeAll(keepingCapacity: true)
    }
}
