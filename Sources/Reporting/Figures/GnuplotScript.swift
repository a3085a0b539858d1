import Statistics

/// Builds a gnuplot script line by line. Text enters only as a quoted string.
struct GnuplotScript {
    private(set) var text: String

    /// - Parameters:
    ///   - id: stem of the figure's files.
    ///   - width, height: of the drawing, in pixels.
    init(id: String, width: Int, height: Int) {
        text = """
            # Draws \(Plot.drawing(of: id)) from the data files beside this script: gnuplot \(id).gp
            # \(id).svg is the same drawing with a title, a description, and colours for light and dark pages.
            set encoding utf8
            set terminal svg size \(width),\(height) dynamic noenhanced font \(Self.quoted("Helvetica,13"))
            set output \(Self.quoted(Plot.drawing(of: id)))
            set border 3 lc rgb \(Self.quoted(Palette.muted.light)) lw 1
            set tics nomirror scale 0.5 tc rgb \(Self.quoted(Palette.ink.light))
            set grid back lc rgb \(Self.quoted(Palette.grid.light)) lt 1 lw 1
            unset key

            """
    }

    mutating func add(_ line: String) { text += line + "\n" }

    /// A plot command of several layers, each on its own line.
    mutating func plot(_ layers: [String]) {
        guard !layers.isEmpty else { return }
        add("plot " + layers.joined(separator: ", \\\n     "))
    }

    mutating func label(
        _ content: String, x: Double, y: Double, anchor: String = "left", colour: Palette = .ink, size: Int = 12,
        system: String = "first"
    ) {
        add(
            "set label \(Self.quoted(content)) at \(system) \(Self.number(x)),\(system) \(Self.number(y)) \(anchor) front "
                + "font \(Self.quoted(",\(size)")) tc rgb \(Self.quoted(colour.light))")
    }

    /// A single-quoted gnuplot string, in which nothing is substituted; a quote is doubled.
    static func quoted(_ text: String) -> String {
        let line = String(String.UnicodeScalarView(VisibleText.of(text).unicodeScalars.map { scalar in
            scalar == "\n" || scalar == "\t" ? " " : scalar
        }))
        return "'" + Escaping.replacing(in: line) { $0 == UInt8(ascii: "'") ? "''" : nil } + "'"
    }

    static func colour(_ palette: Palette) -> String { "lc rgb \(quoted(palette.light))" }

    static func number(_ value: Double) -> String { NumberText.significant(value, digits: 8) }
}

/// Columns of a data file, `?` for a missing value; blocks are set apart by two empty lines.
struct GnuplotData {
    private(set) var text = ""

    init(comment: String) { text = "# \(comment)\n" }

    mutating func row(_ values: [Double?]) {
        text += values.map { $0.map(GnuplotScript.number) ?? "?" }.joined(separator: " ") + "\n"
    }

    mutating func blank() { text += "\n" }
    mutating func endBlock() { text += "\n\n" }
}

/// The plot area of a drawing and its ranges: where a data point falls, in pixels from the top left.
struct PlotArea {
    var width: Double
    var height: Double
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double
    var x: ClosedRange<Double>
    var y: ClosedRange<Double>

    func pixel(_ point: ParetoPoint) -> (x: Double, y: Double) {
        (
            left + (point.x - x.lowerBound) / (x.upperBound - x.lowerBound) * (right - left),
            bottom - (point.y - y.lowerBound) / (y.upperBound - y.lowerBound) * (bottom - top)
        )
    }

    func point(x px: Double, y py: Double) -> ParetoPoint {
        ParetoPoint(
            x: x.lowerBound + (px - left) / (right - left) * (x.upperBound - x.lowerBound),
            y: y.lowerBound + (bottom - py) / (bottom - top) * (y.upperBound - y.lowerBound))
    }

    /// gnuplot settings that make the drawing agree with this area, whatever the fonts are.
    var settings: String {
        func screen(_ value: Double, of whole: Double) -> String { NumberFormat.fixed(value / whole, decimals: 6) }
        return """
            set lmargin at screen \(screen(left, of: width))
            set rmargin at screen \(screen(right, of: width))
            set tmargin at screen \(screen(height - top, of: height))
            set bmargin at screen \(screen(height - bottom, of: height))
            set xrange [\(GnuplotScript.number(x.lowerBound)):\(GnuplotScript.number(x.upperBound))]
            set yrange [\(GnuplotScript.number(y.lowerBound)):\(GnuplotScript.number(y.upperBound))]
            """
    }
}

/// Round steps for an axis.
enum AxisTicks {
    /// About `count` steps of 1, 2, 2.5 or 5 times a power of ten.
    static func step(over width: Double, count: Int = 6) -> Double {
        guard width > 0, width.isFinite else { return 1 }
        var magnitude = 1.0
        let rough = width / Double(count)
        while magnitude > rough { magnitude /= 10 }
        while magnitude * 10 <= rough { magnitude *= 10 }
        let steps = [1, 2, 2.5, 5, 10].map { $0 * magnitude }
        return steps.first { $0 >= rough * 0.999 } ?? rough
    }

    /// The values widened by a share of their width on both sides, within `limits`.
    static func range(_ values: [Double], padding: Double = 0.06, limits: ClosedRange<Double>) -> ClosedRange<Double> {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return 0...1 }
        let pad = max((high - low) * padding, 1e-3 * max(1, high.magnitude))
        let lower = max(limits.lowerBound, low - pad)
        let upper = min(limits.upperBound, high + pad)
        return lower < upper ? lower...upper : lower...(lower + 1)
    }
}

extension GnuplotScript {
    /// Names every point, with a thin line to those names that found no place close by.
    mutating func addPointLabels(
        _ labels: [LabelPlacement.Label], in bounds: LabelPlacement.Box, obstacles: [LabelPlacement.Box], area: PlotArea
    ) {
        for placed in LabelPlacement.place(labels, in: bounds, obstacles: obstacles) {
            let at = area.point(x: placed.x, y: placed.y)
            label(placed.label.text, x: at.x, y: at.y, anchor: placed.anchor.rawValue, colour: placed.label.colour)
            guard let leader = placed.leader else { continue }
            let from = area.point(x: placed.label.x, y: placed.label.y)
            let to = area.point(x: leader.x, y: leader.y)
            add(
                "set arrow from \(Self.number(from.x)),\(Self.number(from.y)) to \(Self.number(to.x)),\(Self.number(to.y)) "
                    + "nohead back lw 0.7 \(Self.colour(.muted))")
        }
    }
}
