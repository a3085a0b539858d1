import Statistics

/// The published systems as hollow grey marks beside ours, on the one pair of measures that was
/// published for both: median compression and the share of articles with three answers right or more.
struct PublishedFigure {
    let analysis: StudyAnalysis

    private struct Mark {
        var label: String
        var x: Double
        var y: Estimate
        var style: SeriesStyle?
    }

    private func marks() throws -> [Mark] {
        let ours = analysis.systems.map { system in
            Mark(
                label: system.label, x: system.medianCompression.value * 100, y: system.atLeast3.estimate(),
                style: .of(system.system.kind))
        }
        let published = try PublishedSystem.all.map { system in
            Mark(
                label: "published: \(system.label)", x: system.medianCompression.value,
                y: try PublishedSystem.proportion(system.atLeast3).estimate(), style: nil)
        }
        return ours + published
    }

    func figure() throws -> Figure? {
        guard !analysis.systems.isEmpty else { return nil }
        let marks = try marks()
        return Figure(
            id: "published", title: "Figure 2. Beside the published values.",
            description: "Share of articles with at least three answers right against median compression. "
                + marks.map { "\($0.label): \(NumberFormat.fixed($0.x, decimals: 1)) %, \(NumberFormat.percent($0.y))" }.joined(separator: "; ") + ".",
            caption: [
                "Hollow grey marks: the published values with Wilson bars of our own (n = 1,050). ",
                .strong("Not comparable: other model, other data."), " Mean accuracy was not published, so the share with three or more right stands in for it.",
            ],
            plot: plot(marks), data: [
                Table(
                    id: "published-data", caption: "Data of Figure 2", columns: [
                        .init("System", alignment: .leading), .init("Median compression", detail: "%"), .init("≥ 3 correct"),
                    ],
                    rows: marks.map { mark in
                        .init([
                            .init(mark.label), .init(NumberFormat.fixed(mark.x, decimals: 2), value: mark.x), .percent(mark.y),
                        ])
                    })
            ])
    }

    private func plot(_ marks: [Mark]) -> Plot {
        let (width, height) = (760.0, 400.0)
        let area = PlotArea(
            width: width, height: height, left: 62, right: width - 18, top: 16, bottom: height - 62,
            x: AxisTicks.range(marks.map(\.x), padding: 0.12, limits: 0...200),
            y: AxisTicks.range(
                marks.flatMap { [$0.y.interval?.lower ?? $0.y.value, $0.y.interval?.upper ?? $0.y.value].map { $0 * 100 } }, limits: 0...100))
        var script = GnuplotScript(id: "published", width: Int(width), height: Int(height))
        script.add(area.settings)
        script.add("set xtics \(GnuplotScript.number(AxisTicks.step(over: area.x.upperBound - area.x.lowerBound)))")
        script.add("set ytics \(GnuplotScript.number(AxisTicks.step(over: area.y.upperBound - area.y.lowerBound, count: 5)))")
        script.add("set xlabel \(GnuplotScript.quoted("Median compression, %"))")
        script.add("set ylabel \(GnuplotScript.quoted("Articles with at least 3 of 5 right, %"))")
        let labels = marks.map { mark in
            let pixel = area.pixel(ParetoPoint(x: mark.x, y: mark.y.value * 100))
            return LabelPlacement.Label(
                text: mark.label, x: pixel.x, y: pixel.y, colour: mark.style == nil ? .muted : .ink)
        }
        let bars = marks.map { mark in
            let low = area.pixel(ParetoPoint(x: mark.x, y: (mark.y.interval?.lower ?? mark.y.value) * 100))
            let high = area.pixel(ParetoPoint(x: mark.x, y: (mark.y.interval?.upper ?? mark.y.value) * 100))
            return LabelPlacement.Box(left: low.x - 2, top: high.y, right: low.x + 2, bottom: low.y)
        }
        let bounds = LabelPlacement.Box(left: area.left + 4, top: area.top, right: area.right, bottom: area.bottom - 4)
        script.addPointLabels(labels, in: bounds, obstacles: bars, area: area)
        var data = GnuplotData(comment: "median compression %, share with >= 3 right %, its lower and upper bound; one system a line")
        var layers: [String] = []
        for (index, mark) in marks.enumerated() {
            data.row([
                mark.x, mark.y.value * 100, (mark.y.interval?.lower ?? mark.y.value) * 100,
                (mark.y.interval?.upper ?? mark.y.value) * 100,
            ])
            let colour = GnuplotScript.colour(mark.style?.colour ?? .muted)
            layers.append("'published.dat' every ::\(index)::\(index) using 1:3:(0):($4-$3) with vectors nohead lw 1.2 \(colour)")
            layers.append(
                "'published.dat' every ::\(index)::\(index) using 1:2 with points pt \(mark.style?.pointType ?? 6) ps 1.15 lw 1.6 \(colour)")
        }
        script.plot(layers)
        return Plot(id: "published", script: script.text, data: [.init(name: "published.dat", content: data.text)])
    }
}
