import LanguageModel
import Testing

@Suite struct RememberedScoresTests {
    /// Scores a tree by its first token and keeps what it was asked.
    private final class Scorer: TreeScorer {
        struct Refusal: Error {}
        var asked: [[Int32]] = []
        var refuses = false

        func score(_ trees: [TokenTree]) throws -> [TreeScores] {
            if refuses { throw Refusal() }
            asked.append(trees.map { $0.segments[0].tokens[0] })
            return trees.map { TreeScores(logProbabilities: [[Float($0.segments[0].tokens[0])]]) }
        }
    }

    private func trees(_ tokens: Int32...) -> [TokenTree] { tokens.map { TokenTree(prompt: [$0], completion: [0]) } }
    private func tokens(_ scores: [TreeScores]) -> [Float] { scores.map { $0.logProbabilities[0][0] } }

    @Test func computesEachTreeOnce() throws {
        let scorer = Scorer()
        let memory = RememberedScores(of: scorer)
        #expect(tokens(try memory.score(trees(3, 1, 3, 2, 1))) == [3, 1, 3, 2, 1])
        #expect(tokens(try memory.score(trees(2, 4, 3, 4))) == [2, 4, 3, 4])
        #expect(scorer.asked == [[3, 1, 2], [4]])
        // The same tokens cut into other segments are another tree.
        _ = try memory.score([TokenTree(prompt: [3, 0], completion: [0])])
        #expect(scorer.asked.count == 3)
    }

    @Test func forgetsTheOldest() throws {
        let scorer = Scorer()
        let memory = RememberedScores(of: scorer, capacity: 3)
        _ = try memory.score(trees(1, 2, 3, 4))
        #expect(tokens(try memory.score(trees(2, 3, 4))) == [2, 3, 4])
        #expect(tokens(try memory.score(trees(1))) == [1])
        #expect(tokens(try memory.score(trees(3, 4, 1))) == [3, 4, 1])
        #expect(scorer.asked == [[1, 2, 3, 4], [1]])
    }

    @Test func aFailureLeavesNothingBehind() throws {
        let scorer = Scorer()
        let memory = RememberedScores(of: scorer)
        scorer.refuses = true
        #expect(throws: Scorer.Refusal.self) { try memory.score(trees(1, 2)) }
        scorer.refuses = false
        #expect(tokens(try memory.score(trees(2, 1))) == [2, 1])
        #expect(scorer.asked == [[2, 1]])
    }
}
