import CKernels
import LanguageModel

/// y = x W^T + b, with W packed once for the float32 GEMM kernel.
final class LinearLayer: @unchecked Sendable {
    let outputs: Int
    let inputs: Int
    private let packed: UnsafeMutableRawPointer
    private let byteCount: Int
    private let bias: [Float]

    /// - Parameters:
    ///   - weights: [outputs, inputs], row-major.
    ///   - bias: [outputs].
    init(weights: [Float], bias: [Float], pool: ThreadPool) {
        precondition(!bias.isEmpty && weights.count % bias.count == 0, "a bias for each row of the weights")
        outputs = bias.count
        inputs = weights.count / bias.count
        self.bias = bias
        byteCount = pk_packed_bytes(PK_FLOAT32, Int64(outputs), Int64(inputs))
        packed = allocateMemory(byteCount)
        pk_pack(pool.handle, PK_FLOAT32, weights, Int64(outputs), Int64(inputs), Int64(inputs), false, packed)
    }

    deinit { pk_release(packed, byteCount) }

    /// x [rows, inputs] to y [rows, outputs], both without gaps.
    func apply(_ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>, pool: ThreadPool) {
        for row in 0..<rows {
            bias.withUnsafeBufferPointer { bias in
                guard let base = bias.baseAddress else { return }
                (y + row * outputs).update(from: base, count: outputs)
            }
        }
        pk_gemm(
            pool.handle, PK_FLOAT32, Int64(rows), Int64(outputs), Int64(inputs), x, Int64(inputs), packed, y,
            Int64(outputs), true)
    }
}

/// A matrix that is packed anew for each use, e.g. the keys of one head.
final class PackedOperand: @unchecked Sendable {
    private(set) var outputs = 0
    private(set) var inputs = 0
    private var capacity = 64
    private var packed = allocateMemory(64)

    deinit { pk_release(packed, capacity) }

    /// Reads `source` as [outputs, inputs], or as [inputs, outputs] when `transposed`; `stride` floats lie between
    /// the starts of its rows.
    func pack(
        _ source: UnsafePointer<Float>, outputs: Int, inputs: Int, stride: Int, transposed: Bool, pool: ThreadPool
    ) {
        let bytes = pk_packed_bytes(PK_FLOAT32, Int64(outputs), Int64(inputs))
        if bytes > capacity {
            pk_release(packed, capacity)
            packed = allocateMemory(bytes)
            capacity = bytes
        }
        self.outputs = outputs
        self.inputs = inputs
        pk_pack(pool.handle, PK_FLOAT32, source, Int64(outputs), Int64(inputs), Int64(stride), transposed, packed)
    }

    /// y [rows, outputs] = x [rows, inputs] times the transpose.
    func multiply(
        _ x: UnsafePointer<Float>, stride xStride: Int, rows: Int, into y: UnsafeMutablePointer<Float>,
        stride yStride: Int, pool: ThreadPool
    ) {
        pk_gemm(
            pool.handle, PK_FLOAT32, Int64(rows), Int64(outputs), Int64(inputs), x, Int64(xStride), packed, y,
            Int64(yStride), false)
    }
}

extension ThreadPool {
    /// Runs `body` for every index on the workers; `body` must not use the pool.
    func forEach(_ count: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: body) { pointer in
                pk_pool_run(
                    handle, Int64(count),
                    { context, index in
                        context?.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(index))
                    }, UnsafeMutableRawPointer(mutating: pointer))
            }
        }
    }
}
