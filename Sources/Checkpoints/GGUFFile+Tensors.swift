extension GGUFFile {
    /// A tensor entry before the start of the data section is known.
    struct Entry {
        var descriptor: TensorDescriptor
        /// Of the entry in the file, for messages.
        var position: Int
    }

    static func entries(_ reader: inout ByteReader, count: Int, alignment: Int) throws(CheckpointError) -> [Entry] {
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        var seen: Set<String> = []
        for _ in 0..<count {
            let entry = try entry(&reader, alignment: alignment)
            guard seen.insert(entry.descriptor.name).inserted else {
                throw CheckpointError(
                    .duplicateName, file: reader.file.path, offset: entry.position,
                    reason: "tensor \"\(entry.descriptor.name)\" occurs twice", remedy: CheckpointError.redownload)
            }
            entries.append(entry)
        }
        return entries
    }

    private static func entry(_ reader: inout ByteReader, alignment: Int) throws(CheckpointError) -> Entry {
        let path = reader.file.path
        let position = reader.offset
        let name = try reader.string(limit: Limit.nameLength, for: "a tensor name")
        let dimensions = try reader.integer(UInt32.self, for: "the dimensions of \"\(name)\"")
        guard (1...UInt32(Limit.dimensions)).contains(dimensions) else {
            throw .malformed(path, at: position, "tensor \"\(name)\" has \(dimensions) dimensions, not 1 to \(Limit.dimensions)")
        }
        var shape: [Int] = []
        for _ in 0..<dimensions {
            let start = reader.offset
            let size = try reader.integer(UInt64.self, for: "the shape of \"\(name)\"")
            guard size > 0, let size = Int(exactly: size) else {
                throw .malformed(path, at: start, "tensor \"\(name)\" has a dimension of \(size)")
            }
            // Stored innermost first.
            shape.insert(size, at: 0)
        }
        let typeOffset = reader.offset
        let code = try reader.integer(UInt32.self, for: "the type of \"\(name)\"")
        guard let type = TensorType(ggmlCode: code) else {
            throw CheckpointError(
                .unsupported, file: path, offset: typeOffset, reason: "tensor \"\(name)\" has ggml type \(code)",
                remedy: "Use a file quantised as F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K or Q6_K.")
        }
        guard let byteCount = type.byteCount(shape: shape) else {
            throw .malformed(
                path, at: position,
                "tensor \"\(name)\" of shape \(shape) is too large or its rows are not whole \(type.rawValue) blocks")
        }
        let offset = try reader.integer(UInt64.self, for: "the offset of \"\(name)\"")
        guard let offset = Int(exactly: offset), offset % alignment == 0 else {
            throw .malformed(path, at: position, "tensor \"\(name)\" starts at \(offset), not a multiple of \(alignment)")
        }
        return Entry(
            descriptor: TensorDescriptor(name: name, type: type, shape: shape, byteOffset: offset, byteCount: byteCount),
            position: position)
    }

    /// Turns offsets into the data section into offsets into the file; they must lie inside it, apart.
    static func place(_ entries: [Entry], dataStart: Int, in file: MappedFile) throws(CheckpointError)
        -> [TensorDescriptor]
    {
        let available = file.count - dataStart
        for entry in entries {
            let tensor = entry.descriptor
            guard tensor.byteOffset <= available, tensor.byteCount <= available - tensor.byteOffset else {
                throw CheckpointError(
                    .truncated, file: file.path, offset: entry.position,
                    reason: "tensor \"\(tensor.name)\" needs \(tensor.byteCount) bytes at \(tensor.byteOffset) of a data section of \(max(0, available)) bytes",
                    remedy: CheckpointError.redownload)
            }
        }
        let sorted = entries.sorted { $0.descriptor.byteOffset < $1.descriptor.byteOffset }
        for (left, right) in zip(sorted, sorted.dropFirst())
        where left.descriptor.byteOffset + left.descriptor.byteCount > right.descriptor.byteOffset {
            throw .malformed(
                file.path, at: right.position,
                "tensors \"\(left.descriptor.name)\" and \"\(right.descriptor.name)\" overlap")
        }
        return entries.map { entry in
            var tensor = entry.descriptor
            tensor.byteOffset += dataStart
            return tensor
        }
    }
}
