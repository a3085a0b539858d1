import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// A folder filled beside its final name and put in place when it is complete.
///
/// An older folder of the same name is replaced, provided that it holds nothing but `replaceable`
/// names: a mistyped path must not cost anyone their files.
package final class AtomicFolder {
    private let path: String
    /// Where to write until `commit()`.
    package let temporaryPath: String
    private let replaceable: Set<String>
    private var isCommitted = false

    /// - Throws: `CheckpointError.writeFailed`.
    package init(path: String, replaceable: Set<String>) throws(CheckpointError) {
        let target = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL
        self.path = target.path
        self.replaceable = replaceable
        temporaryPath = target.deletingLastPathComponent().appendingPathComponent(PartialName.make(target.lastPathComponent)).path
        try Self.checkReplaceable(self.path, replaceable)
        do {
            try FileManager.default.createDirectory(atPath: temporaryPath, withIntermediateDirectories: true)
        } catch {
            throw Self.failure(path, "cannot be created: \(error.localizedDescription)")
        }
    }

    deinit { if !isCommitted { try? FileManager.default.removeItem(atPath: temporaryPath) } }

    package func file(_ name: String) -> String { temporaryPath + "/" + name }

    /// Puts the folder in place of what was there.
    package func commit() throws(CheckpointError) {
        try Self.checkReplaceable(path, replaceable)
        AtomicFile.syncFolder(of: file(""))
        let old = temporaryPath + ".old"
        let replaces = FileManager.default.fileExists(atPath: path)
        if replaces { guard rename(path, old) == 0 else { throw AtomicFile.failure(path, "be replaced") } }
        guard rename(temporaryPath, path) == 0 else {
            let error = AtomicFile.failure(path, "be put in place")
            if replaces { rename(old, path) }
            throw error
        }
        isCommitted = true
        AtomicFile.syncFolder(of: path)
        if replaces { try? FileManager.default.removeItem(atPath: old) }
        PartialName.removeLeftovers(of: path)
    }

    private static func checkReplaceable(_ path: String, _ replaceable: Set<String>) throws(CheckpointError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
        guard isFolder.boolValue else { throw failure(path, "is a file, not a folder") }
        let present = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        if let other = present.filter({ !replaceable.contains($0) && PartialName.writer(of: $0) == nil }).min() {
            throw failure(path, "holds \"\(other)\", which is no part of an export")
        }
    }

    private static func failure(_ path: String, _ reason: String) -> CheckpointError {
        CheckpointError(.writeFailed, file: path, reason: reason, remedy: "Choose a new or empty folder.")
    }
}
