import Foundation

/// The standard normal distribution.
package enum NormalDistribution {
    package static func cdf(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

    /// Inverse of `cdf`, to full precision: a rational start (Abramowitz & Stegun 26.2.23) refined by
    /// Halley's method.
    /// - Precondition: `0 < p < 1`.
    package static func quantile(_ p: Double) -> Double {
        precondition(p > 0 && p < 1, "a probability strictly between 0 and 1 is needed")
        // Work in the lower tail, where `cdf` keeps its relative precision.
        if p > 0.5 { return -quantile(1 - p) }
        let t = (-2 * log(p)).squareRoot()
        var x = -(t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))))
        for _ in 0..<4 {
            let error = (cdf(x) - p) * (2 * Double.pi).squareRoot() * exp(x * x / 2)
            x -= error / (1 + x * error / 2)
        }
        return x
    }

    /// Half-width of a two-sided interval in standard errors: 1.96 at 0.95.
    package static func twoSidedQuantile(confidence: Double) -> Double {
        precondition(confidence > 0 && confidence < 1, "a confidence strictly between 0 and 1 is needed")
        return -quantile((1 - confidence) / 2)
    }
}

/// Student's t distribution.
package enum StudentT {
    /// `P(|T| >= |t|)`.
    package static func twoSidedTail(_ t: Double, degreesOfFreedom: Double) -> Double {
        if t.isInfinite { return 0 }
        return regularizedIncompleteBeta(
            degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5)
    }

    /// `t` with `P(|T| <= t) = confidence`, by bisection.
    package static func twoSidedQuantile(confidence: Double, degreesOfFreedom: Double) -> Double {
        precondition(confidence > 0 && confidence < 1, "a confidence strictly between 0 and 1 is needed")
        let tail = 1 - confidence
        var low = 0.0
        var high = 1.0
        while twoSidedTail(high, degreesOfFreedom: degreesOfFreedom) > tail { high *= 2 }
        while true {
            let middle = low + (high - low) / 2
            if middle <= low || middle >= high { return middle }
            if twoSidedTail(middle, degreesOfFreedom: degreesOfFreedom) > tail { low = middle } else { high = middle }
        }
    }
}

/// The binomial distribution with success probability one half, as in the sign test.
package enum FairBinomial {
    /// `P(X <= k)` for `X ~ Binomial(n, 1/2)`, summed exactly from the far tail inwards.
    package static func cdf(_ k: Int, trials n: Int) -> Double {
        if k < 0 { return 0 }
        if k >= n { return 1 }
        if 2 * k + 1 > n { return 1 - cdf(n - k - 1, trials: n) }
        // From the largest term down, so that the sum needs no term that underflows.
        let logLargest = lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1)) - Double(n) * log(2)
        var ratio = 1.0
        var sum = 0.0
        for i in stride(from: k, through: 0, by: -1) {
            sum += ratio
            ratio *= Double(i) / Double(n - i + 1)
            if ratio < 1e-18 * sum { break }
        }
        return min(1, exp(logLargest) * sum)
    }
}

/// The regularised incomplete beta function `I_x(a, b)`, by Lentz's continued fraction
/// (DLMF 8.17.22).
func regularizedIncompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // The fraction converges quickly below the mean; use the symmetry above it.
    if x > (a + 1) / (a + b + 2) { return 1 - regularizedIncompleteBeta(1 - x, b, a) }
    let logFront = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    d = 1 / (abs(d) < tiny ? tiny : d)
    var fraction = d
    for m in 1...10_000 {
        let m = Double(m)
        let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 + even * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + even / c
        if abs(c) < tiny { c = tiny }
        fraction *= d * c
        let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 + odd * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + odd / c
        if abs(c) < tiny { c = tiny }
        let step = d * c
        fraction *= step
        if abs(step - 1) < 1e-15 { break }
    }
    return exp(logFront) * fraction / a
}
