/// A source of 64 random bits at a time, and the draws that follow from them.
package protocol RandomBits {
    mutating func next() -> UInt64
}

extension RandomBits {
    /// Uniform in 0 ..< `bound`, without bias (D. Lemire, "Fast random integer generation in an interval", ACM
    /// TOMACS 29, 2019).
    @inlinable package mutating func next(below bound: UInt64) -> UInt64 {
        precondition(bound > 0, "the bound must be positive")
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return product.high
    }

    /// Uniform in [0, 1), with 53 random bits.
    @inlinable package mutating func nextUniform() -> Double { SplitMix64.unit(next()) }
}
