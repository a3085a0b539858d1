/// Sets labels beside points so that none covers another label, a point or the edge of the drawing.
package enum LabelPlacement {
    package struct Box {
        package var left: Double
        package var top: Double
        package var right: Double
        package var bottom: Double

        package init(left: Double, top: Double, right: Double, bottom: Double) {
            self.left = left
            self.top = top
            self.right = right
            self.bottom = bottom
        }

        func overlap(_ other: Box) -> Double {
            max(0, min(right, other.right) - max(left, other.left)) * max(0, min(bottom, other.bottom) - max(top, other.top))
        }
    }

    /// gnuplot's names for which part of a text stands at its position.
    package enum Anchor: String, Sendable { case left, center, right }

    package struct Label {
        package var text: String
        /// The point it names, in pixels.
        package var x: Double
        package var y: Double
        var colour: Palette = .ink

        package init(text: String, x: Double, y: Double) {
            self.text = text
            self.x = x
            self.y = y
        }

        init(text: String, x: Double, y: Double, colour: Palette) {
            self.init(text: text, x: x, y: y)
            self.colour = colour
        }
    }

    package struct Placed {
        package var label: Label
        /// The end of the text's middle line that is nearer to the point, in pixels.
        package var x: Double
        package var y: Double
        package var anchor: Anchor
        /// Where a thin line from the point to the label should end; `nil` when the label is close by.
        package var leader: (x: Double, y: Double)?
    }

    package static let height = 15.0

    /// Width of text at 12 pixels. A generous average: fonts differ between readers' machines.
    package static func width(_ text: String) -> Double { Double(text.count) * 6.7 + 4 }

    /// - Parameters:
    ///   - bounds: the area that labels must stay in.
    ///   - obstacles: boxes that labels should not cover, besides the points themselves.
    /// - Complexity: O(labels * (labels + obstacles)).
    package static func place(_ labels: [Label], in bounds: Box, obstacles: [Box]) -> [Placed] {
        let points = labels.map { Box(left: $0.x - 6, top: $0.y - 6, right: $0.x + 6, bottom: $0.y + 6) }
        // The most crowded points choose first: they have the fewest places left.
        let crowding = labels.map { label in
            labels.reduce(0.0) { sum, other in
                let (dx, dy) = (label.x - other.x, label.y - other.y)
                return sum + 1 / (1 + (dx * dx + 4 * dy * dy) / 3600)
            }
        }
        let order = labels.indices.sorted { (-crowding[$0], $0) < (-crowding[$1], $1) }
        var taken: [Box] = []
        var placed: [Placed?] = Array(repeating: nil, count: labels.count)
        for index in order {
            let label = labels[index]
            let best = candidates(label).min { first, second in
                cost(first, bounds, points, taken, obstacles) < cost(second, bounds, points, taken, obstacles)
            }
            guard let best else { continue }
            taken.append(best.box)
            let isFar = best.distance > 16
            placed[index] = Placed(
                label: label,
                // Anchored on the point's side, so that a text narrower than estimated leaves no gap.
                x: best.anchor == .left
                    ? best.box.left + 2 : best.anchor == .right ? best.box.right - 2 : (best.box.left + best.box.right) / 2,
                y: (best.box.top + best.box.bottom) / 2, anchor: best.anchor,
                leader: isFar
                    ? (
                        min(max(label.x, best.box.left), best.box.right),
                        min(max(label.y, best.box.top), best.box.bottom)
                    ) : nil)
        }
        return placed.compactMap { $0 }
    }

    private struct Candidate {
        var box: Box
        var distance: Double
        var preference: Double
        var anchor: Anchor
    }

    private static func candidates(_ label: Label) -> [Candidate] {
        let width = width(label.text)
        var all: [Candidate] = []
        for distance in [9.0, 14, 20, 30, 44, 60, 80, 104] {
            // Directions in order of preference: right, left, above, below, then the corners.
            let directions: [(Double, Double)] = [
                (1, 0), (-1, 0), (0, -1), (0, 1), (0.8, -0.7), (0.8, 0.7), (-0.8, -0.7), (-0.8, 0.7),
            ]
            for (rank, (dx, dy)) in directions.enumerated() {
                let x = label.x + dx * distance
                let y = label.y + dy * distance * 1.1
                let left = dx > 0 ? x : dx < 0 ? x - width : x - width / 2
                let top = dy > 0 ? y - 2 : dy < 0 ? y - height + 2 : y - height / 2
                all.append(Candidate(
                    box: Box(left: left, top: top, right: left + width, bottom: top + height), distance: distance,
                    preference: Double(rank) * 1.5,
                    anchor: dx > 0 ? .left : dx < 0 ? .right : .center))
            }
        }
        return all
    }

    private static func cost(_ candidate: Candidate, _ bounds: Box, _ points: [Box], _ taken: [Box], _ obstacles: [Box]) -> Double {
        let box = candidate.box
        let area = (box.right - box.left) * (box.bottom - box.top)
        let outside = area - box.overlap(bounds)
        let hard = taken.reduce(0) { $0 + box.overlap($1) } + points.reduce(0) { $0 + box.overlap($1) } + outside
        let soft = obstacles.reduce(0) { $0 + box.overlap($1) }
        return hard * 40 + soft * 0.6 + candidate.distance + candidate.preference
    }
}
