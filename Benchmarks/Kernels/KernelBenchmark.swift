import CKernels
import Foundation

/// GEMM throughput of the model's matrix shapes beside the machine's own peak.
///
///     kernel-benchmark [--threads N] [--seconds S] [--precision float32|bfloat16] [--json PATH]
///
/// `PRECIS_ISA=avx2 OPENBLAS_CORETYPE=Haswell` compares both on a CPU without AVX-512.
///
/// Each figure is the median of 15 timed runs, which take turns; shares and ratios are medians of those within a round.
@main
struct KernelBenchmark {
    struct Options {
        var threads = Int32(ProcessInfo.processInfo.activeProcessorCount)
        var seconds = 0.03
        var precisions = [PK_BFLOAT16, PK_FLOAT32]
        var json: String?

        init(_ arguments: [String]) throws(UsageError) {
            var rest = arguments[...]
            while let flag = rest.popFirst() {
                guard let value = rest.popFirst() else { throw UsageError(flag: flag, problem: "needs a value") }
                switch flag {
                case "--threads":
                    guard let count = Int32(value), count > 0 else {
                        throw UsageError(flag: flag, problem: "is a count of threads, not \(value)")
                    }
                    threads = count
                case "--seconds":
                    guard let duration = Double(value), duration > 0 else {
                        throw UsageError(flag: flag, problem: "is a duration in seconds, not \(value)")
                    }
                    seconds = duration
                case "--precision":
                    guard let precision = ["float32": PK_FLOAT32, "bfloat16": PK_BFLOAT16][value] else {
                        throw UsageError(flag: flag, problem: "is float32 or bfloat16, not \(value)")
                    }
                    precisions = [precision]
                case "--json": json = value
                default: throw UsageError(flag: flag, problem: "is unknown")
                }
            }
        }
    }

    struct UsageError: Error, CustomStringConvertible {
        let flag: String, problem: String
        var description: String {
            "kernel-benchmark: \(flag) \(problem)\nusage: kernel-benchmark [--threads N] [--seconds S] [--precision float32|bfloat16] [--json PATH]"
        }
    }

    static func main() {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            let report = GemmReport(threads: options.threads, secondsPerRun: options.seconds, precisions: options.precisions)
            print(report.table)
            if let path = options.json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
                try encoder.encode(report).write(to: URL(fileURLWithPath: path))
            }
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }
}
