/// A bounds-checked little-endian cursor over a mapped file.
struct ByteReader {
    let file: MappedFile
    private(set) var offset = 0

    init(_ file: MappedFile) { self.file = file }

    var remaining: Int { file.count - offset }

    /// Claims the next `count` bytes and returns their offset.
    mutating func take(_ count: Int, for what: @autoclosure () -> String) throws(CheckpointError) -> Int {
        guard count >= 0, count <= remaining else {
            throw .truncated(file.path, at: offset, need: count, of: file.count, for: what())
        }
        defer { offset += count }
        return offset
    }

    mutating func integer<T: FixedWidthInteger>(_: T.Type, for what: @autoclosure () -> String)
        throws(CheckpointError) -> T
    {
        let start = try take(MemoryLayout<T>.size, for: what())
        return T(littleEndian: file.bytes.loadUnaligned(fromByteOffset: start, as: T.self))
    }

    /// A 64-bit count of things that take at least `minimum` bytes each, so no more than still fit.
    mutating func count(minimum: Int, for what: @autoclosure () -> String) throws(CheckpointError) -> Int {
        let start = offset
        let value = try integer(UInt64.self, for: what())
        guard value <= UInt64(remaining / max(minimum, 1)) else {
            throw CheckpointError(
                .truncated, file: file.path, offset: start,
                reason: "\(what()) is \(value), more than the \(remaining) bytes that are left can hold",
                remedy: CheckpointError.redownload)
        }
        return Int(value)
    }

    /// A string with a 64-bit length; must be UTF-8 unless `repairing`.
    mutating func string(limit: Int, repairing: Bool = false, for what: @autoclosure () -> String)
        throws(CheckpointError) -> String
    {
        let start = offset
        let length = try count(minimum: 1, for: "length of \(what())")
        guard length <= limit else {
            throw .malformed(file.path, at: start, "\(what()) is \(length) bytes long, at most \(limit) are allowed")
        }
        let begin = try take(length, for: what())
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[begin..<begin + length])
        if repairing { return String(decoding: bytes, as: UTF8.self) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(file.path, at: begin, "\(what()) is not valid UTF-8")
        }
        return text
    }

    mutating func align(to alignment: Int) throws(CheckpointError) {
        let excess = offset % alignment
        if excess != 0 { _ = try take(alignment - excess, for: "padding") }
    }
}
