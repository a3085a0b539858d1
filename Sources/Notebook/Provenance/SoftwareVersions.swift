import Foundation
import GRDB

/// Versions of what results and figures are made with.
package enum SoftwareVersions {
    static func current() -> [String: String] {
        var versions = ["precis": Provenance.programVersion, "Swift": swift, "build": build]
        versions["SQLite"] = try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }
        versions["gnuplot"] = gnuplot
        versions["OpenBLAS"] = openBLAS
        return versions
    }

    private static var build: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    /// Version of the compiler. The language offers only comparisons, so this names the newest that holds.
    private static var swift: String {
        #if compiler(>=6.5)
            "6.5 or later"
        #elseif compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #elseif compiler(>=6.2)
            "6.2"
        #else
            "6.1"
        #endif
    }

    package static var gnuplot: String? {
        // "gnuplot 5.4 patchlevel 4"
        ProgramOutput.of("gnuplot", ["--version"]).map {
            $0.replacingOccurrences(of: "gnuplot ", with: "").replacingOccurrences(of: " patchlevel ", with: ".")
        }
    }

    /// OpenBLAS describes itself, when it is loaded into this process.
    static var openBLAS: String? {
        #if canImport(Glibc)
            guard let symbol = dlsym(nil, "openblas_get_config") else { return nil }
            typealias Describe = @convention(c) () -> UnsafePointer<CChar>?
            return unsafeBitCast(symbol, to: Describe.self)().map { String(cString: $0) }
        #else
            return nil
        #endif
    }
}

extension Provenance {
    /// Version of this package.
    public static let programVersion = "0.1.0"
}
