import Foundation
import Statistics
import Testing

struct ComparisonTests {
    let bootstrap = ArticleBootstrap(rootSeed: 21)

    private func verdicts(_ wins: Int, _ ties: Int, _ losses: Int) -> [ArticleVerdict] {
        let outcomes =
            Array(repeating: (ArticleVerdict.Outcome.win, "accuracy"), count: wins / 2)
            + Array(repeating: (.win, "shorter, both at least 3"), count: wins - wins / 2)
            + Array(repeating: (.tie, "equal length"), count: ties)
            + Array(repeating: (.loss, "accuracy"), count: losses)
        return outcomes.enumerated().map { i, outcome in
            ArticleVerdict(articleID: articleID(i), outcome: outcome.0, reason: outcome.1)
        }
    }

    @Test func winRateCountsTiesAsHalf() throws {
        let rate = try WinRate(verdicts(30, 4, 16), bootstrap: bootstrap, metric: "win-rate")
        // (30 + 4 / 2) / 50
        #expect(rate.rate.value == 0.64)
        #expect(rate.wins == 30 && rate.ties == 4 && rate.losses == 16 && rate.count == 50)
        #expect(rate.winsByReason == ["accuracy": 15, "shorter, both at least 3": 15])
        #expect(rate.tiesByReason == ["equal length": 4] && rate.lossesByReason == ["accuracy": 16])
        #expect(rate.signTest == SignTest(wins: 30, losses: 16))
        let interval = try #require(rate.rate.interval)
        #expect(interval.contains(0.64) && interval.lower > 0.5 && interval.upper < 0.78)
    }

    @Test func winRateSeenFromTheOtherSide() throws {
        let forward = try WinRate(verdicts(30, 4, 16), bootstrap: bootstrap, metric: "win-rate")
        let backward = try WinRate(verdicts(30, 4, 16).map(\.reversed), bootstrap: bootstrap, metric: "win-rate")
        #expect(backward.wins == forward.losses && backward.losses == forward.wins && backward.ties == forward.ties)
        #expect(isClose(backward.rate.value, 1 - forward.rate.value))
        let a = try #require(forward.rate.interval)
        let b = try #require(backward.rate.interval)
        #expect(isClose(b.lower, 1 - a.upper) && isClose(b.upper, 1 - a.lower))
        #expect(backward.signTest.pValue == forward.signTest.pValue)
        #expect(backward.winsByReason == forward.lossesByReason)
    }

    @Test func sweepMarksWhatCannotBeToldFromTheBest() throws {
        var stream = RandomStream(seed: 17)
        let articles = (0..<80).map { _ in stream.nextNormal() }
        let setting = { (shift: Double, seed: UInt64) throws -> ArticleScores in
            var own = RandomStream(seed: seed)
            return try scores(articles.map { $0 + shift + 0.3 * own.nextNormal() })
        }
        let settings = [
            (name: "0.01", scores: try setting(0.2, 1)), (name: "0.03", scores: try setting(0.5, 2)),
            (name: "0.05", scores: try setting(0.5, 3)), (name: "0.1", scores: try setting(-0.3, 4)),
        ]
        let selection = try SweepSelection(settings)
        #expect(["0.03", "0.05"].contains(selection.best))
        let separable = selection.contenders.filter(\.isSeparable).map(\.name)
        #expect(separable == ["0.01", "0.1"])
        #expect(selection.contenders.first { $0.name == selection.best }?.adjustedPValue == nil)
        #expect(throws: StatisticsError.self) { try SweepSelection([]) }
    }

    @Test func pairedTestOfConstantDifferences() throws {
        let a = try scores([0.5, 0.25, 0.75])
        let same = try PairedComparison(a, a, bootstrap: bootstrap, metric: "m")
        #expect(same.pValue == 1 && same.difference.interval == Interval(lower: 0, upper: 0))
        let shifted = try PairedComparison(scores([1.5, 1.25, 1.75]), a, bootstrap: bootstrap, metric: "m")
        #expect(shifted.pValue == 0 && shifted.difference.value == 1)
    }

    @Test func kappaExtremes() throws {
        let perfect = try CohenKappa((0..<40).map { (first: $0 % 3, second: $0 % 3) })
        #expect(perfect.value == 1 && perfect.interval() == Interval(lower: 1, upper: 1))
        let constant = try CohenKappa((0..<40).map { _ in (first: "Unsure", second: "Unsure") })
        #expect(constant.value == nil && constant.interval() == nil && constant.observedAgreement == 1)
        // Independent by construction: every pair of labels equally often.
        let chance = try CohenKappa((0..<90).map { (first: $0 % 3, second: $0 / 3 % 3) })
        #expect(isClose(try #require(chance.value), 0))
        #expect(throws: StatisticsError.self) { try CohenKappa([(first: Int, second: Int)]()) }
    }

    @Test func kappaOverArticlesIsWiderThanOverQuestions() throws {
        // All five questions of an article are agreed on, or none is.
        var stream = RandomStream(seed: 2)
        let labels = (0..<60).flatMap { article in
            let agrees = stream.nextUnit() < 0.7
            return (0..<5).map { question in
                let letter = (article + question) % 5
                return (articleID: articleID(article), first: letter, second: agrees ? letter : (letter + 1) % 5)
            }
        }
        let byArticle = try #require(try bootstrap.kappa(of: labels, metric: "kappa"))
        let byQuestion = try CohenKappa(labels.map { (first: $0.first, second: $0.second) })
        #expect(byArticle.value == byQuestion.value && byArticle.count == 60)
        let ratio = try #require(byArticle.interval).width / #require(byQuestion.interval()).width
        // Five wholly dependent questions: about sqrt(5).
        #expect(ratio > 1.8 && ratio < 2.7, "\(ratio)")
    }

    @Test func lemireBoundsAreUniform() {
        var stream = RandomStream(seed: 77)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[stream.next(below: 7)] += 1 }
        let chiSquared = counts.reduce(0.0) { $0 + pow(Double($1) - 10_000, 2) / 10_000 }
        // 99.9 % quantile with six degrees of freedom.
        #expect(chiSquared < 22.46)
    }
}
