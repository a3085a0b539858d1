import Testing
import Tokenization

/// Byte-pair merging against the definition, on vocabularies made at random.
@Suite struct MergingTests {
    /// Merges by looking at every pair again each time: lowest rank first, leftmost of equals.
    private static func naive(_ word: String, _ ranks: [String: Int]) -> [String] {
        var symbols = word.map(String.init)
        while true {
            let candidates = symbols.indices.dropLast().compactMap { index in
                ranks[symbols[index] + " " + symbols[index + 1]].map { (rank: $0, index: index) }
            }
            guard let best = candidates.min(by: { ($0.rank, $0.index) < ($1.rank, $1.index) }) else { return symbols }
            symbols.replaceSubrange(best.index...best.index + 1, with: [symbols[best.index] + symbols[best.index + 1]])
        }
    }

    /// Random merges over three letters, each of two tokens that exist by then.
    private static func vocabulary(_ random: inout SplitMix) -> (tokens: [String], merges: [String]) {
        var tokens = ["a", "b", "c"]
        var merges: [String] = []
        while merges.count < 60 {
            guard let left = tokens.randomElement(using: &random), let right = tokens.randomElement(using: &random),
                !tokens.contains(left + right), left.count + right.count < 12
            else { continue }
            tokens.append(left + right)
            merges.append(left + " " + right)
        }
        return (tokens, merges.shuffled(using: &random))
    }

    @Test(arguments: 1...20)
    func mergesInTheOrderOfRanks(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let (tokens, merges) = Self.vocabulary(&random)
        let specification = VocabularySpecification(
            model: "gpt2", preTokenizer: "gpt-2", tokens: tokens, merges: merges, endOfSequence: 0, source: "random")
        let tokenizer = try BytePairTokenizer(specification)
        let ranks = Dictionary(uniqueKeysWithValues: merges.enumerated().map { ($1, $0) })
        // Lengths on both sides of where the implementation turns from scanning to a heap.
        for length in [1, 2, 3, 10, 46, 47, 48, 49, 50, 200] {
            let word = String((0..<length).map { _ in "abc".randomElement(using: &random) ?? "a" })
            let ids = tokenizer.encode(word)
            #expect(ids.map { tokens[Int($0)] } == Self.naive(word, ranks), "\(word)")
        }
    }
}
