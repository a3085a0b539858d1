import JSON

extension JSONValue {
    /// - Parameter base: offset of `bytes` in `file`, for messages.
    /// - Throws: `CheckpointError.malformed` with the byte offset; `.duplicateName` for a repeated member.
    package init(parsing bytes: UnsafeRawBufferPointer, file: String, base: Int = 0) throws(CheckpointError) {
        do throws(JSONError) {
            self = try JSONValue(parsing: bytes)
        } catch {
            let reason = "JSON: " + error.reason
            switch error.kind {
            case .malformed: throw .malformed(file, at: base + error.offset, reason)
            case .duplicateName:
                throw CheckpointError(
                    .duplicateName, file: file, offset: base + error.offset, reason: reason, remedy: CheckpointError.redownload)
            }
        }
    }

    package init(contentsOf path: String, limit: Int = 1 << 28) throws(CheckpointError) {
        let file = try MappedFile(path: path)
        guard file.count <= limit else {
            throw .malformed(path, "is \(file.count) bytes long, at most \(limit) are accepted")
        }
        self = try JSONValue(parsing: file.bytes, file: path)
        withExtendedLifetime(file) {}
    }
}
