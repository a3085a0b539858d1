import Preferences
import Study
import Testing

/// One pair per instruction, and why there is none.
@Suite struct BestAndWorstTests {
    private func outcome(
        _ candidates: [BestAndWorst.Candidate], truncated: TruncatedSamples = .reject, minimumGap: Double = 0
    ) -> BestAndWorst.Outcome {
        BestAndWorst(truncated: truncated, minimumGap: minimumGap).pair(of: candidates)
    }

    @Test func theHighestScoreIsChosenAndTheLowestRejected() {
        let scores = [1.5, 4, -2, 3]
        let candidates = scores.enumerated().map { BestAndWorst.Candidate(index: 10 + $0.offset, score: $0.element) }
        #expect(outcome(candidates) == .pair(chosen: 11, rejected: 12))
    }

    @Test func ofEqualScoresTheFirstIsTheBestAndTheLastTheWorst() {
        let candidates = [2.0, 5, 5, 2].enumerated().map { BestAndWorst.Candidate(index: $0.offset, score: $0.element) }
        #expect(outcome(candidates) == .pair(chosen: 1, rejected: 3))
    }

    @Test func equalScoresAreNoPreference() {
        let candidates = (0..<3).map { BestAndWorst.Candidate(index: $0, score: 0.1 + 0.2) }
        #expect(outcome(candidates) == .drop(.tie))
    }

    @Test func aSmallDifferenceIsDroppedOnlyWhereAMinimumIsSet() {
        let candidates = [1.0, 1.25].enumerated().map { BestAndWorst.Candidate(index: $0.offset, score: $0.element) }
        #expect(outcome(candidates) == .pair(chosen: 1, rejected: 0))
        #expect(outcome(candidates, minimumGap: 0.25) == .pair(chosen: 1, rejected: 0))
        #expect(outcome(candidates, minimumGap: 0.5) == .drop(.close))
    }

    @Test func responsesWithoutAScoreStandInNoPair() {
        let candidates: [BestAndWorst.Candidate] = [
            .init(index: 0, score: nil), .init(index: 1, score: 3), .init(index: 2, score: 1),
        ]
        #expect(outcome(candidates) == .pair(chosen: 1, rejected: 2))
        #expect(outcome(Array(candidates[..<2])) == .drop(.unscored))
    }

    @Test func anEmptyResponseIsNeitherTheBestNorTheWorst() {
        let candidates: [BestAndWorst.Candidate] = [
            .init(index: 0, score: 9, isEmpty: true), .init(index: 1, score: 3), .init(index: 2, score: 1),
            .init(index: 3, score: -9, isEmpty: true),
        ]
        #expect(outcome(candidates) == .pair(chosen: 1, rejected: 2))
        #expect(outcome([candidates[0], candidates[1]]) == .drop(.unusable))
    }

    /// The best ended at the token limit: by rule it stands in no pair, or only on the rejected side, or like any other.
    @Test(arguments: [
        (TruncatedSamples.exclude, BestAndWorst.Outcome.pair(chosen: 1, rejected: 2)),
        (.reject, .pair(chosen: 1, rejected: 3)), (.allow, .pair(chosen: 0, rejected: 3)),
    ])
    func cutOffResponses(rule: TruncatedSamples, expected: BestAndWorst.Outcome) {
        let candidates: [BestAndWorst.Candidate] = [
            .init(index: 0, score: 5, isCutOff: true), .init(index: 1, score: 4), .init(index: 2, score: 3),
            .init(index: 3, score: 1, isCutOff: true),
        ]
        #expect(outcome(candidates, truncated: rule) == expected)
    }

    /// A chosen response that is worse than every other would be no preference for it.
    @Test func theOnlyFinishedResponseIsNotChosenWhereItIsTheWorst() {
        let candidates: [BestAndWorst.Candidate] = [.init(index: 0, score: 5, isCutOff: true), .init(index: 1, score: 1)]
        #expect(outcome(candidates) == .drop(.unusable))
    }
}
