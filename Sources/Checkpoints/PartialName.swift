import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// Names of files and folders that are not complete yet: `.NAME.PROCESS-NUMBER.partial`, hidden beside the final one. A
/// folder that one replaces is kept as the same name with `.old` until the new one is in place.
enum PartialName {
    static func make(_ name: String) -> String { ".\(name).\(getpid())-\(UInt32.random(in: 0 ... .max)).partial" }

    /// The process that writes under such a name; `nil` for any other name.
    static func writer(of entry: String) -> pid_t? {
        let name = entry.hasSuffix(".old") ? entry.dropLast(4) : entry[...]
        guard name.hasPrefix("."), name.hasSuffix(".partial") else { return nil }
        let parts = name.dropLast(".partial".count).split(separator: ".").last?.split(separator: "-") ?? []
        guard parts.count == 2, UInt32(parts[1]) != nil else { return nil }
        return pid_t(parts[0]).flatMap { $0 > 0 ? $0 : nil }
    }

    /// Removes what processes that were killed have left of the file or folder `path`, once it is complete.
    static func removeLeftovers(of path: String) {
        let target = URL(fileURLWithPath: path)
        let folder = target.deletingLastPathComponent()
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
            guard entry.hasPrefix(".\(target.lastPathComponent)."), let writer = writer(of: entry),
                kill(writer, 0) != 0, errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(at: folder.appendingPathComponent(entry))
        }
    }
}
