import Foundation
import Statistics
import Testing

struct FrontierTests {
    private func point(_ x: Double, _ y: Double) -> ParetoPoint { ParetoPoint(x: x, y: y) }

    @Test func membersOfAHandDrawnFrontier() {
        //  y
        //  4 |        e
        //  3 |     c     f
        //  2 |  a,b
        //  1 |     d
        //    +--1--2--3--4  x
        let points = [point(1, 2), point(1, 2), point(2, 3), point(2, 1), point(3, 4), point(4, 3)]
        let frontier = ParetoFrontier(points)
        #expect(frontier.isMember == [true, true, true, false, true, false])
        #expect(frontier.points == [point(1, 2), point(2, 3), point(3, 4)])
        #expect(
            frontier.staircase(from: 0, to: 5)
                == [point(1, 0), point(1, 2), point(2, 2), point(2, 3), point(3, 3), point(3, 4), point(5, 4)])
        #expect(frontier.attained(at: 0.9) == nil)
        #expect(frontier.attained(at: 2) == 3 && frontier.attained(at: 2.99) == 3 && frontier.attained(at: 9) == 4)
    }

    @Test func equalCoordinates() {
        // Same y further right, and same x lower down, are dominated.
        #expect(ParetoFrontier([point(1, 2), point(3, 2), point(1, 1)]).isMember == [true, false, false])
        #expect(ParetoFrontier([]).points.isEmpty)
        #expect(ParetoFrontier([]).staircase(from: 0, to: 1).isEmpty)
    }

    @Test func agreesWithTheDefinition() {
        var stream = RandomStream(seed: 99)
        for _ in 0..<300 {
            // A coarse grid, so that ties and duplicates are common.
            let points = (0..<12).map { _ in point(Double(stream.next(below: 5)), Double(stream.next(below: 5))) }
            let byDefinition = points.map { candidate in !points.contains { $0.dominates(candidate) } }
            let frontier = ParetoFrontier(points)
            #expect(frontier.isMember == byDefinition)
            #expect(ParetoFrontier(points.reversed()).isMember == byDefinition.reversed())
            #expect(zip(frontier.points, frontier.points.dropFirst()).allSatisfy { $0.x < $1.x && $0.y < $1.y })
        }
    }

    /// Systems on the same 60 articles; each moves with the article and has noise of its own.
    private func inputs(_ centres: [(name: String, x: Double, y: Double)]) throws -> [FrontierAnalysis.Input] {
        try centres.enumerated().map { s, centre in
            var article = RandomStream(seed: 1)
            var own = RandomStream(seed: UInt64(100 + s))
            var xs: [Double] = []
            var ys: [Double] = []
            for _ in 0..<60 {
                xs.append(centre.x + 0.1 * article.nextNormal() + 0.05 * own.nextNormal())
                ys.append(centre.y + 0.2 * article.nextNormal() + 0.1 * own.nextNormal())
            }
            return FrontierAnalysis.Input(name: centre.name, x: try scores(xs), y: try scores(ys))
        }
    }

    private func rows(of scores: ArticleScores) -> [(articleID: String, value: Double)] {
        zip(scores.articleIDs, scores.values).map { (articleID: $0, value: $1) }
    }

    @Test func aDominatedSystemLeavesTheFrontierUnchanged() throws {
        let bootstrap = ArticleBootstrap(rootSeed: 4, draws: 2000)
        let three = try inputs([("a", 0.2, 0.4), ("b", 0.4, 0.6), ("c", 0.5, 0.55)])
        // Worse than "b" on every article, hence in every draw.
        let worse = FrontierAnalysis.Input(
            name: "worse",
            x: try ArticleScores(rows(of: three[1].x).map { (articleID: $0.articleID, value: $0.value + 0.01) }),
            y: try ArticleScores(rows(of: three[1].y).map { (articleID: $0.articleID, value: $0.value - 0.01) }))
        let without = try FrontierAnalysis(three, bootstrap: bootstrap, gridRange: 0...1)
        let with = try FrontierAnalysis([worse] + three, bootstrap: bootstrap, gridRange: 0...1)
        #expect(with.frontier.points == without.frontier.points)
        #expect(with.band == without.band)
        #expect(Array(with.systems.dropFirst()) == without.systems)
        #expect(with.systems[0].frontierProbability == 0 && !with.systems[0].isOnFrontier)
    }

    @Test func orderOfSystemsAndArticlesChangesNothing() throws {
        let bootstrap = ArticleBootstrap(rootSeed: 4, draws: 1000)
        let three = try inputs([("a", 0.2, 0.4), ("b", 0.4, 0.6), ("c", 0.45, 0.58)])
        let forward = try FrontierAnalysis(three, bootstrap: bootstrap)
        let reversedRows = try three.map { input in
            FrontierAnalysis.Input(
                name: input.name,
                x: try ArticleScores(rows(of: input.x).reversed()), y: try ArticleScores(rows(of: input.y).reversed()))
        }
        let backward = try FrontierAnalysis(reversedRows.reversed(), bootstrap: bootstrap)
        #expect(backward.systems == forward.systems.reversed())
        #expect(backward.band == forward.band && backward.frontier.points == forward.frontier.points)
    }

    @Test func probabilitiesAndBandMeanWhatTheySay() throws {
        // "a" and "b" trade x for y; "c" is about as good as "b"; "d" is hopeless.
        let systems = try inputs([("a", 0.2, 0.4), ("b", 0.4, 0.7), ("c", 0.4, 0.7), ("d", 0.8, 0.1)])
        let analysis = try FrontierAnalysis(systems, bootstrap: ArticleBootstrap(rootSeed: 8))
        let probability = Dictionary(uniqueKeysWithValues: analysis.systems.map { ($0.name, $0.frontierProbability) })
        #expect(try #require(probability["a"]) > 0.999)
        #expect(try #require(probability["d"]) == 0)
        let b = try #require(probability["b"])
        let c = try #require(probability["c"])
        #expect(b + c >= 1 && (0.02...1).contains(b) && (0.02...1).contains(c))
        var lastLower = -Double.infinity
        for point in analysis.band {
            if let lower = point.lower {
                let upper = try #require(point.upper)
                #expect(lower <= upper && lower >= lastLower)
                lastLower = lower
            }
        }
        #expect(analysis.band.first?.lower == nil && analysis.band.count == 201)
        let observed = try #require(analysis.frontier.attained(at: 0.6))
        let nearest = try #require(analysis.band.min { abs($0.x - 0.6) < abs($1.x - 0.6) })
        #expect(try #require(nearest.lower) < observed && observed < #require(nearest.upper))
        for system in analysis.systems {
            let x = try #require(system.xInterval)
            let y = try #require(system.yInterval)
            #expect(x.contains(system.point.x) && y.contains(system.point.y))
        }
    }

    @Test func ellipsesLeanWithTheCorrelation() throws {
        var stream = RandomStream(seed: 9)
        let noise = (0..<60).map { _ in stream.nextNormal() }
        let other = (0..<60).map { _ in stream.nextNormal() }
        let x = try scores(noise)
        let rising = FrontierAnalysis.Input(name: "a", x: x, y: try scores(zip(noise, other).map { $0 + 0.3 * $1 }))
        let falling = FrontierAnalysis.Input(name: "b", x: x, y: try scores(zip(noise, other).map { -$0 + 0.3 * $1 }))
        let bootstrap = ArticleBootstrap(rootSeed: 3, draws: 1000)
        let systems = try FrontierAnalysis([rising, falling], bootstrap: bootstrap).systems
        let up = try #require(systems[0].ellipse)
        let down = try #require(systems[1].ellipse)
        #expect(up.angle > 0.2 && up.angle < .pi / 2 - 0.2, "\(up)")
        #expect(down.angle < -0.2 && down.angle > -.pi / 2 + 0.2, "\(down)")
        #expect(up.semiMajor > 1.5 * up.semiMinor)
    }

    @Test func differentArticleSetsAreRefused() throws {
        let a = FrontierAnalysis.Input(name: "a", x: try scores([1, 2, 3]), y: try scores([1, 2, 3]))
        let b = FrontierAnalysis.Input(name: "b", x: try scores([1, 2]), y: try scores([1, 2]))
        #expect(throws: StatisticsError.self) { try FrontierAnalysis([a, b], bootstrap: ArticleBootstrap(rootSeed: 1)) }
        let half = FrontierAnalysis.Input(name: "half", x: try scores([1, 2, 3]), y: try scores([1, 2]))
        #expect(throws: StatisticsError.self) { try FrontierAnalysis([half], bootstrap: ArticleBootstrap(rootSeed: 1)) }
        #expect(throws: StatisticsError.self) { try FrontierAnalysis([], bootstrap: ArticleBootstrap(rootSeed: 1)) }
    }

    @Test func oneArticleGivesPointsWithoutUncertainty() throws {
        let a = FrontierAnalysis.Input(name: "a", x: try scores([0.2]), y: try scores([0.6]))
        let analysis = try FrontierAnalysis([a], bootstrap: ArticleBootstrap(rootSeed: 1, draws: 100))
        #expect(analysis.systems[0].ellipse == nil && analysis.systems[0].xInterval == nil)
        #expect(analysis.systems[0].frontierProbability == 1)
    }
}
