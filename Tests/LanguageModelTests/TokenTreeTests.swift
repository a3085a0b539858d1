import Foundation
import LanguageModel
import TestSupport
import Testing

/// Log-probabilities of token trees: what a tree means, and that batching changes nothing.
@Suite struct TokenTreeTests {
    let prompt = TinyModel.tokens(13, seed: 2)
    let chosen = TinyModel.tokens(7, seed: 3)
    let rejected = TinyModel.tokens(10, seed: 4)

    /// Label shift: the logits at position t score token t + 1. A model of zeros is uniform, so n
    /// scored tokens have exactly -n ln V; a shift or a scored prompt token would change n.
    @Test func rule1_uniformModelScoresMinusNLnV() throws {
        let model = TinyModel.make(scale: 0)
        let score = try model.score([TokenTree(prompt: prompt, completion: chosen)])[0]
        let expected = -Double(chosen.count) * log(Double(TinyModel.configuration.vocabularyCount))
        #expect(abs(score.sum(1) - expected) < 1e-5)
        #expect(score.logProbabilities[0].isEmpty)
        var whole = TokenTree()
        whole.append(prompt, to: nil, isScored: true)
        #expect(try model.score([whole])[0].logProbabilities[0].count == prompt.count - 1)
    }

    @Test func scoresAreLogSoftmaxOfLogits() throws {
        let model = TinyModel.make()
        let tree = TokenTree(prompt: prompt, completion: chosen)
        let vocabulary = TinyModel.configuration.vocabularyCount
        let logits = try model.logits(tree)
        let scores = try model.score([tree])[0].logProbabilities[1]
        for (index, token) in chosen.enumerated() {
            let row = logits[(prompt.count - 1 + index) * vocabulary..<(prompt.count + index) * vocabulary].map(Double.init)
            let largest = row.max() ?? 0
            let logSumExp = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
            #expect(abs(Double(scores[index]) - (row[Int(token)] - logSumExp)) < 1e-5)
        }
    }

    @Test(arguments: [Precision.float32, .bfloat16])
    func rule8_pairTreeEqualsTwoPlainSequences(precision: Precision) throws {
        let model = TinyModel.make(precision: precision)
        let pair = try model.score([TokenTree(prompt: prompt, chosen: chosen, rejected: rejected)])[0]
        var plainChosen = TokenTree()
        plainChosen.append(prompt + chosen, to: nil, isScored: true)
        var plainRejected = TokenTree()
        plainRejected.append(prompt + rejected, to: nil, isScored: true)
        let plain = try model.score([plainChosen, plainRejected])
        let tolerance: Float = precision == .float32 ? 1e-5 : 2e-2
        for (tree, sequence) in [
            (pair.logProbabilities[1], plain[0].logProbabilities[0].suffix(chosen.count)),
            (pair.logProbabilities[2], plain[1].logProbabilities[0].suffix(rejected.count)),
        ] {
            #expect(tree.count == sequence.count)
            for (a, b) in zip(tree, sequence) { #expect(abs(a - b) < tolerance) }
        }
    }

    @Test(arguments: [Precision.float32, .bfloat16])
    func rule9_scoresDoNotDependOnTheBatch(precision: Precision) throws {
        let model = TinyModel.make(precision: precision)
        let trees = (0..<9).map { index in
            TokenTree(
                prompt: TinyModel.tokens(3 + 5 * index, seed: UInt64(10 + index)),
                chosen: TinyModel.tokens(1 + index, seed: UInt64(30 + index)),
                rejected: TinyModel.tokens(9 - index, seed: UInt64(50 + index)))
        }
        let together = try model.score(trees)
        let alone = try trees.map { try model.score([$0])[0] }
        let reversed = try model.score(trees.reversed())
        #expect(together == alone)
        #expect(together == reversed.reversed())
    }

    @Test func scoresDoNotDependOnThreads() throws {
        let trees = (0..<5).map {
            TokenTree(prompt: TinyModel.tokens(40, seed: UInt64($0 + 1)), completion: TinyModel.tokens(20, seed: UInt64($0 + 80)))
        }
        let one = try TinyModel.make(threads: 1).score(trees)
        #expect(try TinyModel.make(threads: 2).score(trees) == one)
        #expect(try TinyModel.make(threads: 3).score(trees) == one)
    }

    /// A judged summary: passage, two questions, three options each.
    @Test func deepTreesEqualTheirPaths() throws {
        let model = TinyModel.make()
        var tree = TokenTree()
        let passage = tree.append(prompt, to: nil, isScored: false)
        var paths: [(segment: Int, tokens: [Int32], scored: Int)] = []
        for question in 0..<2 {
            let stem = TinyModel.tokens(4 + question, seed: UInt64(60 + question))
            let node = tree.append(stem, to: passage, isScored: false)
            for option in 0..<3 {
                let tokens = TinyModel.tokens(1 + option, seed: UInt64(70 + 10 * question + option))
                paths.append((tree.append(tokens, to: node, isScored: true), prompt + stem + tokens, tokens.count))
            }
        }
        let scores = try model.score([tree])[0]
        for path in paths {
            var plain = TokenTree()
            plain.append(path.tokens, to: nil, isScored: true)
            let expected = try model.score([plain])[0].logProbabilities[0].suffix(path.scored)
            for (a, b) in zip(scores.logProbabilities[path.segment], expected) { #expect(abs(a - b) < 1e-5) }
        }
    }

    /// Of four sequences and a repeated one, three begin alike and two of these go on alike.
    @Test func sequencesShareTheirBeginnings() throws {
        let start = TinyModel.tokens(6, seed: 20)
        let middle = TinyModel.tokens(5, seed: 21)
        let sequences = [
            start + middle + [1, 2], start + [50] + chosen, Array(rejected), start + middle, start + middle + [1, 2],
        ]
        var tree = TokenTree()
        let root = tree.append(prompt, to: nil, isScored: false)
        let paths = tree.append(sharing: sequences, to: root, isScored: true)
        #expect(tree.tokenCount == prompt.count + start.count + middle.count + 2 + 1 + chosen.count + rejected.count)
        #expect(paths.map(\.count) == [3, 2, 1, 2, 3])
        #expect(paths[0] == paths[4])
        let model = TinyModel.make()
        let scores = try model.score([tree])[0]
        let apart = try model.score(sequences.map { TokenTree(prompt: prompt, completion: $0) })
        for (path, (sequence, own)) in zip(paths, zip(sequences, apart)) {
            #expect(path.flatMap { tree.segments[$0].tokens } == sequence)
            let shared = path.flatMap { scores.logProbabilities[$0] }
            #expect(shared.count == sequence.count)
            for (a, b) in zip(shared, own.logProbabilities[1]) { #expect(abs(a - b) < 1e-5) }
        }
    }

    /// Three tokens are fewer than a segment of their own is worth.
    @Test func shortBeginningsAreNotShared() {
        var tree = TokenTree(prompt: [1], completion: [2])
        let paths = tree.append(sharing: [[3, 4, 5, 6], [3, 4, 5, 7], [3, 4]], to: 0, isScored: false)
        #expect(paths == [[2], [3], [4]])
    }

    @Test func nothingScoredNeedsNoPass() throws {
        var tree = TokenTree()
        tree.append(prompt, to: nil, isScored: false)
        #expect(try TinyModel.make().score([tree]) == [TreeScores(logProbabilities: [[]])])
    }

    @Test func slidingWindowHidesWhatIsFarBack() throws {
        var configuration = TinyModel.configuration
        configuration.slidingWindow = 5
        configuration.layerCount = 1
        let model = TinyModel.make(configuration)
        let tail = TinyModel.tokens(6, seed: 5)
        func last(_ head: [Int32]) throws -> Float? {
            try model.score([TokenTree(prompt: head, completion: tail)])[0].logProbabilities[1].last
        }
        // With one layer and a window of 5, the last row sees only `tail`.
        #expect(try last([1, 2, 3]) == last([4, 5, 6]))
        configuration.slidingWindow = nil
        let unlimited = TinyModel.make(configuration)
        let a = try unlimited.score([TokenTree(prompt: [1, 2, 3], completion: tail)])[0].logProbabilities[1].last
        let b = try unlimited.score([TokenTree(prompt: [4, 5, 6], completion: tail)])[0].logProbabilities[1].last
        #expect(a != b)
    }

    @Test func invalidTreesAreErrors() throws {
        let model = TinyModel.make()
        #expect(throws: ModelError.tokenOutOfRange(token: 61, vocabularyCount: 61)) {
            try model.score([TokenTree(prompt: [1], completion: [61])])
        }
        #expect(throws: ModelError.tokenOutOfRange(token: -1, vocabularyCount: 61)) {
            try model.score([TokenTree(prompt: [-1], completion: [3])])
        }
        #expect(throws: ModelError.sequenceTooLong(tokens: 257, contextLength: 256)) {
            try model.score([TokenTree(prompt: [Int32](repeating: 1, count: 250), completion: [Int32](repeating: 1, count: 7))])
        }
        #expect(throws: ModelError.emptyTree) { try model.score([TokenTree()]) }
    }
}
