import Statistics

/// Figure 1: accuracy against compression, the frontier with its uncertainty, every system named.
struct FrontierFigure {
    static let width = 760.0
    static let height = 520.0

    let analysis: StudyAnalysis
    let frontier: FrontierAnalysis

    init?(_ analysis: StudyAnalysis) {
        guard let frontier = analysis.frontier, !frontier.systems.isEmpty else { return nil }
        self.analysis = analysis
        self.frontier = frontier
    }

    func figure() -> Figure {
        Figure(
            id: "frontier", title: "Figure 1. Accuracy against compression.", description: description,
            caption: [.text(reading)], plot: plot(), data: [dataTable])
    }

    // MARK: Words

    private var onFrontier: [SystemAnalysis] {
        frontier.systems.filter(\.isOnFrontier).compactMap { system in analysis.systems.first { $0.name == system.name } }
    }

    private var reading: String {
        let names = onFrontier.map(\.label)
        let list = Prose.list(names)
        return """
            Up and left is better. On the observed frontier: \(list). Each ellipse holds 95 % of the joint bootstrap \
            over articles; the band holds the middle 80 % of the frontiers that such resampling gives.
            """
    }

    private var description: String {
        let points = frontier.systems.map { system in
            let label = analysis.systems.first { $0.name == system.name }?.label ?? system.name
            return "\(label): median compression \(percent(system.point.x)) %, accuracy \(percent(system.point.y)) %"
        }
        return "Scatter plot of \(points.count) systems. " + points.joined(separator: "; ") + "."
    }

    private func percent(_ share: Double) -> String { NumberFormat.fixed(share * 100, decimals: 1) }

    private var dataTable: Table {
        Table(
            id: "frontier-data", caption: "Data of Figure 1", columns: [
                .init("System", alignment: .leading), .init("Median compression", detail: "%"), .init("Accuracy", detail: "%"),
                .init("On the frontier"), .init("P(on frontier)"),
            ],
            rows: zip(analysis.systems, frontier.systems).map { system, point in
                .init([
                    .init(system.label),
                    .percent(Estimate(
                        value: point.point.x, interval: point.xInterval, confidence: 0.95, count: system.count), runs: system.runs),
                    .percent(Estimate(
                        value: point.point.y, interval: point.yInterval, confidence: 0.95, count: system.count), runs: system.runs),
                    .init(point.isOnFrontier ? "yes" : "no"),
                    .init(NumberFormat.fixed(point.frontierProbability, decimals: 2), value: point.frontierProbability),
                ])
            })
    }

    // MARK: Drawing. Both axes are in per cent.

    private func scaled(_ point: ParetoPoint) -> ParetoPoint { ParetoPoint(x: point.x * 100, y: point.y * 100) }

    private func outline(_ system: FrontierAnalysis.System) -> [ParetoPoint] {
        (system.ellipse?.outline(segments: 60) ?? []).map(scaled)
    }

    private var area: PlotArea {
        let extents = frontier.systems.flatMap { outline($0) + [scaled($0.point)] }
        return PlotArea(
            width: Self.width, height: Self.height, left: 62, right: Self.width - 18, top: 16, bottom: Self.height - 62,
            x: AxisTicks.range(extents.map(\.x), limits: 0...200), y: AxisTicks.range(extents.map(\.y), limits: 0...100))
    }

    func plot() -> Plot {
        let area = area
        var script = GnuplotScript(id: "frontier", width: Int(Self.width), height: Int(Self.height))
        script.add(area.settings)
        script.add("set xtics \(GnuplotScript.number(AxisTicks.step(over: area.x.upperBound - area.x.lowerBound)))")
        script.add("set ytics \(GnuplotScript.number(AxisTicks.step(over: area.y.upperBound - area.y.lowerBound)))")
        script.add("set xlabel \(GnuplotScript.quoted("Median compression: summary words / article words, %"))")
        script.add("set ylabel \(GnuplotScript.quoted("Accuracy: questions answered correctly, %"))")
        let corner = area.point(x: area.left + 10, y: area.top + 12)
        script.label("↖ better: shorter and more accurate", x: corner.x, y: corner.y, colour: .muted)
        addLabels(to: &script, area)
        script.plot(layers())
        return Plot(id: "frontier", script: script.text, data: [
            .init(name: "frontier-points.dat", content: pointData()),
            .init(name: "frontier-ellipses.dat", content: ellipseData()),
            .init(name: "frontier-line.dat", content: lineData(area)),
        ])
    }

    private func addLabels(to script: inout GnuplotScript, _ area: PlotArea) {
        let labels = zip(analysis.systems, frontier.systems).map { system, point in
            let pixel = area.pixel(scaled(point.point))
            return LabelPlacement.Label(text: system.label, x: pixel.x, y: pixel.y)
        }
        let bounds = LabelPlacement.Box(left: area.left + 4, top: area.top + 20, right: area.right, bottom: area.bottom - 4)
        let line = frontier.frontier.staircase(from: 0, to: area.x.upperBound / 100).map { area.pixel(scaled($0)) }
        let segments = zip(line, line.dropFirst()).map { a, b in
            LabelPlacement.Box(
                left: min(a.x, b.x) - 1, top: min(a.y, b.y) - 1, right: max(a.x, b.x) + 1, bottom: max(a.y, b.y) + 1)
        }
        script.addPointLabels(labels, in: bounds, obstacles: segments, area: area)
    }

    private func layers() -> [String] {
        var layers = [
            "'frontier-line.dat' index 0 using 1:2:3 with filledcurves \(GnuplotScript.colour(.muted)) fs transparent solid 0.16 noborder",
            "'frontier-line.dat' index 1 using 1:2 with lines \(GnuplotScript.colour(.muted)) lw 1.6 dt (6,4)",
        ]
        for (index, system) in analysis.systems.enumerated() {
            let style = SeriesStyle.of(system.system.kind)
            if frontier.systems[index].ellipse != nil {
                layers.append(
                    "'frontier-ellipses.dat' index \(index) using 1:2 with filledcurves closed \(GnuplotScript.colour(style.colour)) fs transparent solid 0.13 noborder")
                layers.append(
                    "'frontier-ellipses.dat' index \(index) using 1:2 with lines \(GnuplotScript.colour(style.colour)) lw 0.9")
            }
        }
        for (index, system) in analysis.systems.enumerated() {
            let style = SeriesStyle.of(system.system.kind)
            layers.append(
                "'frontier-points.dat' every ::\(index)::\(index) using 1:2 with points pt \(style.pointType) ps 1.15 lw 1.6 \(GnuplotScript.colour(style.colour))")
        }
        return layers
    }

    private func pointData() -> String {
        var data = GnuplotData(comment: "median compression %, accuracy %; one system a line: "
            + analysis.systems.map(\.name).joined(separator: " ").filter { !$0.isNewline })
        for system in frontier.systems {
            let point = scaled(system.point)
            data.row([point.x, point.y])
        }
        return data.text
    }

    private func ellipseData() -> String {
        var data = GnuplotData(comment: "95 % ellipses, in the order of frontier-points.dat: x %, y %")
        for system in frontier.systems {
            let outline = outline(system)
            for point in outline.isEmpty ? [scaled(system.point)] : outline { data.row([point.x, point.y]) }
            data.endBlock()
        }
        return data.text
    }

    private func lineData(_ area: PlotArea) -> String {
        var data = GnuplotData(comment: "10-90 % attainment band: x %, lower %, upper %; then the observed frontier: x %, y %")
        for point in frontier.band where area.x.contains(point.x * 100) {
            // Where fewer than nine draws in ten attain anything the band reaches down to the axis.
            guard let upper = point.upper else { continue }
            data.row([point.x * 100, (point.lower.map { $0 * 100 } ?? area.y.lowerBound), upper * 100])
        }
        data.endBlock()
        for corner in frontier.frontier.staircase(from: area.y.lowerBound / 100, to: area.x.upperBound / 100) {
            data.row([corner.x * 100, corner.y * 100])
        }
        return data.text
    }
}
