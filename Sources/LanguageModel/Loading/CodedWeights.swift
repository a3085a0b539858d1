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
    init?(file: GGUFFile, configuration: ModelConfiguration) {
        self.init(.gguf, configuration) { file.codedTensor($0) }
    }

    /// `nil` when the folder has no such matrices.
    init?(folder: SafetensorsFolder, configuration: ModelConfiguration) {
        self.init(.huggingFace, configuration) { folder.codedTensor($0) }
    }

    private init?(_ format: CheckpointFormat, _ configuration: ModelConfiguration, codedTensor: (String) -> CodedTensor?) {
        let layout = ParameterLayout(configuration)
        let heads = format == .gguf ? RotaryOrder.heads(layout, configuration) : [:]
        var matrices: [String: Matrix] = [:]
        for tensor in layout.tensors where tensor.isMatrix {
            matrices[tensor.name] = codedTensor(format.name(of: tensor)).map {
                Matrix(tensor: $0, interleavedHeads: heads[tensor.name])
            }
        }
        guard !matrices.isEmpty else { return nil }
        self.matrices = matrices
    }

    /// Memory that they take beside or instead of packed weights.
    public func byteCount(for precision: Precision) -> Int {
        matrices.values.reduce(0) { $0 + (Self.areSmaller($1.tensor.codes, than: precision) ? $1.tensor.byteCount : 0) }
    }

    /// The matrices stacked into one; `nil` unless all are stored as codes of one kind that are smaller than packed weights.
    func matrix(of tensors: [ParameterLayout.Tensor], for precision: Precision) -> CodedMatrix? {
        stack(tensors, precision).flatMap { CodedMatrix($0) }
    }

    /// Whether `matrix(of:for:)` is going to be one.
    func has(_ tensors: [ParameterLayout.Tensor], for precision: Precision) -> Bool { stack(tensors, precision) != nil }

    private func stack(_ tensors: [ParameterLayout.Tensor], _ precision: Precision) -> [Matrix]? {
        let found = tensors.compactMap { matrices[$0.name] }
        guard found.count == tensors.count, let codes = found.first?.tensor.codes, Self.areSmaller(codes, than: precision),
            found.allSatisfy({ $0.tensor.codes == codes })
        else { return nil }
        return found
    }

    private static func areSmaller(_ codes: CodedTensor.Codes, than precision: Precision) -> Bool {
        codes.bytesPerCode < precision.operandBytes
    }
}
