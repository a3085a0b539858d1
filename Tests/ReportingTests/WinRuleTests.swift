import Reporting
import Testing

/// The three published variants, case by case from the table in `WinRule`.
@Suite struct WinRuleTests {
    private func decide(_ rule: WinRule, _ a: (Int?, Int), _ b: (Int?, Int)) -> WinRule.Decision {
        rule.decide(.init(correct: a.0, words: a.1), .init(correct: b.0, words: b.1))
    }

    @Test(arguments: [WinRule.article, .evaluation])
    func articleAndEvaluation(_ rule: WinRule) {
        // Both at least three right: the shorter, whatever the accuracies.
        #expect(decide(rule, (3, 20), (5, 30)) == .init(winner: .first, reason: .lengthBothGood))
        #expect(decide(rule, (5, 31), (3, 30)) == .init(winner: .second, reason: .lengthBothGood))
        // One below three: the more accurate, whatever the lengths.
        #expect(decide(rule, (2, 10), (3, 90)) == .init(winner: .second, reason: .accuracy))
        #expect(decide(rule, (1, 90), (0, 10)) == .init(winner: .first, reason: .accuracy))
        // A low tie: the shorter.
        #expect(decide(rule, (2, 20), (2, 19)) == .init(winner: .second, reason: .lengthLowTie))
        // Equal lengths: half a win.
        #expect(decide(rule, (2, 20), (2, 20)) == .init(winner: .tie, reason: .undecided))
        #expect(decide(rule, (4, 20), (3, 20)) == .init(winner: .tie, reason: .undecided))
    }

    @Test func trainingNeedsAClearDifference() {
        #expect(decide(.training, (3, 20), (4, 22)).winner == .tie)
        #expect(decide(.training, (3, 20), (4, 23)) == .init(winner: .first, reason: .lengthBothGood))
        #expect(decide(.training, (2, 20), (2, 90)).winner == .tie)
        #expect(decide(.training, (2, 90), (1, 20)) == .init(winner: .first, reason: .accuracy))
    }

    @Test func aFailedSummaryLosesToAnySummary() {
        #expect(decide(.evaluation, (nil, 5), (0, 190)) == .init(winner: .second, reason: .validity))
        #expect(decide(.evaluation, (0, 190), (nil, 5)) == .init(winner: .first, reason: .validity))
        #expect(decide(.evaluation, (nil, 5), (nil, 9)).winner == .tie)
    }

    @Test(arguments: WinRule.allCases)
    func swappingTheTwoMirrorsTheDecision(_ rule: WinRule) {
        for a in [nil, 0, 1, 2, 3, 4, 5] as [Int?] {
            for b in [nil, 0, 1, 2, 3, 4, 5] as [Int?] {
                for difference in -4...4 {
                    let forth = decide(rule, (a, 50), (b, 50 + difference))
                    let back = decide(rule, (b, 50 + difference), (a, 50))
                    #expect(forth.score + back.score == 1)
                    #expect(forth.reason == back.reason)
                }
            }
        }
    }
}
