/// A GGUF file (versions 2 and 3, little-endian), memory-mapped.
///
/// Every count, length and offset is checked against the bytes present before anything is
/// allocated or read. Source: the GGUF specification (ggml/docs/gguf.md).
public struct GGUFFile: TensorFile {
    public let path: String
    public let version: Int
    public let metadata: [String: GGUFValue]
    /// Metadata keys in file order.
    public let keys: [String]
    public let tensors: [String: TensorDescriptor]
    /// Tensor names in file order.
    public let names: [String]
    let file: MappedFile

    /// - Throws: `CheckpointError` naming the offset of the first thing that is wrong.
    public init(path: String) throws(CheckpointError) {
        let file = try MappedFile(path: path)
        var reader = ByteReader(file)
        let header = try Header(&reader)
        var metadata: [String: GGUFValue] = [:]
        var keys: [String] = []
        for _ in 0..<header.keyCount {
            let start = reader.offset
            let key = try reader.string(limit: Limit.keyLength, for: "a metadata key")
            let value = try Self.value(&reader, key: key)
            guard metadata.updateValue(value, forKey: key) == nil else {
                throw CheckpointError(
                    .duplicateName, file: path, offset: start, reason: "metadata key \"\(key)\" occurs twice",
                    remedy: CheckpointError.redownload)
            }
            keys.append(key)
        }
        let alignment = try Self.alignment(metadata, path)
        let entries = try Self.entries(&reader, count: header.tensorCount, alignment: alignment)
        // A file of metadata alone (a vocabulary) needs no padding after its last key.
        if !entries.isEmpty { try reader.align(to: alignment) }
        let descriptors = try Self.place(entries, dataStart: reader.offset, in: file)
        self.path = path
        self.version = header.version
        self.metadata = metadata
        self.keys = keys
        self.names = descriptors.map(\.name)
        self.tensors = Dictionary(uniqueKeysWithValues: descriptors.map { ($0.name, $0) })
        self.file = file
    }

    public func read(_ name: String, into destination: UnsafeMutableBufferPointer<Float>) throws(CheckpointError) {
        guard let tensor = tensors[name] else { throw missing(name) }
        try convert(tensor, of: file, into: destination)
    }

    enum Limit {
        /// The specification's longest key.
        static let keyLength = 65_535
        static let nameLength = 1_024
        static let dimensions = 4
        static let alignment = 1 << 20
    }

    private struct Header {
        var version: Int
        var tensorCount: Int
        var keyCount: Int

        init(_ reader: inout ByteReader) throws(CheckpointError) {
            let path = reader.file.path
            let magic = try reader.integer(UInt32.self, for: "the GGUF magic number")
            guard magic == 0x4655_4747 else {
                throw CheckpointError(
                    .wrongFormat, file: path, offset: 0, reason: "does not start with \"GGUF\"",
                    remedy: "Give a .gguf file, or a folder with safetensors files.")
            }
            let version = try reader.integer(UInt32.self, for: "the GGUF version")
            guard version == 2 || version == 3 else {
                let bigEndian = version.byteSwapped == 2 || version.byteSwapped == 3
                throw CheckpointError(
                    .unsupported, file: path, offset: 4,
                    reason: bigEndian ? "is a big-endian GGUF file" : "has GGUF version \(version)",
                    remedy: "Convert the model to little-endian GGUF version 2 or 3.")
            }
            self.version = Int(version)
            // A tensor entry is at least a name length, a dimension count, a type and an offset;
            // a metadata entry at least a key length, a type and one byte.
            tensorCount = try reader.count(minimum: 24, for: "the number of tensors")
            keyCount = try reader.count(minimum: 13, for: "the number of metadata keys")
        }
    }

    private static func alignment(_ metadata: [String: GGUFValue], _ path: String) throws(CheckpointError) -> Int {
        guard let value = metadata["general.alignment"] else { return 32 }
        guard let alignment = value.integer, alignment > 0, alignment & (alignment - 1) == 0, alignment <= Limit.alignment
        else {
            throw .malformed(path, "general.alignment is not a power of two up to \(Limit.alignment)")
        }
        return alignment
    }
}
