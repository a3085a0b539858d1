import CKernels
import Foundation

/// GEMM throughput of the model's matrix shapes beside the machine's own peak.
///
///     bench-kernels [--threads N] [--seconds S] [--json PATH]
///
/// Each figure is the median of at least three timed runs; the peak is measured in the same process.
@main
struct KernelBenchmark {
    struct Options {
        var threads = Int32(ProcessInfo.processInfo.activeProcessorCount)
        var seconds = 0.1
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
                case "--json": json = value
                default: throw UsageError(flag: flag, problem: "is unknown")
                }
            }
        }
    }

    struct UsageError: Error, CustomStringConvertible {
        let flag: String, problem: String
        var description: String {
            "bench-kernels: \(flag) \(problem)\nusage: bench-kernels [--threads N] [--seconds S] [--json PATH]"
        }
    }

    static func main() {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            let report = GemmReport(threads: options.threads, secondsPerRun: options.seconds)
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
