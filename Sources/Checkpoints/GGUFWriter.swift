extension GGUFFile {
    /// Writes a GGUF file (version 3, alignment 32), atomically.
    /// - Throws: `CheckpointError.writeFailed`, or `.unsupported` for a type or value that cannot be written.
    package static func write(_ tensors: [TensorContent], metadata: [(key: String, value: GGUFValue)], to path: String)
        throws(CheckpointError)
    {
        let alignment = 32
        var header: [UInt8] = Array("GGUF".utf8)
        header.append(little: UInt32(3))
        header.append(little: UInt64(tensors.count))
        header.append(little: UInt64(metadata.count))
        for (key, value) in metadata {
            header.append(gguf: key)
            header.append(little: value.kind.rawValue)
            header.append(gguf: value)
        }
        var offset = 0
        for tensor in tensors {
            guard let code = tensor.type.ggmlCode else {
                throw CheckpointError(
                    .unsupported, file: path, reason: "GGUF has no type \(tensor.type.rawValue)", remedy: "Choose F32, F16 or Q8_0.")
            }
            header.append(gguf: tensor.name)
            header.append(little: UInt32(tensor.shape.count))
            for size in tensor.shape.reversed() { header.append(little: UInt64(size)) }
            header.append(little: code)
            header.append(little: UInt64(offset))
            offset = aligned(offset + (try tensor.byteCount(file: path)), alignment)
        }
        header += [UInt8](repeating: 0, count: aligned(header.count, alignment) - header.count)
        let file = try AtomicFile(path: path)
        try file.write(header)
        for tensor in tensors {
            try TensorEncoding.write(tensor, to: file, path: path)
            let count = try tensor.byteCount(file: path)
            try file.write([UInt8](repeating: 0, count: aligned(count, alignment) - count))
        }
        try file.commit()
    }

    private static func aligned(_ offset: Int, _ alignment: Int) -> Int { (offset + alignment - 1) / alignment * alignment }
}

extension [UInt8] {
    fileprivate mutating func append(little value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func append(gguf text: String) {
        append(little: UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    /// A value without its own type code.
    fileprivate mutating func append(gguf value: GGUFValue) {
        switch value {
        case .uint8(let value): append(value)
        case .int8(let value): append(little: value)
        case .uint16(let value): append(little: value)
        case .int16(let value): append(little: value)
        case .uint32(let value): append(little: value)
        case .int32(let value): append(little: value)
        case .uint64(let value): append(little: value)
        case .int64(let value): append(little: value)
        case .float32(let value): append(little: value.bitPattern)
        case .float64(let value): append(little: value.bitPattern)
        case .bool(let value): append(value ? 1 : 0)
        case .string(let value): append(gguf: value)
        case .array(let kind, let values):
            append(little: kind.rawValue)
            append(little: UInt64(values.count))
            for value in values { append(gguf: value) }
        }
    }
}
