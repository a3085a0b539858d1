import CKernels

/// Which projections of a decoder layer a LoRA adapter changes (names as in PEFT's `target_modules`).
public enum AdapterTarget: String, Sendable, Codable, CaseIterable {
    case query = "q_proj"
    case key = "k_proj"
    case value = "v_proj"
    case output = "o_proj"
    case gate = "gate_proj"
    case up = "up_proj"
    case down = "down_proj"

    package func tensor(in layer: ParameterLayout.Layer) -> ParameterLayout.Tensor {
        switch self {
        case .query: layer.query
        case .key: layer.key
        case .value: layer.value
        case .output: layer.output
        case .gate: layer.gate
        case .up: layer.up
        case .down: layer.down
        }
    }
}

/// LoRA (Hu et al. 2021, arXiv 2106.09685): y += scale * B (A dropout(x)), with A [rank, inputs] and
/// B [outputs, rank] for each target of each layer, in one flat buffer.
public final class LowRankAdapter {
    public struct Placement: Sendable {
        public var target: AdapterTarget
        public var layer: Int
        /// Name of the adapted weight, e.g. `model.layers.0.self_attn.q_proj.weight`.
        public var weightName: String
        public var outputs: Int
        public var inputs: Int
        /// Offset of A in the flat buffer, in elements.
        public var offsetA: Int
        /// Offset of B in the flat buffer, in elements.
        public var offsetB: Int
    }

    public let rank: Int
    /// alpha / rank, or alpha / sqrt(rank) for rank-stabilised LoRA (Kalajdzievski 2023, arXiv 2312.03732).
    public let scale: Float
    /// Share of the adapter's input that is dropped in training, 0 ..< 1.
    public let dropout: Float
    public let placements: [Placement]
    /// A and B of every placement. The caller initialises them: A Kaiming-uniform, B zero.
    public let parameters: FloatBuffer

    let precision: Precision
    private let byLayer: [[AdapterTarget: Int]]
    private var packed: [PackedPlacement] = []

    private var transposed: [AdapterTarget: (a: PackedMatrix, b: PackedMatrix)] = [:]

    struct PackedPlacement {
        var forwardA: PackedMatrix
        var forwardB: PackedMatrix
    }

    public init(
        layout: ParameterLayout, rank: Int, scale: Float, dropout: Float = 0, targets: [AdapterTarget],
        precision: Precision
    ) {
        self.rank = rank
        self.scale = scale
        self.dropout = dropout
        self.precision = precision
        var placements: [Placement] = []
        var byLayer: [[AdapterTarget: Int]] = []
        var offset = 0
        for (index, layer) in layout.layers.enumerated() {
            var row: [AdapterTarget: Int] = [:]
            for target in AdapterTarget.allCases where targets.contains(target) {
                let tensor = target.tensor(in: layer)
                row[target] = placements.count
                placements.append(
                    Placement(
                        target: target, layer: index, weightName: tensor.name, outputs: tensor.shape[0],
                        inputs: tensor.shape[1], offsetA: offset, offsetB: offset + rank * tensor.shape[1]))
                offset += rank * (tensor.shape[0] + tensor.shape[1])
            }
            byLayer.append(row)
        }
        self.placements = placements
        self.byLayer = byLayer
        parameters = FloatBuffer(count: offset)
    }

    func placement(_ target: AdapterTarget, layer: Int) -> Int? { byLayer[layer][target] }

    func packedPlacement(_ index: Int) -> PackedPlacement { packed[index] }

    /// A^T and B^T of a placement, valid until those of the same target are asked for again.
    func transposedPlacement(_ index: Int, pool: ThreadPool) -> (a: PackedMatrix, b: PackedMatrix) {
        let placement = placements[index]
        let matrices =
            transposed[placement.target]
            ?? (
                a: PackedMatrix(outputs: placement.inputs, inputs: rank, precision: precision),
                b: PackedMatrix(outputs: rank, inputs: placement.outputs, precision: precision)
            )
        transposed[placement.target] = matrices
        matrices.a.packTranspose(of: packed[index].forwardA, pool: pool)
        matrices.b.packTranspose(of: packed[index].forwardB, pool: pool)
        return matrices
    }

    func applyScale(to values: UnsafeMutablePointer<Float>, count: Int) {
        guard scale != 1 else { return }
        for element in 0..<count { values[element] *= scale }
    }

    /// Brings the packed copies up to date with `parameters`.
    func pack(pool: ThreadPool) {
        if packed.isEmpty {
            packed = placements.map {
                PackedPlacement(
                    forwardA: PackedMatrix(outputs: rank, inputs: $0.inputs, precision: precision),
                    forwardB: PackedMatrix(outputs: $0.outputs, inputs: rank, precision: precision))
            }
        }
        for (placement, matrices) in zip(placements, packed) {
            let a = parameters.pointer + placement.offsetA
            let b = parameters.pointer + placement.offsetB
            matrices.forwardA.pack(a, transposed: false, pool: pool)
            matrices.forwardB.pack(b, transposed: false, pool: pool)
        }
    }

    /// Adds scale * B A to the weights (`sign` 1) or takes it away again (`sign` -1), in float32.
    public func merge(into weights: FloatBuffer, layout: ParameterLayout, sign: Float = 1) {
        for placement in placements {
            let weight = weights.pointer + placement.target.tensor(in: layout.layers[placement.layer]).offset
            let a = parameters.pointer + placement.offsetA
            let b = parameters.pointer + placement.offsetB
            for output in 0..<placement.outputs {
                let row = weight + output * placement.inputs
                for r in 0..<rank {
                    let factor = sign * scale * b[output * rank + r]
                    if factor == 0 { continue }
                    let source = a + r * placement.inputs
                    for input in 0..<placement.inputs { row[input] += factor * source[input] }
                }
            }
        }
    }
}
