import Foundation
import Statistics
import Testing

/// `Fixtures/reference.json`: values from SciPy, made by `Fixtures/generate.py`.
struct Reference: Decodable {
    struct NormalQuantile: Decodable { var p, value: Double }
    struct StudentTCase: Decodable { var degrees, confidence, quantile, t, tail: Double }
    struct Wilson: Decodable {
        var successes, trials: Int
        var confidence, lower, upper: Double
    }
    struct SignTestCase: Decodable {
        var wins, losses: Int
        var pValue: Double
    }
    struct Sample: Decodable {
        var first, second: [Double]
        var mean, median, medianLower, medianUpper, medianCoverage: Double
        var standardDeviation, standardError, tLower, tUpper, normalLower, pairedP: Double?
        var bootstrapLower, bootstrapUpper, bootstrapMedianLower, bootstrapMedianUpper: Double?
    }
    struct HolmCase: Decodable { var pValues, adjusted: [Double] }
    struct Kappa: Decodable {
        var table: [[Int]]
        var value, standardError: Double
    }
    struct Resolvable: Decodable {
        struct Paired: Decodable {
            var sd: Double
            var count: Int
            var value: Double
        }
        struct Share: Decodable {
            var reference: Double
            var count: Int
            var value: Double?
        }
        var paired: [Paired]
        var proportion, twoProportions: [Share]
    }
    struct EllipseCase: Decodable {
        var covariance: [[Double]]
        var semiMajor, semiMinor: Double
        var tanAngle: Double?
    }
    struct Stream: Decodable {
        var seed: String
        var outputs: [String]
    }

    var normalQuantile: [NormalQuantile]
    var studentT: [StudentTCase]
    var wilson: [Wilson]
    var signTest: [SignTestCase]
    var samples: [Sample]
    var holm: [HolmCase]
    var kappa: [Kappa]
    var resolvable: Resolvable
    var ellipse: [EllipseCase]
    var xoshiro: [Stream]

    static func load() throws -> Reference {
        let url = try #require(
            Bundle.module.url(forResource: "reference", withExtension: "json", subdirectory: "Fixtures"))
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
    }
}

/// Relative difference, absolute near zero.
func isClose(_ a: Double, _ b: Double, tolerance: Double = 1e-10) -> Bool {
    abs(a - b) <= tolerance * max(1e-3, abs(a), abs(b))
}

/// Scores with made-up article ids, `values[i]` belonging to article `i`.
func scores(_ values: [Double]) throws -> ArticleScores {
    try ArticleScores(values.enumerated().map { (articleID: articleID($0.offset), value: $0.element) })
}

func articleID(_ i: Int) -> String { "article-\(1000 + i)" }

extension RandomStream {
    /// A standard normal number, by the Box-Muller transform.
    mutating func nextNormal() -> Double {
        let radius = (-2 * log(1 - nextUnit())).squareRoot()
        return radius * cos(2 * .pi * nextUnit())
    }
}
