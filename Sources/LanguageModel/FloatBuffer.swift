#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
import CKernels
import Checkpoints

/// `byteCount` zeros, 64-byte aligned, and `room` behind them (`pk_allocate_with_room`); `pk_release` gives them back. Ends
/// the process where there is no memory, as Swift's own allocation does.
package func allocateMemory(_ byteCount: Int, room: Int = 0) -> UnsafeMutableRawPointer {
    guard let memory = pk_allocate_with_room(byteCount, room) else { fatalError("out of memory: \(byteCount + room) bytes") }
    return memory
}

/// A flat float32 buffer, 64-byte aligned and zeroed: weights, gradients or optimizer moments.
public final class FloatBuffer: @unchecked Sendable {
    public enum Storage: Sendable, Hashable {
        case memory
        /// A file without a name in `folder`, mapped: its pages can leave memory and come back unchanged. In memory
        /// after all where the folder cannot hold it.
        case file(folder: String)
    }

    public let count: Int
    public let pointer: UnsafeMutablePointer<Float>
    private let byteCount: Int
    /// Of the file that the buffer lives in.
    private let descriptor: Int32?

    public init(count: Int, storage: Storage = .memory) {
        self.count = count
        byteCount = max(count, 1) * MemoryLayout<Float>.stride
        if case .file(let folder) = storage, let mapping = Self.mapTemporaryFile(in: folder, byteCount: byteCount) {
            pointer = mapping.address.bindMemory(to: Float.self, capacity: max(count, 1))
            descriptor = mapping.descriptor
            return
        }
        descriptor = nil
        pointer = allocateMemory(byteCount).bindMemory(to: Float.self, capacity: max(count, 1))
    }

    deinit {
        if let descriptor {
            munmap(pointer, byteCount)
            close(descriptor)
        } else {
            pk_release(pointer, byteCount)
        }
    }

    public var elements: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: pointer, count: count)
    }

    public func copy() -> FloatBuffer {
        let other = FloatBuffer(count: count)
        read(from: 0, count: count, into: other.pointer)
        return other
    }

    public func zero() { pointer.update(repeating: 0, count: count) }

    /// Takes the whole pages of some elements out of the process's memory if the buffer lives in a file; touching it
    /// brings back what is touched and up to megabytes around it.
    func releasePages(_ elements: Range<Int>) {
        guard descriptor != nil else { return }
        let stride = MemoryLayout<Float>.stride
        // On a shared mapping this drops no data: changed pages belong to the file's cache.
        releaseWholePages(of: pointer, elements.lowerBound * stride..<elements.upperBound * stride)
    }

    /// Copies `count` elements from `offset` on, without bringing their pages back.
    func read(from offset: Int, count: Int, into destination: UnsafeMutablePointer<Float>) {
        let stride = MemoryLayout<Float>.stride
        // One call reads 2 GiB at most; what it leaves comes from the mapping.
        if let descriptor, pread(descriptor, destination, count * stride, off_t(offset * stride)) == count * stride {
            return
        }
        destination.update(from: pointer + offset, count: count)
    }

    /// A file of `byteCount` zeros whose space on the disk is reserved, mapped; or `nil`.
    private static func mapTemporaryFile(
        in folder: String, byteCount: Int
    ) -> (address: UnsafeMutableRawPointer, descriptor: Int32)? {
        var template = Array("\(folder)/.weights-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return nil }
        unlink(template)
        // A hole that the disk cannot fill would end the process when it is written to.
        #if canImport(Darwin)
        let isReserved = ftruncate(descriptor, off_t(byteCount)) == 0
        #else
        let isReserved = posix_fallocate(descriptor, 0, off_t(byteCount)) == 0
        #endif
        guard isReserved,
            let address = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), address != MAP_FAILED
        else {
            close(descriptor)
            return nil
        }
        return (address, descriptor)
    }
}
