#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file written beside its final name and put in place when it is complete.
///
/// The bytes reach the disk before the rename, so a crash or a full disk leaves the old file or
/// none, never half of the new one. An instance that is dropped before `commit()` removes its bytes.
package final class AtomicFile {
    private let path: String
    private let temporaryPath: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private static let bufferSize = 1 << 20

    /// - Throws: `CheckpointError.writeFailed`, also when the folder does not exist.
    package init(path: String) throws(CheckpointError) {
        self.path = path
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[...$0]) } ?? ""
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        temporaryPath = folder + PartialName.make(name)
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path, "be created") }
        buffer.reserveCapacity(Self.bufferSize)
    }

    deinit { discard() }

    package func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        if buffer.count + bytes.count <= Self.bufferSize {
            buffer.append(contentsOf: bytes)
        } else {
            try flush()
            try writeThrough(bytes)
        }
    }

    package func write(_ bytes: [UInt8]) throws(CheckpointError) {
        var failure: CheckpointError?
        bytes.withUnsafeBytes { buffer in
            do throws(CheckpointError) { try write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Puts the file in place of what was there.
    package func commit() throws(CheckpointError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw Self.failure(path, "be brought to disk") }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0, rename(temporaryPath, path) == 0 else {
            let error = Self.failure(path, "be put in place")
            unlink(temporaryPath)
            throw error
        }
        Self.syncFolder(of: path)
        PartialName.removeLeftovers(of: path)
    }

    private func discard() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporaryPath)
        descriptor = -1
    }

    private func flush() throws(CheckpointError) {
        var failure: CheckpointError?
        buffer.withUnsafeBytes { bytes in
            do throws(CheckpointError) { try writeThrough(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
        buffer.removeAll(keepingCapacity: true)
    }

    private func writeThrough(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
        var offset = 0
        while offset < bytes.count, let base = bytes.baseAddress {
            let count = systemWrite(descriptor, base + offset, bytes.count - offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(path, "be written") }
            offset += count
        }
    }

    /// Makes the rename itself durable; a file system that cannot do this has still renamed.
    static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        close(descriptor)
    }

    static func failure(_ path: String, _ action: String) -> CheckpointError {
        CheckpointError(
            .writeFailed, file: path, reason: "cannot \(action): \(MappedFile.systemMessage())",
            remedy: "Check free space and permissions; what was there before is unchanged.")
    }
}

/// The system call, under a name that does not clash with `AtomicFile.write`.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
