import CKernels
import EmulatedKernels
import Testing

/// Parent of every kernel suite: the instruction set is chosen process-wide, so suites take turns.
@Suite(.serialized) enum Kernels {}

private let instructionSets = [PK_ISA_PORTABLE, PK_ISA_AVX2, PK_ISA_AVX512, PK_ISA_AVX512BF16, PK_ISA_AMX]

/// Runs `body` once per instruction set that this machine has, the portable one always, or can emulate (those that
/// multiply bf16, on AVX-512), and comes back to the best one that it has.
func onEveryInstructionSet(_ body: (String) throws -> Void) rethrows {
    let best = pk_isa_current()
    defer { _ = pk_isa_force(best) }
    for isa in instructionSets {
        let name = String(cString: pk_isa_name(isa))
        if pk_isa_force(isa) {
            try body(name)
        } else if pk_emulate(isa) {
            try body(name + ", emulated")
        }
    }
}

/// Owns a pool of threads.
final class Pool {
    let handle: OpaquePointer?
    init(_ threads: Int32) { handle = pk_pool_create(threads) }
    deinit { pk_pool_destroy(handle) }
}

/// SplitMix64 (Steele, Lea & Flood 2014).
struct SplitMix {
    var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func bits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    mutating func uniform() -> Double { Double(bits() >> 11) * 0x1p-53 }

    mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
        (0..<count).map { _ in Float(2 * uniform() - 1) * scale }
    }
}

/// Nearest bf16, ties to even.
func roundedToBFloat16(_ x: Float) -> Float {
    let bits = x.bitPattern
    return Float(bitPattern: (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) & 0xFFFF_0000)
}

/// Largest difference, in units of `scale` (or of 1 + |expected| when none is given).
func largestError(_ actual: [Float], _ expected: [Double], scale: [Double]? = nil) -> Double {
    guard actual.count == expected.count else { return .infinity }
    var worst = 0.0
    for i in actual.indices {
        let error = abs(Double(actual[i]) - expected[i]) / (scale?[i] ?? (1 + abs(expected[i])))
        if !(error <= worst) { worst = error }
    }
    return worst
}

/// Root mean square of the differences, relative to that of what is expected where this is above 0.1.
func relativeError(_ actual: [Float], _ expected: [Double]) -> Double {
    guard actual.count == expected.count else { return .infinity }
    let differences = zip(actual, expected).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
    let squares = expected.reduce(0) { $0 + $1 * $1 }
    return (differences / max(squares, 0.01 * Double(expected.count))).squareRoot()
}

func sameBits(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
}

/// 64-byte aligned memory for packed weights.
final class AlignedBytes {
    let pointer: UnsafeMutableRawPointer
    init(_ count: Int) { pointer = .allocate(byteCount: max(count, 64), alignment: 64) }
    deinit { pointer.deallocate() }
}

/// `w` packed for `pk_gemm`.
func packed(
    _ pool: Pool, _ precision: pk_precision, _ w: [Float], outputs n: Int, inputs k: Int, transposed: Bool = false
) -> AlignedBytes {
    let bytes = AlignedBytes(pk_packed_bytes(precision, Int64(n), Int64(k)))
    pk_pack(pool.handle, precision, w, Int64(n), Int64(k), Int64(transposed ? n : k), transposed, bytes.pointer)
    return bytes
}

/// `x` [rows, columns] as products read it, converted before or not.
func withRows(
    _ pool: Pool, _ precision: pk_precision, _ rows: Int, _ columns: Int, _ x: [Float], _ stride: Int, converted: Bool,
    _ body: (pk_rows) -> Void
) {
    x.withUnsafeBufferPointer { x in
        guard converted else { return body(pk_rows(x: x.baseAddress, ldx: Int64(stride), converted: nil, ldc: 0)) }
        let bytes = pk_converted_bytes(precision, Int64(rows), Int64(columns))
        let memory = pk_allocate(bytes)
        defer { pk_release(memory, bytes) }
        body(pk_convert(pool.handle, precision, Int64(rows), Int64(columns), x.baseAddress, Int64(stride), memory))
    }
}

/// dw [n, k] += dy [rows, n]^T x [rows, k]; each with its distance between rows.
func addWeightGradient(
    _ pool: Pool, _ precision: pk_precision, rows: Int, _ n: Int, _ k: Int, _ dy: [Float], _ dyStride: Int, _ x: [Float],
    _ xStride: Int, to dw: inout [Float], _ dwStride: Int
) {
    withRows(pool, precision, rows, n, dy, dyStride, converted: false) { dy in
        withRows(pool, precision, rows, k, x, xStride, converted: false) { x in
            pk_gemm_weight_gradient(
                pool.handle, precision, Int64(rows), Int64(n), Int64(k), dy, x, &dw, Int64(dwStride))
        }
    }
}
