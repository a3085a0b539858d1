import Preferences
import Testing

@Suite struct SeededRandomTests {
    // Reference values of SplitMix64 for seed 1234567, from its authors' C code as published in many libraries'
    // tests; recomputed in Python.
    @Test func splitMixReference() {
        var random = SeededRandom(seed: 1_234_567)
        #expect([random.next(), random.next(), random.next()] == [0x599e_d017_fb08_fc85, 0x2c73_f084_5854_0fa5, 0x883e_bce5_a3f2_7c77])
    }

    // hashlib.sha256 over root (8 bytes, little endian), length-prefixed purpose and article, index; first 8 bytes
    // of the digest, big endian.
    @Test func keyedSeedReference() {
        #expect(SeededRandom.seed(rootSeed: 1, purpose: "pairs", article: "a1", index: 2) == 0x0ca0_4c33_033d_b14a)
    }

    @Test func everyPartOfTheKeyMatters() {
        let seeds = [
            SeededRandom.seed(rootSeed: 1, purpose: "ab", article: "c"),
            SeededRandom.seed(rootSeed: 1, purpose: "a", article: "bc"),
            SeededRandom.seed(rootSeed: 2, purpose: "ab", article: "c"),
            SeededRandom.seed(rootSeed: 1, purpose: "ab", article: "c", index: 1),
            SeededRandom.seed(rootSeed: 1, purpose: "ab", article: "c", index: -1),
        ]
        #expect(Set(seeds).count == seeds.count)
    }

    @Test func boundedNumbersAreUniform() {
        var random = SeededRandom(rootSeed: 7, purpose: "test")
        var counts = Array(repeating: 0, count: 6)
        for _ in 0..<60_000 { counts[random.next(below: 6)] += 1 }
        // Standard deviation of a count is about 91; five of them.
        #expect(counts.allSatisfy { abs($0 - 10_000) < 456 })
    }

    @Test func shufflingKeepsTheElementsAndSamplingTheirOrder() {
        var random = SeededRandom(rootSeed: 7, purpose: "test")
        let shuffled = random.shuffled(0..<50)
        #expect(shuffled.sorted() == Array(0..<50))
        #expect(shuffled != Array(0..<50))
        let sample = random.sample(Array(0..<50), count: 10)
        #expect(sample.count == 10 && sample == sample.sorted() && Set(sample).count == 10)
        #expect(random.sample([1, 2], count: 5) == [1, 2])
    }
}
