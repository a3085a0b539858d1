/// A tensor that its file stores in less than float32: in blocks of 32 codes, weight = scale * code + minimum, rounded once,
/// or in two bytes a weight.
///
/// Exactly what `TensorFile.read` makes of it, in a half to a seventh of its memory. Layouts: ggml's `block_q4_0`,
/// `block_q4_1` and `block_q8_0` (`ggml-common.h`).
package struct CodedTensor: Sendable {
    package enum Codes: Sendable, Hashable {
        /// 0 to 15, with a minimum for each block.
        case unsigned4
        /// 0 to 15, less 8.
        case signed4
        /// -128 to 127.
        case signed8
        case bfloat16
        /// IEEE 754 binary16.
        case half

        /// Bytes of a code in `Rows`.
        package var bytesPerCode: Int { isTwoByte ? 2 : 1 }
        /// Weights themselves, without a scale.
        package var isTwoByte: Bool { self == .bfloat16 || self == .half }
    }

    /// Rows of a matrix in the order of the file.
    package struct Rows {
        /// [rows, columns] of `Codes.bytesPerCode` bytes, little-endian; `signed8` as two's complement.
        package var codes: [UInt8]
        /// [rows, columns / 32], bits of half precision; empty for codes of two bytes.
        package var scales: [UInt16]
        /// The same of `unsigned4`, otherwise empty.
        package var minima: [UInt16]
    }

    package static let blockLength = 32

    package let codes: Codes
    /// Outermost dimension first.
    package let shape: [Int]
    private let type: TensorType
    private let file: MappedFile
    private let byteRange: Range<Int>

    /// `nil` for a tensor of another type, or whose rows are no whole blocks.
    init?(_ tensor: TensorDescriptor, of file: MappedFile) {
        guard let columns = tensor.shape.last, columns % Self.blockLength == 0 else { return nil }
        switch tensor.type {
        case .q4_0: codes = .signed4
        case .q4_1: codes = .unsigned4
        case .q8_0: codes = .signed8
        case .bf16: codes = .bfloat16
        case .f16: codes = .half
        default: return nil
        }
        shape = tensor.shape
        type = tensor.type
        self.file = file
        byteRange = tensor.byteOffset..<tensor.byteOffset + tensor.byteCount
    }

    package var byteCount: Int { byteRange.count }

    package func rows() -> Rows {
        defer { file.releasePages(byteRange) }
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[byteRange])
        if codes.isTwoByte { return withExtendedLifetime(file) { Rows(codes: Array(bytes), scales: [], minima: []) } }
        let blocks = bytes.count / type.blockByteCount
        var rows = Rows(
            codes: [UInt8](repeating: 0, count: blocks * Self.blockLength), scales: [UInt16](repeating: 0, count: blocks),
            minima: [UInt16](repeating: 0, count: codes == .unsigned4 ? blocks : 0))
        guard let start = bytes.baseAddress else { return rows }
        let header = codes == .unsigned4 ? 4 : 2
        withExtendedLifetime(file) {
            rows.codes.withUnsafeMutableBufferPointer { output in
                for block in 0..<blocks {
                    let input = start + block * type.blockByteCount
                    rows.scales[block] = input.bits16(0)
                    if codes == .unsigned4 { rows.minima[block] = input.bits16(2) }
                    let first = block * Self.blockLength
                    if codes == .signed8 {
                        for i in 0..<Self.blockLength { output[first + i] = input.byte(header + i) }
                    } else {
                        // Low halves first.
                        for i in 0..<Self.blockLength / 2 {
                            let pair = input.byte(header + i)
                            output[first + i] = pair & 15
                            output[first + i + Self.blockLength / 2] = pair >> 4
                        }
                    }
                }
            }
        }
        return rows
    }
}

extension GGUFFile {
    /// A tensor's codes; `nil` when it is missing or stored otherwise.
    package func codedTensor(_ name: String) -> CodedTensor? { tensors[name].flatMap { CodedTensor($0, of: file) } }
}

extension SafetensorsFolder {
    /// A tensor's codes; `nil` when it is missing or stored otherwise.
    package func codedTensor(_ name: String) -> CodedTensor? {
        shard(of: name).flatMap { shard in shard.tensors[name].flatMap { CodedTensor($0, of: shard.file) } }
    }
}
