/// A system as a point: smaller `x` is better (compression), larger `y` is better (accuracy).
public struct ParetoPoint: Sendable, Codable, Hashable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    /// No worse in both and better in one. A point does not dominate its equal.
    public func dominates(_ other: ParetoPoint) -> Bool {
        x <= other.x && y >= other.y && (x < other.x || y > other.y)
    }
}

/// The points that no other point dominates.
public struct ParetoFrontier: Sendable, Codable, Hashable {
    /// Per point given, whether it lies on the frontier. Equal points share their fate.
    public let isMember: [Bool]
    /// The distinct frontier points by ascending `x`, and so by ascending `y`.
    public let points: [ParetoPoint]

    /// - Complexity: O(n log n).
    public init(_ points: [ParetoPoint]) {
        let order = points.indices.sorted { Self.precedes(points[$0], points[$1]) }
        var isMember = Array(repeating: false, count: points.count)
        var members: [ParetoPoint] = []
        for index in order {
            if let last = members.last, points[index].y <= last.y {
                isMember[index] = points[index] == last
            } else {
                isMember[index] = true
                members.append(points[index])
            }
        }
        self.isMember = isMember
        self.points = members
    }

    /// Sweep order: along the bad direction of `x`; of equal `x` the best `y` first.
    static func precedes(_ first: ParetoPoint, _ second: ParetoPoint) -> Bool {
        first.x == second.x ? first.y > second.y : first.x < second.x
    }

    /// Best `y` that some point reaches with at most this `x`; `nil` left of the frontier.
    public func attained(at x: Double) -> Double? { points.last { $0.x <= x }?.y }

    /// Corners of the frontier's line in drawing order: up to the first point, then right and up by
    /// turns, then right to the edge. Join them by straight segments.
    /// - Parameters:
    ///   - floor: `y` at which the line starts below the first point.
    ///   - right: `x` at which it ends; ignored when it lies left of the last point.
    public func staircase(from floor: Double, to right: Double) -> [ParetoPoint] {
        guard let first = points.first, let last = points.last else { return [] }
        var corners: [ParetoPoint] = []
        if floor < first.y { corners.append(ParetoPoint(x: first.x, y: floor)) }
        for point in points {
            if let previous = corners.last, previous.y != point.y, previous.x != point.x {
                corners.append(ParetoPoint(x: point.x, y: previous.y))
            }
            corners.append(point)
        }
        if right > last.x { corners.append(ParetoPoint(x: right, y: last.y)) }
        return corners
    }
}
