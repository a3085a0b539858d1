import LanguageModel

/// The DeBERTa-v2/v3 encoder: embeddings, then layers of disentangled attention and a GELU feed-forward network,
/// each followed by layer normalisation over the sum with its input. float32 throughout.
///
/// The hidden states of a sequence are the same bits whatever else is in its batch and however many threads run.
public final class DisentangledEncoder: Sendable {
    public let configuration: EncoderConfiguration
    let embeddings: Embeddings
    let layers: [Layer]
    let pool: ThreadPool

    struct Embeddings: Sendable {
        /// [vocabulary, hidden].
        let words: [Float]
        /// [positions, hidden], or empty.
        let positions: [Float]
        /// Of type 0, [hidden], or empty.
        let tokenType: [Float]
        let norm: LayerNormalization
    }

    struct Layer: Sendable {
        let attention: DisentangledAttention
        let attentionNorm: LayerNormalization
        let intermediate: LinearLayer
        let output: LinearLayer
        let outputNorm: LayerNormalization
    }

    init(configuration: EncoderConfiguration, embeddings: Embeddings, layers: [Layer], pool: ThreadPool) {
        self.configuration = configuration
        self.embeddings = embeddings
        self.layers = layers
        self.pool = pool
    }

    /// The longest sequence that the encoder takes; `nil` where only memory limits it.
    public var maximumLength: Int? { configuration.addsPositions ? configuration.maximumPositions : nil }

    /// Last hidden states, one [length, hidden] per sequence.
    /// - Precondition: no sequence is empty or longer than `maximumLength`, and ids are in the vocabulary.
    public func hiddenStates(of sequences: [[Int32]]) -> [[Float]] {
        withHiddenStates(of: sequences) { hidden, ranges in
            ranges.map { range in
                let size = configuration.hiddenSize
                return Array(UnsafeBufferPointer(start: hidden + range.lowerBound * size, count: range.count * size))
            }
        }
    }

    /// Calls `body` with the last hidden states of all sequences, [rows, hidden], and the rows of each.
    func withHiddenStates<Result>(
        of sequences: [[Int32]], _ body: (UnsafePointer<Float>, [Range<Int>]) -> Result
    ) -> Result {
        var ranges: [Range<Int>] = []
        for sequence in sequences {
            precondition(!sequence.isEmpty && sequence.count <= maximumLength ?? .max, "checked by the caller")
            let start = ranges.last?.upperBound ?? 0
            ranges.append(start..<start + sequence.count)
        }
        let rows = ranges.last?.upperBound ?? 0
        let workspace = EncoderWorkspace(
            rows: rows, longest: sequences.map(\.count).max() ?? 0, configuration: configuration)
        let hidden = workspace.hidden.pointer
        let middle = workspace.middle.pointer
        embed(sequences, into: hidden)
        embeddings.norm.apply(hidden, adding: nil, rows: rows, pool: pool)
        for layer in layers {
            layer.attention.apply(hidden, sequences: ranges, into: middle, workspace: workspace, pool: pool)
            layer.attentionNorm.apply(middle, adding: hidden, rows: rows, pool: pool)
            layer.intermediate.apply(middle, rows: rows, into: workspace.inner.pointer, pool: pool)
            applyGELU(workspace.inner.pointer, rows: rows, size: configuration.intermediateSize, pool: pool)
            layer.output.apply(workspace.inner.pointer, rows: rows, into: hidden, pool: pool)
            layer.outputNorm.apply(hidden, adding: middle, rows: rows, pool: pool)
        }
        return body(hidden, ranges)
    }

    private func embed(_ sequences: [[Int32]], into hidden: UnsafeMutablePointer<Float>) {
        let size = configuration.hiddenSize
        var destination = hidden
        for sequence in sequences {
            for (position, id) in sequence.enumerated() {
                precondition(id >= 0 && Int(id) < configuration.vocabularySize, "ids come from the tokenizer")
                for i in 0..<size {
                    var value = embeddings.words[Int(id) * size + i]
                    if !embeddings.positions.isEmpty { value += embeddings.positions[position * size + i] }
                    if !embeddings.tokenType.isEmpty { value += embeddings.tokenType[i] }
                    destination[i] = value
                }
                destination += size
            }
        }
    }
}
