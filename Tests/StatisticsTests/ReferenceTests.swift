import Foundation
import Statistics
import Testing

/// Agreement with SciPy's values.
struct ReferenceTests {
    let reference: Reference

    init() throws { reference = try Reference.load() }

    @Test func normalQuantile() {
        for c in reference.normalQuantile {
            #expect(isClose(NormalDistribution.quantile(c.p), c.value, tolerance: 1e-12), "p = \(c.p)")
        }
    }

    @Test func studentT() {
        for c in reference.studentT {
            let quantile = StudentT.twoSidedQuantile(confidence: c.confidence, degreesOfFreedom: c.degrees)
            #expect(isClose(quantile, c.quantile), "\(c)")
            #expect(isClose(StudentT.twoSidedTail(c.t, degreesOfFreedom: c.degrees), c.tail), "\(c)")
        }
    }

    @Test func wilson() throws {
        for c in reference.wilson {
            let interval = try Proportion(successes: c.successes, of: c.trials)
                .wilsonInterval(confidence: c.confidence)
            #expect(isClose(interval.lower, c.lower) && isClose(interval.upper, c.upper), "\(c)")
            #expect(interval.width > 0)
        }
    }

    @Test func signTest() {
        for c in reference.signTest {
            #expect(isClose(SignTest(wins: c.wins, losses: c.losses).pValue, c.pValue, tolerance: 1e-9), "\(c)")
        }
        #expect(SignTest(wins: 0, losses: 0).pValue == 1)
    }

    @Test func means() throws {
        for c in reference.samples {
            let mean = MeanEstimate(of: try scores(c.first))
            #expect(isClose(mean.value, c.mean))
            guard let sd = c.standardDeviation, let se = c.standardError, let lower = c.tLower, let upper = c.tUpper,
                let normalLower = c.normalLower
            else {
                #expect(mean.standardError == nil && mean.interval() == nil)
                continue
            }
            #expect(isClose(try #require(mean.standardDeviation), sd))
            #expect(isClose(try #require(mean.standardError), se))
            let interval = try #require(mean.interval())
            #expect(isClose(interval.lower, lower) && isClose(interval.upper, upper))
            #expect(isClose(try #require(mean.interval(reference: .normal)).lower, normalLower))
        }
    }

    @Test func medians() throws {
        for c in reference.samples {
            let median = MedianEstimate(of: try scores(c.first))
            #expect(median.value == c.median)
            #expect(median.interval == Interval(lower: c.medianLower, upper: c.medianUpper), "n = \(c.first.count)")
            #expect(isClose(median.coverage, c.medianCoverage), "n = \(c.first.count)")
        }
    }

    @Test func pairedTTest() throws {
        let bootstrap = ArticleBootstrap(rootSeed: 1, draws: 100)
        for c in reference.samples {
            let comparison = try PairedComparison(scores(c.first), scores(c.second), bootstrap: bootstrap, metric: "m")
            switch (comparison.pValue, c.pairedP) {
            case (nil, nil): break
            case (let ours?, let theirs?): #expect(isClose(ours, theirs, tolerance: 1e-8), "n = \(c.first.count)")
            default: Issue.record("one of the two p-values is missing for n = \(c.first.count)")
            }
        }
    }

    @Test func bootstrapPercentiles() throws {
        let bootstrap = ArticleBootstrap(rootSeed: 7)
        var compared = 0
        for c in reference.samples {
            guard let lower = c.bootstrapLower, let upper = c.bootstrapUpper, let medianLower = c.bootstrapMedianLower,
                let medianUpper = c.bootstrapMedianUpper, let se = c.standardError
            else { continue }
            let sample = try scores(c.first)
            let mean = try #require(bootstrap.mean(of: sample, metric: "accuracy").interval)
            // A 2.5 % percentile of 10,000 draws has a standard error of 0.027 standard errors of the mean.
            #expect(abs(mean.lower - lower) < 0.12 * se && abs(mean.upper - upper) < 0.12 * se, "n = \(c.first.count)")
            let median = try #require(bootstrap.median(of: sample, metric: "compression").interval)
            // The median's draws sit on the data's own values; allow the neighbouring one.
            #expect(abs(median.lower - medianLower) < 0.5 * se && abs(median.upper - medianUpper) < 0.5 * se)
            compared += 1
        }
        #expect(compared == 3)
    }

    @Test func holm() {
        for c in reference.holm {
            let adjusted = Holm.adjusted(c.pValues)
            #expect(zip(adjusted, c.adjusted).allSatisfy { isClose($0, $1) }, "\(c.pValues)")
        }
        #expect(Holm.adjusted([]).isEmpty)
    }

    @Test func kappa() throws {
        for c in reference.kappa {
            var labels: [(first: Int, second: Int)] = []
            for (i, row) in c.table.enumerated() {
                for (j, count) in row.enumerated() {
                    labels += Array(repeating: (first: i, second: j), count: count)
                }
            }
            let kappa = try CohenKappa(labels)
            #expect(isClose(try #require(kappa.value), c.value), "\(c.table)")
            #expect(isClose(try #require(kappa.standardError), c.standardError, tolerance: 1e-7), "\(c.table)")
        }
    }

    @Test func resolvableDifferences() throws {
        let resolvable = ResolvableDifference()
        for c in reference.resolvable.paired {
            #expect(isClose(resolvable.paired(standardDeviation: c.sd, count: c.count), c.value))
        }
        for c in reference.resolvable.proportion {
            expectEqual(resolvable.proportion(above: c.reference, count: c.count), c.value, "\(c)")
        }
        for c in reference.resolvable.twoProportions {
            expectEqual(resolvable.twoProportions(above: c.reference, count: c.count), c.value, "\(c)")
        }
    }

    private func expectEqual(_ ours: Double?, _ theirs: Double?, _ comment: Comment) {
        switch (ours, theirs) {
        case (nil, nil): break
        case (let ours?, let theirs?): #expect(isClose(ours, theirs, tolerance: 1e-9), comment)
        default: Issue.record(comment)
        }
    }

    @Test func ellipses() {
        for c in reference.ellipse {
            let covariance = (xx: c.covariance[0][0], xy: c.covariance[0][1], yy: c.covariance[1][1])
            let ellipse = Ellipse(covariance: covariance, centre: ParetoPoint(x: 3, y: -1))
            #expect(isClose(ellipse.semiMajor, c.semiMajor) && isClose(ellipse.semiMinor, c.semiMinor))
            if let tanAngle = c.tanAngle {
                #expect(isClose(tan(ellipse.angle), tanAngle))
            } else {
                #expect(isClose(abs(ellipse.angle), .pi / 2))
            }
            // Every point of the outline has the same Mahalanobis distance, that of the 95 % quantile.
            let determinant = covariance.xx * covariance.yy - covariance.xy * covariance.xy
            for point in ellipse.outline(segments: 12) {
                let dx = point.x - 3
                let dy = point.y + 1
                let form = covariance.yy * dx * dx - 2 * covariance.xy * dx * dy + covariance.xx * dy * dy
                #expect(isClose(form / determinant, 5.991464547107979, tolerance: 1e-9))
            }
        }
    }

    @Test func randomStream() {
        for c in reference.xoshiro {
            var stream = RandomStream(seed: UInt64(c.seed) ?? 1)
            #expect(c.outputs.map { _ in String(stream.next()) } == c.outputs)
        }
    }
}
