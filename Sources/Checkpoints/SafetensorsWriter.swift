import JSON

extension SafetensorsFile {
    /// Writes a safetensors file, atomically.
    /// - Parameter metadata: the header's `__metadata__`; transformers wants `format: pt`.
    /// - Throws: `CheckpointError.writeFailed`, or `.unsupported` for a value the type cannot hold.
    package static func write(_ tensors: [TensorContent], metadata: KeyValuePairs<String, String> = ["format": "pt"], to path: String)
        throws(CheckpointError)
    {
        var members = [JSONValue.Member("__metadata__", .object(metadata.map { .init($0.key, .string($0.value)) }))]
        var offset = 0
        // Wider types first, so that every tensor is aligned to its element.
        let sorted = tensors.sorted { $0.type.blockByteCount > $1.type.blockByteCount }
        for tensor in sorted {
            let end = offset + (try tensor.byteCount(file: path))
            members.append(
                .init(
                    tensor.name,
                    .object([
                        "dtype": .string(tensor.type.rawValue), "shape": .array(tensor.shape.map(JSONValue.integer)),
                        "data_offsets": [.integer(offset), .integer(end)],
                    ])))
            offset = end
        }
        var header = Array(JSONValue.object(members).text().utf8)
        // The data begins at a multiple of 8; the format pads with spaces.
        header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
        let file = try AtomicFile(path: path)
        try file.write(withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init))
        try file.write(header)
        for tensor in sorted { try TensorEncoding.write(tensor, to: file, path: path) }
        try file.commit()
    }
}

extension JSONValue {
    /// Writes the document as Hugging Face does: indented, with a line break at the end, atomically.
    package func write(to path: String) throws(CheckpointError) {
        let file = try AtomicFile(path: path)
        try file.write(Array((text(indented: true) + "\n").utf8))
        try file.commit()
    }
}
