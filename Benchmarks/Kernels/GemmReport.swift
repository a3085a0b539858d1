import CKernels
import COpenBLAS
import Foundation

/// Measured throughput of every shape, and the limits of the machine it was measured on.
struct GemmReport: Encodable {
    struct Row: Encodable {
        let precision: String
        let outputs: Int, inputs: Int, rows: Int
        /// GFLOP/s.
        let forward: Double, inputGradient: Double, weightGradient: Double
        /// Of the peak that was measured for this precision.
        let forwardShare: Double, inputGradientShare: Double, weightGradientShare: Double
        /// OpenBLAS's GFLOP/s for the forward product, on as many threads; float32 only.
        let openBLAS: Double?
    }

    let instructionSet: String
    /// The kernels that OpenBLAS chose, which OPENBLAS_CORETYPE can lower: Haswell is its AVX2.
    let openBLASCore: String
    let threads: Int
    /// GFLOP/s of multiply-adds that stay in registers.
    let peakFloat32: Double, peakBFloat16: Double
    /// GB/s.
    let readBandwidth: Double
    private(set) var shapes: [Row] = []

    /// (outputs, inputs) of SmolLM2-135M: qkv, attention output, gate and up, down, head.
    static let matrices = [(960, 576), (576, 576), (3072, 576), (576, 1536), (49_152, 576)]
    static let rowCounts = [1, 8, 16, 64, 256, 1024]

    init(threads: Int32, secondsPerRun: Double, precisions: [pk_precision]) {
        let pool = pk_pool_create(threads)
        defer { pk_pool_destroy(pool) }
        instructionSet = String(cString: pk_isa_name(pk_isa_current()))
        openBLASCore = String(cString: openblas_get_corename())
        openblas_set_num_threads(threads)
        self.threads = Int(pk_pool_threads(pool))
        peakFloat32 = pk_measure_peak_flops(pool, PK_FLOAT32) / 1e9
        peakBFloat16 = pk_measure_peak_flops(pool, PK_BFLOAT16) / 1e9
        readBandwidth = pk_measure_read_bandwidth(pool) / 1e9
        for precision in precisions {
            let peak = precision == PK_FLOAT32 ? peakFloat32 : peakBFloat16
            for (outputs, inputs) in Self.matrices {
                // 1,024 rows of logits are never formed: training goes through the head in chunks.
                for rows in Self.rowCounts where outputs < 49_152 || rows <= 256 {
                    let gemm = Gemm(pool: pool, precision: precision, rows: rows, outputs: outputs, inputs: inputs)
                    let forward = gemm.rate(secondsPerRun) { gemm.forward() }
                    let inputGradient = gemm.rate(secondsPerRun) { gemm.inputGradient() }
                    let weightGradient = gemm.rate(secondsPerRun) { gemm.weightGradient() }
                    let openBLAS =
                        precision == PK_FLOAT32 ? gemm.rate(secondsPerRun) { gemm.openBLASForward() } : nil
                    shapes.append(
                        Row(
                            precision: precision == PK_FLOAT32 ? "float32" : "bfloat16", outputs: outputs,
                            inputs: inputs, rows: rows, forward: forward, inputGradient: inputGradient,
                            weightGradient: weightGradient, forwardShare: forward / peak,
                            inputGradientShare: inputGradient / peak, weightGradientShare: weightGradient / peak,
                            openBLAS: openBLAS))
                }
            }
        }
    }

    var table: String {
        var lines = [
            String(
                format: "%@, %d threads: peak %.0f GFLOP/s float32, %.0f bfloat16; memory read %.1f GB/s; OpenBLAS %@",
                instructionSet, threads, peakFloat32, peakBFloat16, readBandwidth, openBLASCore),
            "precision       N      K      M   forward        dX             dW      (GFLOP/s, share of peak)  OpenBLAS",
        ]
        for row in shapes {
            lines.append(
                String(
                    format: "%@ %6d %6d %6d   %5.0f %3.0f%%     %5.0f %3.0f%%     %5.0f %3.0f%%",
                    row.precision.padding(toLength: 9, withPad: " ", startingAt: 0), row.outputs, row.inputs, row.rows,
                    row.forward, 100 * row.forwardShare, row.inputGradient, 100 * row.inputGradientShare,
                    row.weightGradient, 100 * row.weightGradientShare)
                    + (row.openBLAS.map { String(format: "  %27.0f, %.2f x", $0, row.forward / $0) } ?? ""))
        }
        return lines.joined(separator: "\n")
    }
}
