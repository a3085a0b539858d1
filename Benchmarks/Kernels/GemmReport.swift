import CKernels
import COpenBLAS
import Foundation

/// Measured throughput of every shape, and the limits of the machine it was measured on.
struct GemmReport: Encodable {
    struct Row: Encodable {
        let precision: String
        let outputs: Int, inputs: Int, rows: Int
        /// GFLOP/s, medians of the rounds.
        let forward: Double, inputGradient: Double, weightGradient: Double
        /// Of the peak that the same round measured for this precision: medians.
        let forwardShare: Double, inputGradientShare: Double, weightGradientShare: Double
        /// Of the forward product, on as many threads; float32 only.
        let openBLAS: OpenBLAS?
    }

    struct OpenBLAS: Encodable {
        /// OpenBLAS's GFLOP/s, median of the rounds.
        let rate: Double
        /// Forward over OpenBLAS in the same round: median.
        let speedup: Double
    }

    /// What one round measured, GFLOP/s.
    private struct Round {
        let peak: Double
        let forward: Double, inputGradient: Double, weightGradient: Double
        /// NaN where it is not measured.
        let openBLAS: Double
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
    /// After one to warm up.
    private static let rounds = 15
    /// Seconds after which OpenBLAS's threads no longer spin in wait of more work.
    private static let openBLASRest = 0.05

    init(threads: Int32, secondsPerRun: Double, precisions: [pk_precision]) {
        let pool = pk_pool_create(threads)
        defer { pk_pool_destroy(pool) }
        instructionSet = String(cString: pk_isa_name(pk_isa_current()))
        openBLASCore = String(cString: openblas_get_corename())
        openblas_set_num_threads(threads)
        self.threads = Int(pk_pool_threads(pool))
        func peak(_ precision: pk_precision, runs: Int32) -> Double { pk_measure_peak_flops(pool, precision, runs) / 1e9 }
        peakFloat32 = peak(PK_FLOAT32, runs: 100)
        peakBFloat16 = peak(PK_BFLOAT16, runs: 100)
        readBandwidth = pk_measure_read_bandwidth(pool) / 1e9
        for precision in precisions {
            let comparesOpenBLAS = precision == PK_FLOAT32
            for (outputs, inputs) in Self.matrices {
                // 1,024 rows of logits are never formed: training goes through the head in chunks.
                for rows in Self.rowCounts where outputs < 49_152 || rows <= 256 {
                    let gemm = Gemm(pool: pool, precision: precision, rows: rows, outputs: outputs, inputs: inputs)
                    // A machine's speed may change from one moment to the next: what is compared takes turns.
                    let rounds = (0...Self.rounds).map { _ in
                        defer { if comparesOpenBLAS { Thread.sleep(forTimeInterval: Self.openBLASRest) } }
                        return Round(
                            peak: peak(precision, runs: 4),
                            forward: gemm.rate(secondsPerRun) { gemm.forward() },
                            inputGradient: gemm.rate(secondsPerRun) { gemm.inputGradient() },
                            weightGradient: gemm.rate(secondsPerRun) { gemm.weightGradient() },
                            openBLAS: comparesOpenBLAS ? gemm.rate(secondsPerRun) { gemm.openBLASForward() } : .nan)
                    }.dropFirst()
                    func median(_ value: (Round) -> Double) -> Double { rounds.map(value).sorted()[rounds.count / 2] }
                    shapes.append(
                        Row(
                            precision: precision == PK_FLOAT32 ? "float32" : "bfloat16", outputs: outputs,
                            inputs: inputs, rows: rows, forward: median(\.forward), inputGradient: median(\.inputGradient),
                            weightGradient: median(\.weightGradient), forwardShare: median { $0.forward / $0.peak },
                            inputGradientShare: median { $0.inputGradient / $0.peak },
                            weightGradientShare: median { $0.weightGradient / $0.peak },
                            openBLAS: comparesOpenBLAS
                                ? OpenBLAS(rate: median(\.openBLAS), speedup: median { $0.forward / $0.openBLAS }) : nil))
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
                    + (row.openBLAS.map { String(format: "  %27.0f, %.2f x", $0.rate, $0.speedup) } ?? ""))
        }
        return lines.joined(separator: "\n")
    }
}
