/// Element type of a stored tensor, with the block it is stored in.
public enum TensorType: String, Sendable, Hashable, CaseIterable {
    case f32 = "F32", f16 = "F16", bf16 = "BF16", f64 = "F64"
    case i8 = "I8", i16 = "I16", i32 = "I32", i64 = "I64"
    case u8 = "U8", u16 = "U16", u32 = "U32", u64 = "U64", bool = "BOOL"
    case q4_0 = "Q4_0", q4_1 = "Q4_1", q5_0 = "Q5_0", q5_1 = "Q5_1", q8_0 = "Q8_0"
    case q4_K = "Q4_K", q5_K = "Q5_K", q6_K = "Q6_K"

    /// Elements that share one block; 1 for plain types.
    public var blockElementCount: Int {
        switch self {
        case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0: 32
        case .q4_K, .q5_K, .q6_K: 256
        default: 1
        }
    }

    /// Bytes of one block.
    public var blockByteCount: Int {
        switch self {
        case .i8, .u8, .bool: 1
        case .f16, .bf16, .i16, .u16: 2
        case .f32, .i32, .u32: 4
        case .f64, .i64, .u64: 8
        case .q4_0: 18
        case .q4_1: 20
        case .q5_0: 22
        case .q5_1: 24
        case .q8_0: 34
        case .q4_K: 144
        case .q5_K: 176
        case .q6_K: 210
        }
    }

    /// Whether `TensorFile.read` turns this type into floats.
    public var isReadable: Bool {
        switch self {
        case .f64, .i8, .i16, .i32, .i64, .u8, .u16, .u32, .u64, .bool: false
        default: true
        }
    }

    /// Bytes of a tensor of this type; `nil` when the last dimension is not a whole number of blocks
    /// or the size does not fit an `Int`.
    package func byteCount(shape: [Int]) -> Int? {
        guard let elements = shape.checkedProduct else { return nil }
        let row = shape.last ?? 1
        guard row % blockElementCount == 0 else { return nil }
        let (bytes, overflow) = (elements / blockElementCount).multipliedReportingOverflow(by: blockByteCount)
        return overflow ? nil : bytes
    }
}

/// Where and how one tensor is stored.
public struct TensorDescriptor: Sendable, Hashable {
    public var name: String
    public var type: TensorType
    /// Outermost dimension first (a weight is [outputs, inputs]).
    public var shape: [Int]
    /// From the start of the file.
    public var byteOffset: Int
    public var byteCount: Int
    /// Product of `shape`, checked when the file was opened.
    public var elementCount: Int { shape.reduce(1, *) }

    public init(name: String, type: TensorType, shape: [Int], byteOffset: Int, byteCount: Int) {
        self.name = name
        self.type = type
        self.shape = shape
        self.byteOffset = byteOffset
        self.byteCount = byteCount
    }
}

/// Named tensors in one file or folder.
public protocol TensorFile: Sendable {
    /// File or folder, for messages.
    var path: String { get }
    var tensors: [String: TensorDescriptor] { get }
    /// Converts a tensor to float32, row-major, into `destination`.
    /// - Throws: `CheckpointError` when the tensor is missing, is not of a floating type, or
    ///   `destination` does not hold exactly its elements.
    func read(_ name: String, into destination: UnsafeMutableBufferPointer<Float>) throws(CheckpointError)
}

extension TensorFile {
    public func read(_ name: String) throws(CheckpointError) -> [Float] {
        guard let tensor = tensors[name] else { throw missing(name) }
        var failure: CheckpointError?
        let values = [Float](unsafeUninitializedCapacity: tensor.elementCount) { buffer, count in
            do throws(CheckpointError) {
                let destination = UnsafeMutableBufferPointer(rebasing: buffer[..<tensor.elementCount])
                try read(name, into: destination)
                count = tensor.elementCount
            } catch { failure = error }
        }
        if let failure { throw failure }
        return values
    }

    package func missing(_ name: String) -> CheckpointError {
        CheckpointError(
            .missing, file: path, reason: "there is no tensor \"\(name)\"",
            remedy: "Check that the file is a complete checkpoint of a supported architecture.")
    }

    /// The checks and the conversion common to all formats.
    func convert(_ tensor: TensorDescriptor, of file: MappedFile, into destination: UnsafeMutableBufferPointer<Float>)
        throws(CheckpointError)
    {
        guard tensor.type.isReadable else {
            throw CheckpointError(
                .unsupported, file: file.path, offset: tensor.byteOffset,
                reason: "tensor \"\(tensor.name)\" has type \(tensor.type.rawValue), which holds no weights",
                remedy: "Convert the checkpoint to F32, F16 or BF16.")
        }
        guard destination.count == tensor.elementCount else {
            throw CheckpointError(
                .shapeMismatch, file: file.path, offset: tensor.byteOffset,
                reason: "tensor \"\(tensor.name)\" has \(tensor.elementCount) elements, \(destination.count) were asked for",
                remedy: "The checkpoint does not fit its configuration; use the two that belong together.")
        }
        let end = tensor.byteOffset + tensor.byteCount
        let source = UnsafeRawBufferPointer(rebasing: file.bytes[tensor.byteOffset..<end])
        withExtendedLifetime(file) { Dequantization.convert(source, of: tensor.type, into: destination) }
    }
}

extension [Int] {
    /// Product of non-negative dimensions; `nil` for a negative one or on overflow.
    package var checkedProduct: Int? {
        var product = 1
        for value in self {
            guard value >= 0 else { return nil }
            let (next, overflow) = product.multipliedReportingOverflow(by: value)
            guard !overflow else { return nil }
            product = next
        }
        return product
    }
}
