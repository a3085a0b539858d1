import JSON

/// A safetensors file, memory-mapped: an 8-byte header length, a JSON header, tensor bytes.
///
/// The header is checked as the reference implementation does: tensors lie end to end without gaps
/// or overlaps and fill the file. Source: github.com/huggingface/safetensors, "Format".
public struct SafetensorsFile: TensorFile {
    public let path: String
    public let tensors: [String: TensorDescriptor]
    /// The header's `__metadata__`.
    public let metadata: [String: String]
    let file: MappedFile

    /// The reference implementation's limit on the header.
    static let headerLimit = 100_000_000

    public init(path: String) throws(CheckpointError) {
        let file = try MappedFile(path: path)
        var reader = ByteReader(file)
        let length = try reader.integer(UInt64.self, for: "the header length")
        guard length <= UInt64(Self.headerLimit) else {
            throw CheckpointError(
                .wrongFormat, file: path, offset: 0,
                reason: "announces a header of \(length) bytes, at most \(Self.headerLimit) are allowed",
                remedy: "Give a safetensors file.")
        }
        let start = try reader.take(Int(length), for: "the header")
        guard length > 0, file.bytes[start] == UInt8(ascii: "{") else {
            throw CheckpointError(
                .wrongFormat, file: path, offset: start, reason: "the header is not a JSON object",
                remedy: "Give a safetensors file.")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[start..<reader.offset])
        let header = try JSONValue(parsing: bytes, file: path, base: start)
        var descriptors: [TensorDescriptor] = []
        var metadata: [String: String] = [:]
        for member in header.members ?? [] {
            if member.name == "__metadata__" {
                metadata = try Self.metadata(member.value, path)
            } else {
                descriptors.append(try Self.descriptor(member, dataStart: reader.offset, path))
            }
        }
        try Self.checkContiguity(descriptors, from: reader.offset, to: file.count, path)
        self.path = path
        self.metadata = metadata
        self.tensors = Dictionary(uniqueKeysWithValues: descriptors.map { ($0.name, $0) })
        self.file = file
    }

    public func read(_ name: String, into destination: UnsafeMutableBufferPointer<Float>) throws(CheckpointError) {
        guard let tensor = tensors[name] else { throw missing(name) }
        try convert(tensor, of: file, into: destination)
    }

    private static func metadata(_ value: JSONValue, _ path: String) throws(CheckpointError) -> [String: String] {
        guard let members = value.members else { throw .malformed(path, at: 8, "__metadata__ is not an object") }
        var metadata: [String: String] = [:]
        for member in members {
            guard let text = member.value.string else {
                throw .malformed(path, at: 8, "__metadata__ \"\(member.name)\" is not a string")
            }
            metadata[member.name] = text
        }
        return metadata
    }

    private static func descriptor(_ member: JSONValue.Member, dataStart: Int, _ path: String)
        throws(CheckpointError) -> TensorDescriptor
    {
        let name = member.name
        guard let code = member.value["dtype"]?.string else { throw .malformed(path, at: 8, "tensor \"\(name)\" has no dtype") }
        guard let type = TensorType(rawValue: code), type.blockElementCount == 1 else {
            throw CheckpointError(
                .unsupported, file: path, offset: 8, reason: "tensor \"\(name)\" has dtype \(code)",
                remedy: "Save the checkpoint as F32, F16 or BF16.")
        }
        guard let dimensions = member.value["shape"]?.array else { throw .malformed(path, at: 8, "tensor \"\(name)\" has no shape") }
        let shape = dimensions.compactMap(\.integer)
        guard shape.count == dimensions.count, shape.count <= 8, let bytes = type.byteCount(shape: shape) else {
            throw .malformed(path, at: 8, "tensor \"\(name)\" has an impossible shape")
        }
        let offsets = member.value["data_offsets"]?.array?.compactMap(\.integer) ?? []
        guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] - offsets[0] == bytes else {
            throw .malformed(path, at: 8, "tensor \"\(name)\" of \(bytes) bytes has data_offsets \(offsets)")
        }
        let (position, overflow) = dataStart.addingReportingOverflow(offsets[0])
        guard !overflow else { throw .malformed(path, at: 8, "tensor \"\(name)\" has data_offsets \(offsets)") }
        return TensorDescriptor(name: name, type: type, shape: shape, byteOffset: position, byteCount: bytes)
    }

    private static func checkContiguity(_ tensors: [TensorDescriptor], from start: Int, to end: Int, _ path: String)
        throws(CheckpointError)
    {
        var position = start
        for tensor in tensors.sorted(by: { ($0.byteOffset, $0.byteCount) < ($1.byteOffset, $1.byteCount) }) {
            guard tensor.byteCount <= end - position || tensor.byteOffset != position else {
                throw .truncated(path, at: position, need: tensor.byteCount, of: end, for: "tensor \"\(tensor.name)\"")
            }
            guard tensor.byteOffset == position else {
                let fault = tensor.byteOffset < position ? "overlaps the tensor before it" : "leaves a gap before it"
                throw .malformed(path, at: tensor.byteOffset, "tensor \"\(tensor.name)\" \(fault)")
            }
            position += tensor.byteCount
        }
        guard position == end else {
            throw .malformed(path, at: position, "\(end - position) bytes belong to no tensor")
        }
    }
}
