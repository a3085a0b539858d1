import LanguageModel
import TestSupport
import Testing

/// Prompts that are computed once for all their completions.
@Suite struct PromptTreesTests {
    @Test func promptsAndCompletionsStandOnce() {
        var gathered = PromptTrees()
        #expect(gathered.add(prompt: [1, 2], completions: [[3], [4]]) == .init(tree: 0, segments: [1, 2]))
        #expect(gathered.add(prompt: [1], completions: [[2], [2]]) == .init(tree: 1, segments: [1, 1]))
        #expect(gathered.add(prompt: [1, 2], completions: [[4], [5, 6]]) == .init(tree: 0, segments: [2, 3]))
        #expect(gathered.trees.map(\.tokenCount) == [2 + 1 + 1 + 2, 2])
    }

    /// What is added together stays together; a tree that would grow too long is left as it is.
    @Test func longTreesAreClosed() {
        let prompt = [Int32](repeating: 1, count: 400)
        func completion(_ token: Int32, _ count: Int) -> [Int32] { [Int32](repeating: token, count: count) }
        var gathered = PromptTrees()
        #expect(gathered.add(prompt: prompt, completions: [completion(2, 300), completion(3, 300)]).tree == 0)
        #expect(gathered.add(prompt: prompt, completions: [completion(2, 300), completion(4, 24)]) == .init(tree: 0, segments: [1, 3]))
        #expect(gathered.add(prompt: prompt, completions: [completion(2, 300), completion(5, 1)]) == .init(tree: 1, segments: [1, 2]))
        #expect(gathered.trees.map(\.tokenCount) == [PromptTrees.maximumTokens, 701])
        // One that is too long by itself stands alone.
        #expect(gathered.add(prompt: [9], completions: [completion(2, 2000)]).tree == 2)
        #expect(gathered.add(prompt: [9], completions: [completion(3, 1)]).tree == 3)
    }

    @Test(arguments: [Precision.float32, .bfloat16])
    func othersChangeNoBit(precision: Precision) throws {
        let model = TinyModel.make(precision: precision)
        let prompt = TinyModel.tokens(30, seed: 1)
        let completions = (0..<6).map { TinyModel.tokens(2 + 9 * $0 % 13, seed: UInt64(2 + $0)) }
        var gathered = PromptTrees()
        let places = completions.map { gathered.add(prompt: prompt, completions: [$0]) }
        let together = try model.score(gathered.trees)
        #expect(together.count == 1)
        for (place, completion) in zip(places, completions) {
            let alone = try model.score([TokenTree(prompt: prompt, completion: completion)])[0]
            #expect(together[place.tree].logProbabilities[place.segments[0]] == alone.logProbabilities[1])
        }
    }
}
