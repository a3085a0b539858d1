/// Stored tensor bytes to float32, for plain and block-quantised types.
///
/// Block layouts are ggml's (`ggml-common.h`, `ggml-quants.c`): little-endian, each block holding its
/// own scales. Products and sums are rounded one by one, as in the reference, so values agree bit for bit.
enum Dequantization {
    /// - Precondition: `source` holds exactly the blocks of `destination.count` elements of `type`.
    static func convert(
        _ source: UnsafeRawBufferPointer, of type: TensorType, into destination: UnsafeMutableBufferPointer<Float>
    ) {
        let blocks = destination.count / type.blockElementCount
        precondition(blocks * type.blockElementCount == destination.count && blocks * type.blockByteCount == source.count)
        guard blocks > 0, let bytes = source.baseAddress, let output = destination.baseAddress else { return }
        switch type {
        case .f32: UnsafeMutableRawPointer(output).copyMemory(from: bytes, byteCount: source.count)
        case .f16:
            for i in 0..<blocks { output[i] = HalfPrecision.float(fromHalf: bytes.bits16(i &* 2)) }
        case .bf16:
            for i in 0..<blocks { output[i] = HalfPrecision.float(fromBFloat16: bytes.bits16(i &* 2)) }
        case .q4_0: q4_0(bytes, output, blocks)
        case .q4_1: q4_1(bytes, output, blocks)
        case .q5_0: q5_0(bytes, output, blocks)
        case .q5_1: q5_1(bytes, output, blocks)
        case .q8_0: q8_0(bytes, output, blocks)
        case .q4_K: q4_K(bytes, output, blocks)
        case .q5_K: q5_K(bytes, output, blocks)
        case .q6_K: q6_K(bytes, output, blocks)
        case .f64, .i8, .i16, .i32, .i64, .u8, .u16, .u32, .u64, .bool:
            preconditionFailure("\(type) is refused before conversion")
        }
    }

    typealias Input = UnsafeRawPointer
    typealias Output = UnsafeMutablePointer<Float>

    /// Block: scale f16, 16 bytes of nibbles (low halves first); x = d * (q - 8).
    private static func q4_0(_ input: Input, _ output: Output, _ blocks: Int) {
        for b in 0..<blocks {
            let block = input + b * 18, y = output + b * 32
            let d = block.half(0)
            for j in 0..<16 {
                let q = block.byte(2 &+ j)
                y[j] = Float(Int32(q & 15) &- 8) * d
                y[j &+ 16] = Float(Int32(q >> 4) &- 8) * d
            }
        }
    }

    /// Block: scale f16, minimum f16, 16 bytes of nibbles; x = d * q + m.
    private static func q4_1(_ input: Input, _ output: Output, _ blocks: Int) {
        for b in 0..<blocks {
            let block = input + b * 20, y = output + b * 32
            let d = block.half(0), m = block.half(2)
            for j in 0..<16 {
                let q = block.byte(4 &+ j)
                y[j] = Float(Int32(q & 15)) * d + m
                y[j &+ 16] = Float(Int32(q >> 4)) * d + m
            }
        }
    }

    /// Block: scale f16, 32 fifth bits, 16 bytes of nibbles; x = d * (q - 16).
    private static func q5_0(_ input: Input, _ output: Output, _ blocks: Int) {
        for b in 0..<blocks {
            let block = input + b * 22, y = output + b * 32
            let d = block.half(0), high = block.bits32(2)
            for j in 0..<16 {
                let q = UInt32(block.byte(6 &+ j)), shift = UInt32(truncatingIfNeeded: j)
                let low = (q & 15) | (high &>> shift & 1) << 4
                let upper = (q >> 4) | (high &>> (shift &+ 16) & 1) << 4
                y[j] = Float(Int32(bitPattern: low) &- 16) * d
                y[j &+ 16] = Float(Int32(bitPattern: upper) &- 16) * d
            }
        }
    }

    /// Block: scale f16, minimum f16, 32 fifth bits, 16 bytes of nibbles; x = d * q + m.
    private static func q5_1(_ input: Input, _ output: Output, _ blocks: Int) {
        for b in 0..<blocks {
            let block = input + b * 24, y = output + b * 32
            let d = block.half(0), m = block.half(2), high = block.bits32(4)
            for j in 0..<16 {
                let q = UInt32(block.byte(8 &+ j)), shift = UInt32(truncatingIfNeeded: j)
                let low = (q & 15) | (high &>> shift & 1) << 4
                let upper = (q >> 4) | (high &>> (shift &+ 16) & 1) << 4
                y[j] = Float(Int32(bitPattern: low)) * d + m
                y[j &+ 16] = Float(Int32(bitPattern: upper)) * d + m
            }
        }
    }

    /// Block: scale f16, 32 signed bytes; x = d * q.
    private static func q8_0(_ input: Input, _ output: Output, _ blocks: Int) {
        for b in 0..<blocks {
            let block = input + b * 34, y = output + b * 32
            let d = block.half(0)
            for j in 0..<32 { y[j] = Float(Int32(Int8(bitPattern: block.byte(2 &+ j)))) * d }
        }
    }
}

extension UnsafeRawPointer {
    @inline(__always) func byte(_ offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }
    @inline(__always) func bits16(_ offset: Int) -> UInt16 {
        UInt16(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
    @inline(__always) func bits32(_ offset: Int) -> UInt32 {
        UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
    @inline(__always) func half(_ offset: Int) -> Float { HalfPrecision.float(fromHalf: bits16(offset)) }
}
