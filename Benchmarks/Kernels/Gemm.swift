import CKernels
import COpenBLAS
import Foundation

/// One matrix with its activations and gradients, ready to be multiplied again and again.
final class Gemm {
    private let pool: OpaquePointer?
    private let precision: pk_precision
    private let rows: Int64, outputs: Int64, inputs: Int64
    private let x: UnsafeMutablePointer<Float>  // [rows, inputs]
    private let y: UnsafeMutablePointer<Float>  // [rows, outputs]
    private let weightSum: UnsafeMutablePointer<Float>  // [outputs, inputs]
    private let packed: UnsafeMutableRawPointer
    private let packedTransposed: UnsafeMutableRawPointer

    init(pool: OpaquePointer?, precision: pk_precision, rows: Int, outputs: Int, inputs: Int) {
        self.pool = pool
        self.precision = precision
        (self.rows, self.outputs, self.inputs) = (Int64(rows), Int64(outputs), Int64(inputs))
        func filled(_ count: Int) -> UnsafeMutablePointer<Float> {
            let pointer = UnsafeMutablePointer<Float>.allocate(capacity: count)
            for i in 0..<count { pointer[i] = Float((i &* 2_654_435_761) % 1000) * 1e-3 - 0.5 }
            return pointer
        }
        x = filled(rows * inputs)
        y = filled(rows * outputs)
        weightSum = filled(outputs * inputs)
        packed = .allocate(byteCount: pk_packed_bytes(precision, self.outputs, self.inputs), alignment: 64)
        packedTransposed = .allocate(byteCount: pk_packed_bytes(precision, self.inputs, self.outputs), alignment: 64)
        pk_pack(pool, precision, weightSum, self.outputs, self.inputs, self.inputs, false, packed)
        pk_pack(pool, precision, weightSum, self.inputs, self.outputs, self.inputs, true, packedTransposed)
    }

    deinit {
        x.deallocate()
        y.deallocate()
        weightSum.deallocate()
        packed.deallocate()
        packedTransposed.deallocate()
    }

    func forward() { pk_gemm(pool, precision, rows, outputs, inputs, x, inputs, packed, y, outputs, false) }

    func inputGradient() {
        pk_gemm(pool, precision, rows, inputs, outputs, y, outputs, packedTransposed, x, inputs, false)
    }

    func weightGradient() {
        pk_gemm_weight_gradient(
            pool, precision, rows, outputs, inputs, pk_rows(x: y, ldx: outputs, converted: nil, ldc: 0),
            pk_rows(x: x, ldx: inputs, converted: nil, ldc: 0), weightSum, inputs)
    }

    /// The same product by OpenBLAS, in float32.
    func openBLASForward() {
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows), blasint(outputs), blasint(inputs), 1, x,
            blasint(inputs), weightSum, blasint(inputs), 0, y, blasint(outputs))
    }

    /// GFLOP/s of one of the products, repeated for about `seconds`.
    func rate(_ seconds: Double, _ product: () -> Void) -> Double {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        let start = clock.now
        var count = 0.0
        repeat {
            product()
            count += 1
        } while clock.now < deadline
        let operations = 2 * Double(rows) * Double(outputs) * Double(inputs) * count
        return operations / ((clock.now - start) / .seconds(1)) / 1e9
    }
}
