import CKernels

/// Operand format of matrix products, attention's but for its scores among them where the CPU multiplies bfloat16;
/// accumulation, norms, softmax and the residual stream are float32.
public enum Precision: String, Sendable, Codable, CaseIterable {
    case float32
    case bfloat16

    /// `bfloat16` where the CPU multiplies it faster, otherwise `float32`.
    public static var preferred: Precision {
        pk_isa_current().rawValue >= PK_ISA_AVX512BF16.rawValue ? .bfloat16 : .float32
    }

    package var kernel: pk_precision { self == .float32 ? PK_FLOAT32 : PK_BFLOAT16 }

    /// Bytes of a packed weight.
    var operandBytes: Int { self == .bfloat16 ? 2 : 4 }

    /// Whether products of few rows read a file's codes, where it has any.
    var decodesFromCodes: Bool { pk_coded_rows(kernel, PK_CODES_4) > 0 }

    /// Whether all products of weights that do not change read a file's codes, where it has any, and no packed weights
    /// exist: making a panel of codes once for many rows takes about as long as reading it. Products in bfloat16 take a
    /// fifth of the time, of which it would be too much.
    var computesFromCodes: Bool { pk_coded_rows(kernel, PK_CODES_4) == .max }

    /// Rows that weight gradients sum up at a time.
    package var gradientRowStep: Int { Int(pk_gradient_step(kernel)) }

    /// Raised with every change of the kernels that changes a bit of a result.
    private static let kernelVersion = 3

    /// The kernels that this process uses: `amx`, `avx512bf16`, `avx512`, `avx2` or `portable`; the fastest that the CPU
    /// has, or what `PRECIS_ISA` names of them.
    public static var instructionPath: String { String(cString: pk_isa_name(pk_isa_current())) }

    /// Precision, instruction path and version of the kernels, e.g. `bfloat16/avx512bf16/3`: results are equal to the
    /// bit within one mode, so the mode is part of every cache key.
    public var numericMode: String { "\(rawValue)/\(Self.instructionPath)/\(Self.kernelVersion)" }
}

/// The process's worker threads. Results do not depend on how many there are.
public final class ThreadPool: @unchecked Sendable {
    package let handle: OpaquePointer
    public let threadCount: Int

    /// - Parameter threadCount: workers including the caller; at least 1.
    public init(threadCount: Int) {
        self.threadCount = max(1, threadCount)
        handle = pk_pool_create(Int32(self.threadCount))
    }

    deinit { pk_pool_destroy(handle) }
}
