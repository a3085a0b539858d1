/// IEEE 754 binary16 and bfloat16 conversions on bit patterns.
///
/// Written with integer arithmetic and one multiplication so that the compiler vectorises them on
/// any x86-64; `Float(Float16)` is a library call without F16C.
package enum HalfPrecision {
    /// binary16 to binary32, exact for every value including subnormals, infinities and NaN.
    @inline(__always)
    package static func float(fromHalf bits: UInt16) -> Float {
        // Placed in binary32's exponent field the value is too small by 2^112; the product is exact.
        let magnitude = Float(bitPattern: UInt32(bits & 0x7fff) << 13) * 0x1p112
        let special: UInt32 = bits & 0x7c00 == 0x7c00 ? 0x7f80_0000 : 0
        return Float(bitPattern: magnitude.bitPattern | special | UInt32(bits & 0x8000) << 16)
    }

    @inline(__always)
    package static func float(fromBFloat16 bits: UInt16) -> Float {
        Float(bitPattern: UInt32(bits) << 16)
    }

    /// binary32 to binary16, to nearest, ties to even; overflow gives an infinity.
    @inline(__always)
    package static func half(_ value: Float) -> UInt16 {
        let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
        let magnitude = value.bitPattern & 0x7fff_ffff
        if magnitude >= 0x7f80_0000 { return sign | (magnitude > 0x7f80_0000 ? 0x7e00 : 0x7c00) }
        if magnitude >= 0x477f_f000 { return sign | 0x7c00 }
        if magnitude < 0x3880_0000 {
            // Below 2^-14: adding 0.5 leaves the subnormal's rounded bits in the low mantissa.
            let shifted = Float(bitPattern: magnitude) + 0.5
            return sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- (0.5 as Float).bitPattern)
        }
        let rounded = magnitude &+ 0xfff &+ (magnitude >> 13 & 1)
        return sign | UInt16(truncatingIfNeeded: (rounded &- 0x3800_0000) >> 13)
    }

    /// binary32 to bfloat16, to nearest, ties to even; NaN stays NaN.
    @inline(__always)
    package static func bfloat16(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
    }
}
