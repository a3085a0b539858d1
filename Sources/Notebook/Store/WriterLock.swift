import Foundation

/// The exclusive right to write to a workspace, held with `flock(2)` on `<workspace>/.lock`. The kernel
/// releases it when the process ends, however it ends, so a lock is never stale.
final class WriterLock: Sendable {
    private let descriptor: Int32

    /// - Throws: ``StoreError`` of kind `locked` that names the process holding the lock, or `notWritable`.
    init(workspace: URL) throws(StoreError) {
        let url = Self.url(in: workspace)
        descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw StoreError(
                .notWritable, what: "cannot lock the workspace", location: url.path,
                why: String(cString: strerror(errno)))
        }
        if let code = Self.lock(descriptor) {
            close(descriptor)
            guard code == EWOULDBLOCK else {
                throw StoreError(
                    .notWritable, what: "cannot lock the workspace", location: url.path,
                    why: String(cString: strerror(code)))
            }
            let holder = (try? String(contentsOf: url, encoding: .utf8))?.split(separator: "\n").first
            throw StoreError(
                .locked, what: "another run is writing to this workspace", location: workspace.path,
                why: "the lock is held by " + (holder.map { "process \($0)" } ?? "another process"))
        }
        let note = Array("\(getpid()) (\(CommandLine.arguments.first ?? ""))\n".utf8)
        ftruncate(descriptor, 0)
        _ = note.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        // Closing alone would leave the lock to a child process between its fork and its exec.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// - Returns: the error code of a lock that cannot be had; `nil` on success.
    private static func lock(_ descriptor: Int32) -> Int32? {
        // A reader that asks whether the lock is held holds it for a moment itself.
        for attempt in 0..<10 {
            if attempt > 0 { usleep(20_000) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return nil }
            if errno != EWOULDBLOCK { break }
        }
        return errno
    }

    static func url(in workspace: URL) -> URL { workspace.appendingPathComponent(".lock") }

    /// Whether a process, this one included, holds the lock now.
    static func isHeld(in workspace: URL) -> Bool {
        let descriptor = open(url(in: workspace).path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return errno == EWOULDBLOCK }
        return false
    }
}
