import Foundation

/// An ellipse that holds a stated share of a two-dimensional normal cloud.
public struct Ellipse: Sendable, Codable, Hashable {
    public var centre: ParetoPoint
    public var semiMajor: Double
    public var semiMinor: Double
    /// Direction of the major axis, counter-clockwise from the x axis, in radians, in (-pi/2, pi/2].
    public var angle: Double

    /// The covariance ellipse `{v : (v - centre)' S^-1 (v - centre) <= -2 ln(1 - confidence)}`, the
    /// right side being the chi-squared quantile with two degrees of freedom.
    /// - Parameters:
    ///   - xs, ys: the cloud, at least two points.
    ///   - centre: drawn in the middle; the observed point rather than the cloud's mean.
    init?(cloudX xs: [Double], _ ys: [Double], centre: ParetoPoint, confidence: Double) {
        guard xs.count == ys.count, xs.count > 1 else { return nil }
        let n = Double(xs.count)
        let meanX = xs.reduce(0, +) / n
        let meanY = ys.reduce(0, +) / n
        var xx = 0.0
        var xy = 0.0
        var yy = 0.0
        for i in xs.indices {
            let dx = xs[i] - meanX
            let dy = ys[i] - meanY
            xx += dx * dx
            xy += dx * dy
            yy += dy * dy
        }
        self.init(
            covariance: (xx: xx / (n - 1), xy: xy / (n - 1), yy: yy / (n - 1)), centre: centre, confidence: confidence)
    }

    /// From a covariance matrix `[[xx, xy], [xy, yy]]`.
    public init(covariance: (xx: Double, xy: Double, yy: Double), centre: ParetoPoint, confidence: Double = 0.95) {
        let (xx, xy, yy) = covariance
        let middle = (xx + yy) / 2
        let spread = ((xx - yy) * (xx - yy) / 4 + xy * xy).squareRoot()
        let radiusSquared = -2 * log(1 - confidence)
        self.centre = centre
        semiMajor = (max(0, middle + spread) * radiusSquared).squareRoot()
        semiMinor = (max(0, middle - spread) * radiusSquared).squareRoot()
        angle = atan2(2 * xy, xx - yy) / 2
    }

    /// Points around the ellipse for drawing; the last equals the first.
    public func outline(segments: Int = 72) -> [ParetoPoint] {
        (0...segments).map { i in
            let t = 2 * Double.pi * Double(i % segments) / Double(segments)
            let u = semiMajor * cos(t)
            let v = semiMinor * sin(t)
            return ParetoPoint(
                x: centre.x + u * cos(angle) - v * sin(angle),
                y: centre.y + u * sin(angle) + v * cos(angle))
        }
    }
}
