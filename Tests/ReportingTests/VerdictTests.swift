import Foundation
import Reporting
import Testing

/// Verdicts on studies whose answer is known because they were made that way.
@Suite struct VerdictTests {
    /// A system that gets `correct` of five right on every article, in `words` words, with a little
    /// variation between articles so that intervals have a width.
    private func system(_ name: String, _ kind: SystemResult.Kind, round: Int = 0, correct: Int, words: Int, failures: Int = 0) -> SystemResult {
        SystemResult(
            name: name, label: name, kind: kind, round: round, experiment: "e", runID: "r",
            outcomes: (0..<40).map { index in
                ArticleOutcome(
                    articleID: "a\(index)", article: "text", articleWords: 100, summary: "text", summaryWords: words + index % 3,
                    correct: correct - (index % 5 == 0 ? 1 : 0), questions: [], failures: index < failures ? [.invalidCharacters] : [])
            })
    }

    private func verdicts(_ systems: [SystemResult]) throws -> [Int: String] {
        let study = StudyResults(
            title: "t", provenance: [], systems: systems, originalSystem: "original", trainings: [], sweeps: [],
            questionDrops: [], pairTypes: [], deviations: [], rootSeed: 1)
        struct Results: Decodable {
            struct Claim: Decodable {
                var number: Int
                var verdict: String
            }
            var claims: [Claim]
        }
        let json = try #require(try Study.report(study)["results.json"])
        let results = try JSONDecoder().decode(Results.self, from: Data(json.utf8))
        return Dictionary(uniqueKeysWithValues: results.claims.map { ($0.number, $0.verdict) })
    }

    private var original: SystemResult { system("original", .original, correct: 2, words: 40) }

    @Test func aDominatingSystemReproducesTheFrontierClaim() throws {
        let verdicts = try verdicts([original, system("lead", .extractive, correct: 3, words: 30), system("dpo", .dpo, round: 1, correct: 4, words: 20)])
        #expect(verdicts[1] == "reproduced")
        #expect(verdicts[6] == "reproduced")
    }

    @Test func aDominatedSystemContradictsIt() throws {
        let verdicts = try verdicts([original, system("lead", .extractive, correct: 4, words: 20), system("dpo", .dpo, round: 1, correct: 3, words: 30)])
        #expect(verdicts[1] == "contradicted")
    }

    @Test func anOrdinaryTradeOffIsNeither() throws {
        // Undominated, but dominating nothing: not the claim.
        let verdicts = try verdicts([original, system("lead", .extractive, correct: 2, words: 10), system("dpo", .dpo, round: 1, correct: 4, words: 20)])
        #expect(verdicts[1] == "not separable")
    }

    @Test func aFailureContradictsThatThereAreNone() throws {
        let verdicts = try verdicts([original, system("dpo", .dpo, round: 1, correct: 4, words: 20, failures: 1)])
        #expect(verdicts[6] == "contradicted")
    }

    @Test func anUnchangedModelMovesLittleAndALargeChangeDoesNot() throws {
        let same = try verdicts([original, system("sft", .sft, round: 1, correct: 2, words: 40)])
        #expect(same[2] == "reproduced")
        let far = try verdicts([original, system("sft", .sft, round: 1, correct: 4, words: 20)])
        #expect(far[2] == "contradicted")
    }

    @Test func theSecondRoundMustAddTenPoints() throws {
        let first = system("dpo", .dpo, round: 1, correct: 2, words: 40)
        let better = try verdicts([original, first, system("dpo-2", .dpo, round: 2, correct: 4, words: 20)])
        #expect(better[5] == "reproduced")
        let worse = try verdicts([original, first, system("dpo-2", .dpo, round: 2, correct: 1, words: 60)])
        #expect(worse[5] == "contradicted")
    }

    @Test func whatWasNotMeasuredIsNotTested() throws {
        let verdicts = try verdicts([original])
        #expect(Set(verdicts.values) == ["not tested"])
        #expect(verdicts.count == 7)
    }
}
