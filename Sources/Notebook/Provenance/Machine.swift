import Foundation

/// The computer a program runs on, as far as results and durations depend on it.
public struct Machine: Sendable, Codable, Equatable {
    public var cpu: String
    /// Instruction-set extensions that the kernels choose by.
    public var cpuFeatures: [String]
    public var coreCount: Int
    public var memoryBytes: UInt64
    public var operatingSystem: String
    public var kernel: String

    public init(
        cpu: String, cpuFeatures: [String], coreCount: Int, memoryBytes: UInt64, operatingSystem: String, kernel: String
    ) {
        self.cpu = cpu
        self.cpuFeatures = cpuFeatures
        self.coreCount = coreCount
        self.memoryBytes = memoryBytes
        self.operatingSystem = operatingSystem
        self.kernel = kernel
    }

    public static func current() -> Machine {
        let cpuInfo = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let cpu = CPUInfo(parsing: cpuInfo)
        return Machine(
            cpu: cpu.model ?? architecture, cpuFeatures: cpu.features,
            coreCount: ProcessInfo.processInfo.activeProcessorCount,
            memoryBytes: ProcessInfo.processInfo.physicalMemory, operatingSystem: operatingSystemName(),
            kernel: (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8))?
                .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown")
    }

    /// Memory that can be used without swapping, from `/proc/meminfo`.
    public static var availableMemoryBytes: UInt64? {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            return line.split(whereSeparator: { $0 == " " || $0 == ":" }).dropFirst().first
                .flatMap { UInt64($0) }.map { $0 * 1024 }
        }
        return nil
    }

    /// Differs after every boot, so that a process id can be told from one of an earlier boot.
    static let bootID =
        (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?
        .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"

    static var architecture: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "arm64"
        #else
            "unknown"
        #endif
    }

    private static func operatingSystemName() -> String {
        let release = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
        for line in release.split(separator: "\n") where line.hasPrefix("PRETTY_NAME=") {
            return line.dropFirst("PRETTY_NAME=".count).trimmingCharacters(in: ["\""])
        }
        return ProcessInfo.processInfo.operatingSystemVersionString
    }
}

/// What `/proc/cpuinfo` tells of the first processor.
package struct CPUInfo: Equatable {
    package var model: String?
    package var features: [String]

    private static let relevant: Set<Substring> = [
        "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16", "amx_bf16",
        "asimd", "bf16", "sve",
    ]

    package init(parsing text: String) {
        features = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            // An empty line ends the first processor's paragraph.
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].trimmingCharacters(in: .whitespaces)
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            switch name {
            case "model name": model = String(value)
            case "flags", "Features":
                features = value.split(separator: " ").filter(Self.relevant.contains).map(String.init).sorted()
            default: break
            }
        }
    }
}
