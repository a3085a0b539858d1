import CKernels

/// A weight matrix [outputs, inputs] in the panel order that the GEMM kernel reads: packed, as the codes of its file, or
/// both.
final class PackedMatrix {
    let outputs: Int
    let inputs: Int
    private let precision: pk_precision
    private let byteCount: Int
    /// `nil` until weights are packed.
    private var packed: UnsafeMutableRawPointer?
    /// The same weights as the codes of their file: for products of few rows where they are packed too, otherwise for all.
    private(set) var coded: CodedMatrix?

    init(outputs: Int, inputs: Int, precision: Precision) {
        self.outputs = outputs
        self.inputs = inputs
        self.precision = precision.kernel
        byteCount = pk_packed_bytes(precision.kernel, Int64(outputs), Int64(inputs))
    }

    deinit { releasePacked() }

    private func releasePacked() {
        if let packed { pk_release(packed, byteCount) }
        packed = nil
    }

    private func packedStorage() -> UnsafeMutableRawPointer {
        let storage = packed ?? allocateMemory(byteCount)
        packed = storage
        return storage
    }

    /// Reads `weights` as [outputs, inputs], or as [inputs, outputs] when `transposed`.
    func pack(_ weights: UnsafePointer<Float>, transposed: Bool, pool: ThreadPool) {
        coded = nil
        pk_pack(
            pool.handle, precision, weights, Int64(outputs), Int64(inputs), Int64(transposed ? outputs : inputs),
            transposed, packedStorage())
    }

    /// Takes codes beside what is packed; those that do not become `weights` [outputs, inputs] to the bit are not taken.
    /// - Returns: Whether they are.
    @discardableResult
    func attach(_ codes: CodedMatrix, of weights: UnsafePointer<Float>, pool: ThreadPool) -> Bool {
        let isSame = pk_codes_match(
            pool.handle, precision, codes.codes, Int64(outputs), Int64(inputs), codes.storage, weights)
        coded = isSame ? codes : nil
        return isSame
    }

    /// The same, instead of what is packed.
    func replace(by codes: CodedMatrix, of weights: UnsafePointer<Float>, pool: ThreadPool) -> Bool {
        guard attach(codes, of: weights, pool: pool) else { return false }
        releasePacked()
        return true
    }

    /// What a kernel reads.
    private var weights: (storage: UnsafeRawPointer, codes: pk_codes) {
        if let packed { return (UnsafeRawPointer(packed), PK_CODES_NONE) }
        guard let coded else { preconditionFailure("weights are packed before they are used") }
        return (UnsafeRawPointer(coded.storage), coded.codes)
    }

    /// Becomes the transpose of `other` [inputs, outputs]; equal to packing the transposed weights.
    func packTranspose(of other: PackedMatrix, pool: ThreadPool) {
        let (storage, codes) = other.weights
        pk_transpose_packed(
            pool.handle, precision, Int64(other.outputs), Int64(other.inputs), storage, codes, packedStorage())
    }

    /// Rows of a contiguous input that a second matrix multiplies, added to the columns of a product from `column` on.
    struct Addend {
        var matrix: PackedMatrix
        /// [rows, matrix.inputs]
        var input: UnsafePointer<Float>
        var column: Int
    }

    /// y[rows, outputs] (+)= x[rows, inputs] W^T, then what is to be added; strides are distances between rows.
    func multiply(
        _ x: UnsafePointer<Float>, stride xStride: Int, rows: Int, into y: UnsafeMutablePointer<Float>,
        stride yStride: Int, accumulating: Bool, adding addends: [Addend] = [], pool: ThreadPool
    ) {
        multiply(
            pk_rows(x, stride: xStride), rows: rows, into: y, stride: yStride, accumulating: accumulating, adding: addends,
            pool: pool)
    }

    /// The same with rows that other products read too.
    func multiply(
        _ x: pk_rows, rows: Int, into y: UnsafeMutablePointer<Float>, stride yStride: Int, accumulating: Bool,
        adding addends: [Addend] = [], pool: ThreadPool
    ) {
        let added = addends.map { addend in
            pk_addend(
                x: addend.input, ldx: Int64(addend.matrix.inputs), packed: addend.matrix.weights.storage,
                n: Int64(addend.matrix.outputs), k: Int64(addend.matrix.inputs), column: Int64(addend.column))
        }
        var (storage, codes) = weights
        if let coded, rows <= pk_coded_rows(precision, coded.codes) {
            (storage, codes) = (UnsafeRawPointer(coded.storage), coded.codes)
        }
        pk_gemm_sum(
            pool.handle, precision, Int64(rows), Int64(outputs), Int64(inputs), x, storage, codes, added,
            Int32(added.count), y, Int64(yStride), accumulating)
    }

    /// Log-sum-exp per row and the logits of the given labels, without keeping the logits.
    func logProbabilities(
        hidden: UnsafePointer<Float>, rows: Int, labelRows: [Int32], labels: [Int32],
        labelLogits: UnsafeMutablePointer<Float>, logSumExp: UnsafeMutablePointer<Float>,
        meanLogits: UnsafeMutablePointer<Float>?, pool: ThreadPool
    ) {
        let (storage, codes) = weights
        pk_head_log_probs(
            pool.handle, precision, Int64(rows), Int64(outputs), Int64(inputs), hidden, Int64(inputs), storage, codes,
            Int64(labels.count), labelRows, labels, labelLogits, logSumExp, meanLogits)
    }
}

/// dW[outputs, inputs] += dY[rows, outputs]^T X[rows, inputs], one chain of additions in row order.
func accumulateWeightGradient(
    _ dy: pk_rows, outputs: Int, _ x: pk_rows, inputs: Int, rows: Int, into dw: UnsafeMutablePointer<Float>,
    precision: Precision, pool: ThreadPool
) {
    pk_gemm_weight_gradient(
        pool.handle, precision.kernel, Int64(rows), Int64(outputs), Int64(inputs), dy, x, dw, Int64(inputs))
}

extension pk_rows {
    /// Rows that a product converts itself.
    init(_ x: UnsafePointer<Float>, stride: Int) { self.init(x: x, ldx: Int64(stride), converted: nil, ldc: 0) }
}

extension ScratchBuffer {
    /// Memory for converted rows.
    func reserve(rows: Int, columns: Int, _ precision: Precision) -> UnsafeMutablePointer<Float> {
        let bytes = pk_converted_bytes(precision.kernel, Int64(rows), Int64(columns))
        return reserve((bytes + MemoryLayout<Float>.stride - 1) / MemoryLayout<Float>.stride)
    }
}
