/// A tensor to be written: its description and a way to reach its float32 values.
package struct TensorContent {
    package var name: String
    /// `.f32`, `.f16`, `.bf16` or `.q8_0`.
    package var type: TensorType
    /// Outermost dimension first.
    package var shape: [Int]
    /// Row-major values; valid while the tensor is written.
    package var values: UnsafeBufferPointer<Float>

    /// - Precondition: `values` holds the product of `shape`.
    package init(name: String, type: TensorType, shape: [Int], values: UnsafeBufferPointer<Float>) {
        precondition(shape.checkedProduct == values.count, "values fill the shape")
        self.name = name
        self.type = type
        self.shape = shape
        self.values = values
    }

    func byteCount(file: String) throws(CheckpointError) -> Int {
        guard let count = type.byteCount(shape: shape) else {
            throw CheckpointError(
                .unsupported, file: file, reason: "tensor \"\(name)\" of shape \(shape) has no whole \(type.rawValue) blocks",
                remedy: "Write this tensor as F16.")
        }
        return count
    }
}

/// float32 values to stored bytes.
enum TensorEncoding {
    /// Elements encoded at a time; a whole number of blocks of every type.
    private static let chunk = 1 << 16

    /// - Throws: `CheckpointError.unsupported` for a finite value that binary16 cannot hold.
    static func write(_ tensor: TensorContent, to file: AtomicFile, path: String) throws(CheckpointError) {
        let values = tensor.values
        for start in stride(from: 0, to: values.count, by: chunk) {
            let part = UnsafeBufferPointer(rebasing: values[start..<min(start + chunk, values.count)])
            switch tensor.type {
            case .f32: try file.write(UnsafeRawBufferPointer(part))
            case .bf16: try file.write(part.map(HalfPrecision.bfloat16).littleEndianBytes)
            case .f16:
                let halves = part.map(HalfPrecision.half)
                if let index = halves.firstIndex(where: { $0 & 0x7fff == 0x7c00 }), part[index].isFinite {
                    throw tooLarge(part[index], tensor.name, path)
                }
                try file.write(halves.littleEndianBytes)
            case .q8_0: try file.write(quantized8(part))
            default:
                throw CheckpointError(
                    .unsupported, file: path, reason: "tensors cannot be written as \(tensor.type.rawValue)",
                    remedy: "Choose F32, F16, BF16 or Q8_0.")
            }
        }
    }

    /// ggml's `quantize_row_q8_0_ref`: scale = largest magnitude / 127, rounded to binary16 when
    /// stored; values divided by the unrounded scale, to nearest, halves away from zero.
    private static func quantized8(_ values: UnsafeBufferPointer<Float>) -> [UInt8] {
        let blocks = values.count / 32
        return [UInt8](unsafeUninitializedCapacity: blocks * 34) { bytes, count in
            for block in 0..<blocks {
                let source = values[(block * 32)..<(block * 32 + 32)]
                let scale = (source.lazy.map(\.magnitude).max() ?? 0) / 127
                let inverse = scale == 0 ? 0 : 1 / scale
                let bits = HalfPrecision.half(scale)
                bytes[block * 34] = UInt8(truncatingIfNeeded: bits)
                bytes[block * 34 + 1] = UInt8(truncatingIfNeeded: bits >> 8)
                for (j, value) in source.enumerated() {
                    let rounded = (value * inverse).rounded(.toNearestOrAwayFromZero)
                    // Not a number has no byte; ggml's conversion of it is undefined, here it is zero.
                    bytes[block * 34 + 2 + j] = UInt8(bitPattern: Int8(max(-127, min(127, rounded.isNaN ? 0 : rounded))))
                }
            }
            count = blocks * 34
        }
    }

    private static func tooLarge(_ value: Float, _ name: String, _ path: String) -> CheckpointError {
        CheckpointError(
            .unsupported, file: path, reason: "tensor \"\(name)\" holds \(value), which F16 cannot", remedy: "Write BF16 or F32.")
    }
}

extension [UInt16] {
    fileprivate var littleEndianBytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count * 2) { bytes, written in
            for (index, value) in enumerated() {
                bytes[index * 2] = UInt8(truncatingIfNeeded: value)
                bytes[index * 2 + 1] = UInt8(truncatingIfNeeded: value >> 8)
            }
            written = count * 2
        }
    }
}
