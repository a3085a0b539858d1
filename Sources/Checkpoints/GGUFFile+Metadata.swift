extension GGUFFile {
    /// A typed value: its type code, then the value.
    static func value(_ reader: inout ByteReader, key: String) throws(CheckpointError) -> GGUFValue {
        let kind = try kind(&reader, key: key)
        guard kind == .array else { return try scalar(&reader, kind, key: key) }
        let start = reader.offset
        let element = try Self.kind(&reader, key: key)
        guard element != .array else {
            throw CheckpointError(
                .unsupported, file: reader.file.path, offset: start,
                reason: "metadata \"\(key)\" is an array of arrays", remedy: "Remove the key; no model needs one.")
        }
        let count = try reader.count(minimum: element.minimumByteCount, for: "the length of metadata \"\(key)\"")
        var values: [GGUFValue] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try scalar(&reader, element, key: key)) }
        return .array(of: element, values)
    }

    private static func kind(_ reader: inout ByteReader, key: String) throws(CheckpointError) -> GGUFValue.Kind {
        let start = reader.offset
        let code = try reader.integer(UInt32.self, for: "the type of metadata \"\(key)\"")
        guard let kind = GGUFValue.Kind(rawValue: code) else {
            throw CheckpointError(
                .unsupported, file: reader.file.path, offset: start,
                reason: "metadata \"\(key)\" has unknown type \(code)", remedy: CheckpointError.redownload)
        }
        return kind
    }

    private static func scalar(_ reader: inout ByteReader, _ kind: GGUFValue.Kind, key: String)
        throws(CheckpointError) -> GGUFValue
    {
        switch kind {
        case .uint8: return .uint8(try reader.integer(UInt8.self, for: key))
        case .int8: return .int8(try reader.integer(Int8.self, for: key))
        case .uint16: return .uint16(try reader.integer(UInt16.self, for: key))
        case .int16: return .int16(try reader.integer(Int16.self, for: key))
        case .uint32: return .uint32(try reader.integer(UInt32.self, for: key))
        case .int32: return .int32(try reader.integer(Int32.self, for: key))
        case .uint64: return .uint64(try reader.integer(UInt64.self, for: key))
        case .int64: return .int64(try reader.integer(Int64.self, for: key))
        case .float32: return .float32(Float(bitPattern: try reader.integer(UInt32.self, for: key)))
        case .float64: return .float64(Double(bitPattern: try reader.integer(UInt64.self, for: key)))
        case .bool:
            let start = reader.offset
            let byte = try reader.integer(UInt8.self, for: key)
            guard byte <= 1 else { throw .malformed(reader.file.path, at: start, "metadata \"\(key)\" is no boolean (\(byte))") }
            return .bool(byte == 1)
        case .string:
            // Vocabularies of older conversions hold tokens cut inside a character.
            return .string(try reader.string(limit: .max, repairing: true, for: "metadata \"\(key)\""))
        case .array:
            throw .malformed(reader.file.path, at: reader.offset, "metadata \"\(key)\" is an array of arrays")
        }
    }
}
