import Checkpoints

/// The matrices of a model that its file stores as codes (`CodedMatrix`).
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
        let heads = RotaryOrder.heads(layout, configuration)
        for tensor in layout.tensors where tensor.isMatrix {
            matrices[tensor.name] = file.codedTensor(CheckpointFormat.ggufName(tensor.name)).map {
                Matrix(tensor: $0, interleavedHeads: heads[tensor.name])
            }
        }
        guard !matrices.isEmpty else { return nil }
        self.matrices = matrices
    }

    /// Memory that they take.
    public var byteCount: Int { matrices.values.reduce(0) { $0 + $1.tensor.byteCount } }

    /// The matrices stacked into one; `nil` unless all are stored as codes of one kind, in whole blocks.
    func matrix(of tensors: [ParameterLayout.Tensor]) -> CodedMatrix? { stack(tensors).flatMap { CodedMatrix($0) } }

    /// Whether `matrix(of:)` is going to be one.
    func has(_ tensors: [ParameterLayout.Tensor]) -> Bool {
        stack(tensors) != nil && (tensors.first?.shape.last ?? 0) % CodedTensor.blockLength == 0
    }

    private func stack(_ tensors: [ParameterLayout.Tensor]) -> [Matrix]? {
        let found = tensors.compactMap { matrices[$0.name] }
        guard found.count == tensors.count, Set(found.map(\.tensor.codes)).count == 1 else { return nil }
        return found
    }
}
