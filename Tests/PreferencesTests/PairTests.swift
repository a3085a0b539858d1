import Foundation
import Preferences
import Testing
import Tokenization

@Suite struct PairTests {
    private func candidates(_ scores: [(Int, Int)], unusable: Set<Int> = []) -> [PairCandidate] {
        scores.enumerated().map {
            PairCandidate(index: $0, score: ScoredSummary(correct: $1.0, words: $1.1), isUsable: !unusable.contains($0))
        }
    }

    @Test func allComparisonsByHand() {
        // Samples: 0 (3, 40), 1 (4, 30), 2 (1, 20), 3 (1, 90).
        // 0-1 both good, 10 apart: 1. 0-2, 0-3: 0. 1-2, 1-3: 1. 2-3: equal, no pair.
        let builder = PairBuilder(maximumPerArticle: 45, seed: 1)
        let result = builder.pairs(of: [("a", candidates([(3, 40), (4, 30), (1, 20), (1, 90)]))])
        #expect(result.pairs.map { [$0.chosenIndex, $0.rejectedIndex] } == [[0, 2], [0, 3], [1, 0], [1, 2], [1, 3]])
        #expect(result.comparisons == [.shorterBothAtLeast3: 1, .moreAccurate: 4, .equalAccuracy: 1])
        #expect(result.pairTypes == [.shorterBothAtLeast3: 1, .moreAccurate: 4])
    }

    @Test func unusableSamplesAndSmallGapsAreCounted() {
        var builder = PairBuilder(maximumPerArticle: 45, seed: 1)
        builder.minimumAccuracyGap = 2
        let result = builder.pairs(of: [("a", candidates([(2, 40), (1, 30), (0, 20), (5, 10)], unusable: [3]))])
        #expect(result.pairs.map { [$0.chosenIndex, $0.rejectedIndex] } == [[0, 2]])
        #expect(result.unusable == 1 && result.belowGap == 2)
    }

    @Test func unfinishedSamplesLoseOnly() {
        // Sample 0 (4, 90) was cut off. It loses to 1 by length, and would win over 2 by accuracy.
        var samples = candidates([(4, 90), (3, 30), (1, 40)])
        samples[0].canBeChosen = false
        let result = PairBuilder(maximumPerArticle: 45, seed: 1).pairs(of: [("a", samples)])
        #expect(result.pairs.map { [$0.chosenIndex, $0.rejectedIndex] } == [[1, 0], [1, 2]])
        #expect(result.unfinished == 1)
    }

    private var articles: [(articleID: String, candidates: [PairCandidate])] {
        (0..<40).map { article in
            var random = SeededRandom(rootSeed: 9, purpose: "pair test", index: article)
            return ("article \(article)", candidates((0..<10).map { _ in (random.next(below: 6), 20 + random.next(below: 60)) }))
        }
    }

    @Test func atMostThreeAndTheSameEveryTime() {
        let builder = PairBuilder(seed: 5)
        let result = builder.pairs(of: articles)
        #expect(result == builder.pairs(of: articles))
        let perArticle = Dictionary(grouping: result.pairs, by: \.articleID)
        #expect(perArticle.values.allSatisfy { $0.count <= 3 })
        // An article's pairs do not depend on the others.
        let alone = builder.pairs(of: [articles[7]])
        #expect(alone.pairs == perArticle["article 7"])
        #expect(PairBuilder(seed: 6).pairs(of: articles).pairs != result.pairs)
        // No sample is preferred to one that the function prefers to it.
        for pair in result.pairs {
            #expect(PreferenceFunction.training.compare(pair.chosen, pair.rejected) == PreferenceOutcome(preferred: .first, reason: pair.reason))
        }
    }

    @Test func balancedChoiceTakesTheRareReasonFirst() {
        let result = PairBuilder(choice: .balanced, seed: 5).pairs(of: articles)
        let uniform = PairBuilder(seed: 5).pairs(of: articles)
        func share(_ result: PairBuilder.Result) -> Double {
            Double(result.pairTypes[.shorterBothAtLeast3] ?? 0) / Double(result.pairs.count)
        }
        #expect(share(result) > share(uniform))
        #expect(result.comparisons == uniform.comparisons)
    }

    @Test func exportIsChatFormatAndTheSameBytes() throws {
        let pair = PairBuilder(seed: 1).pairs(of: [("id/1", candidates([(3, 40), (1, 30)]))]).pairs[0]
        let line = try ExportedPair(pair, prompt: [Message(role: .user, content: "Say \"it\"\n")], chosen: "Short.", rejected: "Long\u{2028}er.").jsonLine()
        #expect(line == #"{"article_id":"id/1","chosen":[{"content":"Short.","role":"assistant"}],"correct_chosen":3,"correct_rejected":1,"prompt":[{"content":"Say \"it\"\n","role":"user"}],"reason":"moreAccurate","rejected":[{"content":"Long"# + "\u{2028}" + #"er.","role":"assistant"}],"words_chosen":40,"words_rejected":30}"#)
        #expect(!line.contains("\n"))
        #expect(try JSONDecoder().decode(ExportedPair.self, from: Data(line.utf8)).chosen == [Message(role: .assistant, content: "Short.")])
    }

    @Test func datasetCardNamesFilesAndReasons() {
        let card = DatasetCard(
            title: "Pairs", files: ["train": "train.jsonl"], pairTypes: [.moreAccurate: 12], builder: PairBuilder(seed: 3),
            judgeIdentity: "abc", provenance: ["model": "a|b"]
        ).markdown
        #expect(card.hasPrefix("---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: train.jsonl\n"))
        #expect(card.contains("| moreAccurate | 12 |"))
        #expect(card.contains("a\\|b"))
    }
}
