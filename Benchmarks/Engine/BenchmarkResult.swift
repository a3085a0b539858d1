import Foundation
import LanguageModel

/// What one workload measured, as the peers' scripts print it: one JSON object on one line.
struct BenchmarkResult {
    private var fields: [String: Any] = ["peer": "precis"]

    init(_ workload: String, model: LanguageModel) {
        fields["workload"] = workload
        fields["threads"] = model.pool.threadCount
        fields["mode"] = model.precision.numericMode
    }

    subscript(_ name: String) -> Any? {
        get { fields[name] }
        set { fields[name] = newValue }
    }

    /// Adds the process's peak memory and prints.
    func report() throws {
        var fields = fields
        fields["peak_bytes"] = try Self.peakResidentBytes()
        let line = try JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys, .withoutEscapingSlashes])
        FileHandle.standardOutput.write(line + Data("\n".utf8))
    }

    /// Largest resident set of this process so far: `VmHWM` of proc(5).
    static func peakResidentBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
        else { throw MissingPeak() }
        return kibibytes * 1024
    }

    struct MissingPeak: Error, CustomStringConvertible {
        var description: String { "/proc/self/status has no VmHWM line: peak memory can be measured on Linux only" }
    }
}

/// Seconds that `body` takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    try ContinuousClock().measure(body) / .seconds(1)
}

/// Seconds of each of `repeats` runs, after one to warm up.
func timings(repeats: Int, _ body: () throws -> Void) rethrows -> [Double] {
    try body()
    return try (0..<repeats).map { _ in try seconds(body) }
}

/// - Precondition: `values` is not empty.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
