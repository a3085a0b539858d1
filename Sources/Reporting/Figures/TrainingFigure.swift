import Statistics

/// Metrics of training runs step by step: raw values faint, smoothed values strong.
struct TrainingFigure {
    struct Panel: Sendable {
        var title: String
        /// Metrics drawn in the panel; the first is solid, the second dashed.
        var keys: [String]
        /// A value worth a line of its own, such as ln 2 for the loss before training.
        var reference: Double?
    }

    static let panels = [
        Panel(title: "loss", keys: ["loss"], reference: nil),
        Panel(title: "reward margin", keys: ["rewards/margins"], reference: 0),
        Panel(title: "reward accuracy", keys: ["rewards/accuracies"], reference: 0.5),
        Panel(title: "log-probs: chosen, rejected (dashed)", keys: ["logps/chosen", "logps/rejected"], reference: nil),
        Panel(title: "KL to the reference", keys: ["kl"], reference: 0),
    ]

    /// Raw points drawn per line: more cannot be told apart at this size.
    static let maximumPoints = 240

    let curves: [TrainingCurve]
    let part: Int
    let number: Int

    /// One figure per experiment and seven runs.
    static func all(_ curves: [TrainingCurve], firstNumber: Int) -> [TrainingFigure] {
        var groups: [[TrainingCurve]] = []
        for curve in curves where !curve.points.isEmpty {
            if let last = groups.last, let first = last.first, first.experiment == curve.experiment, last.count < SeriesStyle.lineCount {
                groups[groups.count - 1].append(curve)
            } else {
                groups.append([curve])
            }
        }
        return groups.enumerated().map { TrainingFigure(curves: $0.element, part: $0.offset + 1, number: firstNumber + $0.offset) }
    }

    private var id: String { "training-\(part)" }
    private var shown: [Panel] {
        Self.panels.filter { panel in
            curves.contains { curve in curve.points.contains { point in panel.keys.contains { point.metrics[$0] != nil } } }
        }
    }

    func figure() -> Figure {
        Figure(
            id: id, title: "Figure \(number). Training, \(curves.first?.experiment ?? "").",
            description: "Curves of \(Prose.list(shown.map(\.title))) for \(Prose.list(curves.map(\.label))), by step.",
            caption: ["Faint: each step. Strong: an exponential average over about a twentieth of the run."], plot: plot(), data: [table()])
    }

    private func table() -> Table {
        let keys = shown.flatMap(\.keys)
        return Table(
            id: "\(id)-data", caption: "Smoothed values at the end of each run", columns: [
                .init("Run", alignment: .leading), .init("Steps"),
            ] + keys.map { .init($0) },
            rows: curves.map { curve in
                .init([
                    .init(curve.diverged ? "\(curve.label), diverged" : curve.label),
                    .init("\(curve.points.last?.step ?? 0)"),
                ] + keys.map { key in
                    guard let value = smoothed(curve, key).last?.1 else { return .missing }
                    return .init(NumberText.significant(value), value: value)
                })
            })
    }

    private func raw(_ curve: TrainingCurve, _ key: String) -> [(Double, Double)] {
        curve.points.compactMap { point in point.metrics[key].map { (Double(point.step), $0) } }.filter { $0.1.isFinite }
    }

    /// Exponential average, corrected for its start (as in Adam), so that it begins at the first value.
    private func smoothed(_ curve: TrainingCurve, _ key: String) -> [(Double, Double)] {
        let values = raw(curve, key)
        let decay = 1 - 1 / max(1, Double(values.count) / 20)
        var average = 0.0
        var weight = 0.0
        return values.map { step, value in
            average = decay * average + (1 - decay) * value
            weight = decay * weight + (1 - decay)
            return (step, average / weight)
        }
    }

    private func plot() -> Plot {
        let (width, height) = (760.0, 510.0)
        var script = GnuplotScript(id: id, width: Int(width), height: Int(height))
        script.add("set multiplot")
        script.add("set tics font \(GnuplotScript.quoted(",11"))")
        var data = GnuplotData(comment: "step, raw, smoothed; blocks in the order of the plot commands")
        var block = 0
        for (index, panel) in shown.enumerated() {
            place(index, in: &script, width: width, height: height)
            script.add("set title \(GnuplotScript.quoted(panel.title)) offset 0,-0.7 font \(GnuplotScript.quoted(",12")) tc rgb \(GnuplotScript.quoted(Palette.ink.light))")
            script.add("unset arrow; unset label; set xrange [*:*]; set yrange [*:*]; set xtics autofreq; set ytics autofreq")
            if let reference = panel.reference {
                script.add("set arrow from graph 0,first \(reference) to graph 1,first \(reference) nohead back lw 1 \(GnuplotScript.colour(.muted))")
            }
            script.add("set xlabel \(GnuplotScript.quoted("step")) offset 0,0.4 font \(GnuplotScript.quoted(",11"))")
            var faint: [String] = []
            var strong: [String] = []
            for (number, curve) in curves.enumerated() {
                for (keyIndex, key) in panel.keys.enumerated() {
                    let points = zip(raw(curve, key), smoothed(curve, key)).map { ($0.0, $0.1, $1.1) }
                    guard !points.isEmpty else { continue }
                    let every = max(1, (points.count + Self.maximumPoints - 1) / Self.maximumPoints)
                    for (index, point) in points.enumerated() where index.isMultiple(of: every) || index == points.count - 1 {
                        data.row([point.0, point.1, point.2])
                    }
                    data.endBlock()
                    let hex = SeriesStyle.line(number).light.dropFirst()
                    let dash = keyIndex == 0 ? "" : " dt (5,3)"
                    // Two hexadecimal digits before the colour are its transparency.
                    faint.append("'\(id).dat' index \(block) using 1:2 with lines lc rgb '#b4\(hex)' lw 0.8")
                    strong.append("'\(id).dat' index \(block) using 1:3 with lines lc rgb '#\(hex)' lw 1.8\(dash)")
                    block += 1
                }
            }
            script.plot(faint + strong)
        }
        legend(in: &script, width: width, height: height)
        script.add("unset multiplot")
        return Plot(id: id, script: script.text, data: [.init(name: "\(id).dat", content: data.text)])
    }

    private func place(_ index: Int, in script: inout GnuplotScript, width: Double, height: Double) {
        let (column, row) = (Double(index % 3), Double(index / 3))
        let left = 52 + column * (width - 10) / 3
        let top = 26 + row * height / 2
        func screen(_ value: Double, _ whole: Double) -> String { NumberFormat.fixed(value / whole, decimals: 5) }
        script.add("set lmargin at screen \(screen(left, width)); set rmargin at screen \(screen(left + width / 3 - 72, width))")
        script.add("set tmargin at screen \(screen(height - top, height)); set bmargin at screen \(screen(height - top - height / 2 + 84, height))")
    }

    /// The cell after the last panel names the lines.
    private func legend(in script: inout GnuplotScript, width: Double, height: Double) {
        place(shown.count, in: &script, width: width, height: height)
        script.add("unset arrow; unset label; unset title; unset xlabel; unset border; unset tics; unset grid")
        script.add("set xrange [0:1]; set yrange [0:1]")
        for (index, curve) in curves.enumerated() {
            let y = 0.95 - Double(index) * 0.13
            let text = curve.diverged ? "\(curve.label), diverged" : curve.label
            script.add("set arrow from -0.12,\(NumberText.plain(y)) to 0,\(NumberText.plain(y)) nohead lw 2.4 \(GnuplotScript.colour(SeriesStyle.line(index)))")
            script.label(text, x: 0.06, y: y, size: 11)
        }
        script.add("plot 2 with lines")
    }
}
