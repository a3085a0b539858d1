import Foundation
import Statistics
import Testing

/// What must change, and what must not, when the data are changed in a known way.
struct MetamorphicTests {
    let bootstrap = ArticleBootstrap(rootSeed: 11)

    private func rows(_ count: Int, metric: String) -> [(articleID: String, value: Double)] {
        var stream = RandomStream(rootSeed: 5, metric: metric)
        return (0..<count).map { (articleID: articleID($0), value: (stream.nextUnit() * 5).rounded() / 5) }
    }

    @Test func swappingTwoSystemsNegatesTheirDifference() throws {
        let a = try ArticleScores(rows(70, metric: "a"))
        let b = try ArticleScores(rows(70, metric: "b"))
        let forward = try bootstrap.meanDifference(a, b, metric: "m")
        let backward = try bootstrap.meanDifference(b, a, metric: "m")
        let interval = try #require(forward.interval)
        #expect(backward.value == -forward.value)
        #expect(backward.interval == Interval(lower: -interval.upper, upper: -interval.lower))
        #expect(interval.width > 0)
        let medians = try bootstrap.medianDifference(a, b, metric: "m")
        let reversed = try bootstrap.medianDifference(b, a, metric: "m")
        #expect(medians.value == -reversed.value && medians.interval?.lower == reversed.interval.map { -$0.upper })
        let comparison = try PairedComparison(a, b, bootstrap: bootstrap, metric: "m")
        #expect(try PairedComparison(b, a, bootstrap: bootstrap, metric: "m").pValue == comparison.pValue)
    }

    @Test func orderOfRowsChangesNothing() throws {
        let original = rows(40, metric: "x")
        var shuffled = original
        var stream = RandomStream(seed: 3)
        for i in shuffled.indices.dropFirst().reversed() { shuffled.swapAt(i, stream.next(below: i + 1)) }
        let a = try ArticleScores(original)
        let b = try ArticleScores(shuffled)
        #expect(original.map(\.value) != shuffled.map(\.value))
        #expect(bootstrap.mean(of: a, metric: "m") == bootstrap.mean(of: b, metric: "m"))
        #expect(bootstrap.median(of: a, metric: "m") == bootstrap.median(of: b, metric: "m"))
        #expect(MeanEstimate(of: a) == MeanEstimate(of: b) && MedianEstimate(of: a) == MedianEstimate(of: b))
    }

    @Test(arguments: [2, 3, 7])
    func repeatingArticlesUnderTheirIdsChangesNothing(times: Int) throws {
        let original = rows(30, metric: "x").map { (articleID: $0.articleID, value: $0.value + 0.1) }
        let repeated = Array(repeating: original, count: times).flatMap { $0 }
        let a = try ArticleScores(original)
        let b = try ArticleScores(repeated)
        #expect(a == b)
        #expect(MeanEstimate(of: a).standardError == MeanEstimate(of: b).standardError)
        // Under ids of their own they would count as new evidence.
        let naive = try scores(repeated.map(\.value))
        #expect(try #require(MeanEstimate(of: naive).standardError) < 0.8 * #require(MeanEstimate(of: a).standardError))
    }

    @Test func rowsOfOneArticleAreAveraged() throws {
        let scores = try ArticleScores([
            (articleID: "b", value: 3), (articleID: "a", value: 0), (articleID: "a", value: 1),
            (articleID: "b", value: 3), (articleID: "a", value: 0.5),
        ])
        #expect(scores.articleIDs == ["a", "b"] && scores.values == [0.5, 3])
    }

    @Test func percentilesAreMirroredOrderStatistics() throws {
        // The statistic of draw i is i, so the interval names the ranks it took: 2.5 % of 10,000 on each side.
        var draw = -1.0
        let estimate = bootstrap.estimate(value: 0, articleCount: 3, metric: "m") { _ in
            draw += 1
            return draw
        }
        #expect(estimate.interval == Interval(lower: 250, upper: 9749))
    }

    @Test func mediansOfResamples() throws {
        // Two articles with 0 and 1: a quarter of the draws has the median 0, half 1/2, a quarter 1.
        let two = try scores([0, 1])
        let middle = ArticleBootstrap(rootSeed: 1, confidence: 0.4).median(of: two, metric: "m")
        #expect(middle.value == 0.5 && middle.interval == Interval(lower: 0.5, upper: 0.5))
        let wide = ArticleBootstrap(rootSeed: 1, confidence: 0.6).median(of: two, metric: "m")
        #expect(wide.interval == Interval(lower: 0, upper: 1))
        // Three articles: the median is always one of them.
        let three = ArticleBootstrap(rootSeed: 1, confidence: 0.4).median(of: try scores([0, 1, 10]), metric: "m")
        // P(median = 0) = P(at least two of three are 0) = 7/27, so the 30 % quantile is 1; likewise the 70 %.
        #expect(three.interval == Interval(lower: 1, upper: 1))
    }

    @Test func undefinedDrawsAreLeftOut() throws {
        var draw = 0
        func interval(definedOneIn n: Int) -> Interval? {
            bootstrap.estimate(value: 0, articleCount: 3, metric: "m") { _ in
                draw += 1
                return draw.isMultiple(of: n) ? 1 : .nan
            }.interval
        }
        #expect(interval(definedOneIn: 2) == Interval(lower: 1, upper: 1))
        #expect(interval(definedOneIn: 3) == nil)
    }

    @Test func scalingScalesTheInterval() throws {
        let a = try ArticleScores(rows(30, metric: "x"))
        let doubled = try ArticleScores(rows(30, metric: "x").map { (articleID: $0.articleID, value: 2 * $0.value) })
        let first = try #require(bootstrap.mean(of: a, metric: "m").interval)
        let second = try #require(bootstrap.mean(of: doubled, metric: "m").interval)
        #expect(second == Interval(lower: 2 * first.lower, upper: 2 * first.upper))
    }

    @Test func seedsBelongToMetrics() throws {
        let a = try scores((0..<30).map { Double($0 * $0 % 17) + 0.01 * Double($0) })
        #expect(bootstrap.mean(of: a, metric: "m") == bootstrap.mean(of: a, metric: "m"))
        #expect(bootstrap.mean(of: a, metric: "m") != bootstrap.mean(of: a, metric: "n"))
        #expect(ArticleBootstrap(rootSeed: 12).mean(of: a, metric: "m") != bootstrap.mean(of: a, metric: "m"))
    }

    @Test func differentArticlesCannotBePaired() throws {
        let a = try ArticleScores([(articleID: "1", value: 1), (articleID: "2", value: 0)])
        let b = try ArticleScores([(articleID: "2", value: 1), (articleID: "3", value: 0), (articleID: "4", value: 0)])
        #expect(throws: StatisticsError.articleSetsDiffer(onlyInFirst: ["1"], onlyInSecond: ["3", "4"])) {
            try bootstrap.meanDifference(a, b, metric: "m")
        }
        #expect(throws: StatisticsError.articleSetsDiffer(onlyInFirst: ["1"], onlyInSecond: ["3", "4"])) {
            try bootstrap.medianDifference(a, b, metric: "m")
        }
    }

    @Test func unusableSamplesAreRefused() throws {
        #expect(throws: StatisticsError.emptySample("a metric")) { try ArticleScores([]) }
        #expect(throws: StatisticsError.notFinite(articleID: "b", value: .infinity)) {
            try ArticleScores([(articleID: "a", value: 1), (articleID: "b", value: .infinity)])
        }
        #expect(throws: StatisticsError.self) { try ArticleScores([(articleID: "a", value: .nan)]) }
        #expect(throws: StatisticsError.invalidCounts(successes: 3, trials: 2)) { try Proportion(successes: 3, of: 2) }
        #expect(throws: StatisticsError.emptySample("a proportion")) { try Proportion(successes: 0, of: 0) }
    }

    @Test func aSingleArticleHasNoInterval() throws {
        let one = try ArticleScores([(articleID: "a", value: 0.4)])
        #expect(bootstrap.mean(of: one, metric: "m").interval == nil)
        #expect(!bootstrap.mean(of: one, metric: "m").isSeparable(from: 0))
    }
}
