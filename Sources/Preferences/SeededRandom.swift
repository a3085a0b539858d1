import Checkpoints
import RandomNumbers

/// A stream of random numbers that belongs to one piece of work and to nothing else.
///
/// The stream is keyed by (root seed, purpose, article, index), so that what is drawn for one article or
/// sample does not depend on which others are drawn, in which order, or on how many threads. The key is
/// hashed with SHA-256; the numbers come from SplitMix64 (G. Steele, D. Lea and C. Flood, "Fast splittable
/// pseudorandom number generators", OOPSLA 2014). Both are the same on every machine and Swift version.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var generator: SplitMix64

    public init(seed: UInt64) { generator = SplitMix64(state: seed) }

    /// - Parameters:
    ///   - purpose: what is drawn, e.g. `"pairs"`; different purposes give independent streams.
    ///   - article: id of the article, or any other name of the unit of work.
    ///   - index: e.g. the sample's number.
    public init(rootSeed: UInt64, purpose: String, article: String = "", index: Int = 0) {
        self.init(seed: Self.seed(rootSeed: rootSeed, purpose: purpose, article: article, index: index))
    }

    /// The seed of a stream, for generators that live elsewhere (a sampler's, for example).
    public static func seed(rootSeed: UInt64, purpose: String, article: String = "", index: Int = 0) -> UInt64 {
        var hash = SHA256()
        func update(_ number: UInt64) { withUnsafeBytes(of: number.littleEndian) { hash.update($0) } }
        update(rootSeed)
        // Lengths keep ("ab", "c") and ("a", "bc") apart.
        for text in [purpose, article] {
            update(UInt64(text.utf8.count))
            hash.update(text)
        }
        update(UInt64(bitPattern: Int64(index)))
        return hash.digest().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    public mutating func next() -> UInt64 { generator.next() }

    /// A uniform integer in `0..<bound`, without bias.
    public mutating func next(below bound: Int) -> Int {
        precondition(bound > 0, "the bound must be positive")
        return Int(generator.next(below: UInt64(bound)))
    }

    /// A uniform number in `[0, 1)` with 53 random bits.
    public mutating func nextUnit() -> Double { generator.nextUniform() }

    /// The elements in random order (Fisher-Yates). The standard library's `shuffled(using:)` does not
    /// promise the same order in every version.
    public mutating func shuffled<Element>(_ elements: some Collection<Element>) -> [Element] {
        var result = Array(elements)
        for last in stride(from: result.count - 1, to: 0, by: -1) {
            result.swapAt(last, next(below: last + 1))
        }
        return result
    }

    /// `count` of the elements without repetition, in their original order; all of them where there are fewer.
    public mutating func sample<Element>(_ elements: [Element], count: Int) -> [Element] {
        guard count < elements.count else { return elements }
        return shuffled(elements.indices).prefix(max(count, 0)).sorted().map { elements[$0] }
    }
}
