import RandomNumbers

/// The statistics' own random numbers: the same on every machine and in every version of Swift.
///
/// xoshiro256++ (D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS
/// 47, 2021), seeded through SplitMix64 as its authors advise.
public struct RandomStream: Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    public init(seed: UInt64) {
        var mixer = SplitMix64(state: seed)
        state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
    }

    /// An independent stream per metric, so that adding a metric changes no other metric's interval.
    public init(rootSeed: UInt64, metric: String) {
        self.init(seed: Self.seed(rootSeed: rootSeed, metric: metric))
    }

    /// FNV-1a (64 bit) of the metric's UTF-8 bytes, mixed with the root seed.
    static func seed(rootSeed: UInt64, metric: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in metric.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        var mixer = SplitMix64(state: rootSeed)
        mixer.state = mixer.next() ^ hash
        return mixer.next()
    }

    public mutating func next() -> UInt64 {
        let result = rotateLeft(state.0 &+ state.3, by: 23) &+ state.0
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotateLeft(state.3, by: 45)
        return result
    }

    /// A uniform integer in `0..<bound`, without bias.
    /// - Precondition: `bound` is positive.
    public mutating func next(below bound: Int) -> Int { Int(next(below: UInt64(bound))) }

    /// A uniform number in `[0, 1)` with 53 random bits.
    public mutating func nextUnit() -> Double { nextUniform() }

    private func rotateLeft(_ value: UInt64, by count: UInt64) -> UInt64 {
        (value << count) | (value >> (64 - count))
    }
}

extension RandomStream: RandomBits {}
