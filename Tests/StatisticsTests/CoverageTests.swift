import Foundation
import Statistics
import Testing

/// Simulated coverage: of many samples with a known truth, the share whose interval holds it.
struct CoverageTests {
    /// Share of `trials` for which `covers` holds, each with a stream of its own.
    private func coverage(trials: Int, _ covers: (inout RandomStream) throws -> Bool) rethrows -> Double {
        var covered = 0
        for trial in 0..<trials {
            var stream = RandomStream(rootSeed: 2024, metric: "trial-\(trial)")
            if try covers(&stream) { covered += 1 }
        }
        return Double(covered) / Double(trials)
    }

    @Test(arguments: [(40, 0.5), (40, 0.1), (1050, 0.654), (200, 0.02)])
    func wilson(n: Int, p: Double) throws {
        let rate = try coverage(trials: 4000) { stream in
            let successes = (0..<n).count { _ in stream.nextUnit() < p }
            return try Proportion(successes: successes, of: n).wilsonInterval().contains(p)
        }
        // Wilson's coverage oscillates around the nominal 95 %; its simulation error here is 0.35 points.
        #expect(rate > 0.925 && rate < 0.985, "\(rate)")
    }

    @Test func bootstrapMeanOfAccuracies() throws {
        // Shares of five questions answered, with a difficulty of each article's own; mean exactly 0.5.
        let rate = try coverage(trials: 400) { stream in
            let values = (0..<60).map { _ in
                let difficulty = stream.nextUnit()
                return Double((0..<5).count { _ in stream.nextUnit() < difficulty }) / 5
            }
            let bootstrap = ArticleBootstrap(rootSeed: stream.next(), draws: 1000)
            return try #require(bootstrap.mean(of: scores(values), metric: "accuracy").interval).contains(0.5)
        }
        #expect(rate > 0.915 && rate < 0.98, "\(rate)")
    }

    @Test func questionsPooledOverArticlesCoverTooLittle() throws {
        // The same data, with the questions taken as independent: why the article is the unit here.
        let rate = try coverage(trials: 1000) { stream in
            var correct = 0
            for _ in 0..<60 {
                let difficulty = stream.nextUnit()
                correct += (0..<5).count { _ in stream.nextUnit() < difficulty }
            }
            return try Proportion(successes: correct, of: 300).wilsonInterval().contains(0.5)
        }
        #expect(rate < 0.88, "\(rate)")
    }

    @Test func pairedDifference() throws {
        let rate = try coverage(trials: 400) { stream in
            var first: [Double] = []
            var second: [Double] = []
            for _ in 0..<50 {
                let article = stream.nextNormal()
                first.append(article + 0.3 + 0.5 * stream.nextNormal())
                second.append(article + 0.5 * stream.nextNormal())
            }
            let bootstrap = ArticleBootstrap(rootSeed: stream.next(), draws: 1000)
            let difference = try bootstrap.meanDifference(scores(first), scores(second), metric: "difference")
            return try #require(difference.interval).contains(0.3)
        }
        #expect(rate > 0.915 && rate < 0.98, "\(rate)")
    }

    @Test func meansAndMedians() throws {
        let median = log(2.0)
        var meanCovered = 0
        let rate = try coverage(trials: 2000) { stream in
            // Exponential: mean 1, median ln 2.
            let sample = try scores((0..<80).map { _ in -log(1 - stream.nextUnit()) })
            if try #require(MeanEstimate(of: sample).interval()).contains(1) { meanCovered += 1 }
            return MedianEstimate(of: sample).interval.contains(median)
        }
        // Conservative by construction, but not by much.
        #expect(rate > 0.94 && rate < 0.98, "\(rate)")
        let meanRate = Double(meanCovered) / 2000
        #expect(meanRate > 0.915 && meanRate < 0.965, "\(meanRate)")
    }

    @Test func ellipseHoldsTheTruePoint() throws {
        let rate = try coverage(trials: 300) { stream in
            var rows: [(x: Double, y: Double)] = []
            for _ in 0..<80 {
                let shared = stream.nextNormal()
                rows.append((x: shared + stream.nextNormal(), y: shared + stream.nextNormal()))
            }
            let input = FrontierAnalysis.Input(name: "a", x: try scores(rows.map(\.x)), y: try scores(rows.map(\.y)))
            let analysis = try FrontierAnalysis(
                [input], bootstrap: ArticleBootstrap(rootSeed: stream.next(), draws: 500), gridCount: 2)
            let ellipse = try #require(analysis.systems[0].ellipse)
            // Into the ellipse's own axes; the truth is the origin.
            let dx = -ellipse.centre.x
            let dy = -ellipse.centre.y
            let u = (dx * cos(ellipse.angle) + dy * sin(ellipse.angle)) / ellipse.semiMajor
            let v = (dy * cos(ellipse.angle) - dx * sin(ellipse.angle)) / ellipse.semiMinor
            return u * u + v * v <= 1
        }
        #expect(rate > 0.90 && rate < 0.99, "\(rate)")
    }
}
