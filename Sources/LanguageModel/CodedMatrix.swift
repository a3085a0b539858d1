import CKernels
import Checkpoints

/// A weight matrix [outputs, inputs] in its file's codes, which become the packed weights where a product needs them.
///
/// Few rows wait for the memory that weights come from, of which 4-bit codes are a third of what bfloat16 is, and that is
/// half of float32; and memory is what a large model does not fit into.
final class CodedMatrix {
    let codes: pk_codes
    let storage: UnsafeMutableRawPointer
    private let byteCount: Int

    /// Matrices of as many inputs and codes of one kind; `nil` for none.
    init?(_ stack: [CodedWeights.Matrix]) {
        guard let first = stack.first, let inputs = first.tensor.shape.last else { return nil }
        let codes =
            switch first.tensor.codes {
            case .unsigned4: PK_CODES_4
            case .signed4: PK_CODES_4_SIGNED
            case .signed8: PK_CODES_8
            case .bfloat16: PK_CODES_BFLOAT16
            case .half: PK_CODES_HALF
            }
        let outputs = stack.reduce(0) { $0 + $1.tensor.shape[0] }
        byteCount = pk_coded_bytes(codes, Int64(outputs), Int64(inputs))
        storage = allocateMemory(byteCount)
        self.codes = codes
        let blocks = inputs / CodedTensor.blockLength
        var output = 0
        for matrix in stack {
            let rows = matrix.tensor.rows()
            for row in 0..<matrix.tensor.shape[0] {
                let source = matrix.source(of: row)
                rows.codes.withUnsafeBufferPointer { values in
                    rows.scales.withUnsafeBufferPointer { scales in
                        rows.minima.withUnsafeBufferPointer { minima in
                            pk_pack_codes(
                                codes, Int64(inputs), Int64(output), 1,
                                values.baseAddress.map { $0 + source * inputs * first.tensor.codes.bytesPerCode },
                                scales.isEmpty ? nil : scales.baseAddress.map { $0 + source * blocks },
                                minima.isEmpty ? nil : minima.baseAddress.map { $0 + source * blocks }, storage)
                        }
                    }
                }
                output += 1
            }
        }
    }

    deinit { pk_release(storage, byteCount) }
}
