import Checkpoints

/// The matrices of a model that its file stores as codes, for products of few rows (`CodedMatrix`).
public struct CodedWeights: Sendable {
    /// A matrix [outputs, inputs] with its rows in the order of `ParameterLayout`.
    struct Matrix {
        let tensor: CodedTensor
        /// Heads of queries or keys, whose rows the file has in llama.cpp's order.
        let interleavedHeads: Int?

        /// The file's row that is row `row`.
        func source(of row: Int) -> Int {
            guard let interleavedHeads else { return row }
            let headSize = tensor.shape[0] / interleavedHeads
            return row / headSize * headSize + RotaryOrder.interleavedRow(of: row % headSize, half: headSize / 2)
        }
    }

    /// By the parameter's name.
    private let matrices: [String: Matrix]

    /// `nil` when the file has no such matrices.
    init?(file: GGUFFile, layout: ParameterLayout, configuration: ModelConfiguration) {
        var matrices: [String: Matrix] = [:]
        for tensor in layout.tensors where tensor.isMatrix {
            matrices[tensor.name] = file.codedTensor(CheckpointFormat.ggufName(tensor.name)).map {
                Matrix(tensor: $0, interleavedHeads: nil)
            }
        }
        for layer in layout.layers {
            for (tensor, heads) in [(layer.query, configuration.headCount), (layer.key, configuration.keyValueHeadCount)] {
                matrices[tensor.name] = matrices[tensor.name].map { Matrix(tensor: $0.tensor, interleavedHeads: heads) }
            }
        }
        guard !matrices.isEmpty else { return nil }
        self.matrices = matrices
    }

    /// Memory that they take beside packed weights.
    public var byteCount: Int { matrices.values.reduce(0) { $0 + $1.tensor.byteCount } }

    /// The matrices that are stacked into one; `nil` unless all are stored as codes of one kind.
    func stack(_ tensors: [ParameterLayout.Tensor]) -> [Matrix]? {
        let found = tensors.compactMap { matrices[$0.name] }
        guard found.count == tensors.count, Set(found.map(\.tensor.codes)).count == 1 else { return nil }
        return found
    }
}
