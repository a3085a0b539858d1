#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A whole file mapped read-only into memory.
///
/// Pages are read when touched, so a model is never held twice. A file that another process shortens
/// while it is mapped ends the process with SIGBUS; checkpoints are replaced by renaming, never in place.
package final class MappedFile: @unchecked Sendable {
    package let path: String
    package let bytes: UnsafeRawBufferPointer

    package var count: Int { bytes.count }

    /// - Throws: `CheckpointError.unreadable` when the file cannot be opened or is not a regular file.
    package init(path: String) throws(CheckpointError) {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Self.unreadable(path, "cannot be opened: \(Self.systemMessage())")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw Self.unreadable(path, "cannot be examined: \(Self.systemMessage())")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Self.unreadable(path, "is not a regular file") }
        let count = Int(status.st_size)
        guard count > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
            throw Self.unreadable(path, "cannot be mapped: \(Self.systemMessage())")
        }
        bytes = UnsafeRawBufferPointer(start: address, count: count)
    }

    deinit {
        if let address = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: address), bytes.count) }
    }

    /// Takes the whole pages of a range out of memory; they are read again when they are touched.
    func releasePages(_ range: Range<Int>) {
        guard let address = bytes.baseAddress else { return }
        // No changes are lost: the mapping is read-only.
        releaseWholePages(of: UnsafeMutableRawPointer(mutating: address), range)
    }

    private static func unreadable(_ path: String, _ reason: String) -> CheckpointError {
        CheckpointError(.unreadable, file: path, reason: reason, remedy: "Check the path and its permissions.")
    }

    static func systemMessage(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
}

/// Takes the whole pages of a range of a file's mapping out of the process's memory; they are read again when they are
/// touched. Of a private mapping, what was written is lost.
package func releaseWholePages(of mapping: UnsafeMutableRawPointer, _ range: Range<Int>) {
    let page = Int(getpagesize())
    let (first, end) = ((range.lowerBound + page - 1) / page * page, range.upperBound / page * page)
    if end > first { madvise(mapping + first, end - first, MADV_DONTNEED) }
}
