/// The "k-quants": super-blocks of 256 elements whose sub-blocks have quantised scales.
extension Dequantization {
    /// Super-block: d f16, dmin f16, 12 bytes of 6-bit scales and minima for 8 sub-blocks of 32,
    /// 128 bytes of nibbles; x = (d * scale) * q - (dmin * minimum).
    static func q4_K(_ input: Input, _ output: Output, _ blocks: Int) {
        for b in 0..<blocks {
            let block = input + b * 144, y = output + b * 256
            let d = block.half(0), dmin = block.half(2)
            for pair in 0..<4 {
                let quants = block + (16 + pair * 32)
                for half in 0..<2 {
                    let (scale, minimum) = sixBitScales(block + 4, pair * 2 + half)
                    let d1 = d * scale, m1 = dmin * minimum
                    let shift = UInt8(truncatingIfNeeded: half * 4), z = y + (pair * 64 + half * 32)
                    for j in 0..<32 { z[j] = d1 * Float(Int32(quants.byte(j) &>> shift & 15)) - m1 }
                }
            }
        }
    }

    /// As Q4_K with a fifth bit of every element in 32 bytes between scales and nibbles.
    static func q5_K(_ input: Input, _ output: Output, _ blocks: Int) {
        for b in 0..<blocks {
            let block = input + b * 176, y = output + b * 256
            let d = block.half(0), dmin = block.half(2)
            let high = block + 16
            for pair in 0..<4 {
                let quants = block + (48 + pair * 32)
                for half in 0..<2 {
                    let index = pair * 2 + half
                    let (scale, minimum) = sixBitScales(block + 4, index)
                    let d1 = d * scale, m1 = dmin * minimum
                    let shift = UInt8(truncatingIfNeeded: half * 4), bit = UInt8(truncatingIfNeeded: index)
                    let z = y + index * 32
                    for j in 0..<32 {
                        let q = quants.byte(j) &>> shift & 15 | (high.byte(j) &>> bit & 1) << 4
                        z[j] = d1 * Float(Int32(q)) - m1
                    }
                }
            }
        }
    }

    /// Super-block: 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 signed 8-bit scales
    /// of sub-blocks of 16, d f16; x = (d * scale) * (q - 32).
    static func q6_K(_ input: Input, _ output: Output, _ blocks: Int) {
        for b in 0..<blocks {
            let block = input + b * 210, y = output + b * 256
            let d = block.half(208)
            for group in 0..<16 {
                let d1 = d * Float(Int32(Int8(bitPattern: block.byte(192 &+ group))))
                // Element 128 h + 32 p + l (p = 0..<4): nibble p/2 of low byte 64 h + 32 (p%2) + l,
                // bit pair p of high byte 32 h + l.
                let h = group / 8, p = group % 8 / 2, l = group % 2 * 16
                let lowOffset: Int = h * 64 + p % 2 * 32 + l
                let low = block + lowOffset
                let high = block + (128 + h * 32 + l)
                let lowShift = UInt8(truncatingIfNeeded: p / 2 * 4), highShift = UInt8(truncatingIfNeeded: p * 2)
                let z = y + group * 16
                for j in 0..<16 {
                    let q = low.byte(j) &>> lowShift & 15 | (high.byte(j) &>> highShift & 3) << 4
                    z[j] = d1 * Float(Int32(q) &- 32)
                }
            }
        }
    }

    /// Scale and minimum of sub-block `index` from the 12 packed bytes (`get_scale_min_k4` in ggml).
    @inline(__always)
    private static func sixBitScales(_ packed: UnsafeRawPointer, _ index: Int) -> (Float, Float) {
        let scale: UInt8, minimum: UInt8
        if index < 4 {
            scale = packed.byte(index) & 63
            minimum = packed.byte(index &+ 4) & 63
        } else {
            scale = packed.byte(index &+ 4) & 15 | (packed.byte(index &- 4) >> 6) << 4
            minimum = packed.byte(index &+ 4) >> 4 | (packed.byte(index) >> 6) << 4
        }
        return (Float(Int32(scale)), Float(Int32(minimum)))
    }
}
