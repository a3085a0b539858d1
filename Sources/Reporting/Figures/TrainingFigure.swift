import Statistics

/// Metrics of training runs step by step: raw values faint, smoothed values strong.
struct TrainingFigure {
    struct Panel: Sendable {
        var title: String
        /// Metrics drawn in the panel as lines; the first is solid, the second dashed.
        var keys: [String]
        /// A metric measured now and then on articles held out, drawn as marks.
        var heldOut: String?
        /// A value worth a line of its own, such as ln 2 for the loss before training.
        var reference: Double?
    }

    static let panels = [
        Panel(title: "loss", keys: ["loss"], heldOut: "eval_loss", reference: nil),
        Panel(title: "reward margin", keys: ["rewards/margins"], heldOut: "eval_rewards/margins", reference: 0),
        Panel(title: "reward accuracy", keys: ["rewards/accuracies"], heldOut: "eval_rewards/accuracies", reference: 0.5),
        Panel(title: "log-probs: chosen, rejected (dashed)", keys: ["logps/chosen", "logps/rejected"], heldOut: nil, reference: nil),
        Panel(title: "KL to the reference", keys: ["kl"], heldOut: nil, reference: 0),
        Panel(title: "win rate, development", keys: [], heldOut: "eval_win_rate", reference: 0.5),
        Panel(title: "accuracy, development", keys: [], heldOut: "eval_accuracy", reference: nil),
        Panel(title: "words, development", keys: [], heldOut: "eval_words", reference: nil),
    ]

    /// Raw points drawn per line: more cannot be told apart at this size.
    static let maximumPoints = 240

    let curves: [TrainingCurve]
    let part: Int
    let number: Int

    /// One figure per experiment, more where it has more runs than a figure can tell apart; those share them evenly.
    static func all(_ curves: [TrainingCurve], firstNumber: Int) -> [TrainingFigure] {
        var experiments: [[TrainingCurve]] = []
        for curve in curves where !curve.points.isEmpty {
            if experiments.last?.first?.experiment == curve.experiment {
                experiments[experiments.count - 1].append(curve)
            } else {
                experiments.append([curve])
            }
        }
        let groups = experiments.flatMap { runs in
            let parts = (runs.count + SeriesStyle.lineCount - 1) / SeriesStyle.lineCount
            return (0..<parts).map { part in Array(runs[runs.count * part / parts..<runs.count * (part + 1) / parts]) }
        }
        return groups.enumerated().map { TrainingFigure(curves: $0.element, part: $0.offset + 1, number: firstNumber + $0.offset) }
    }

    private var id: String { "training-\(part)" }
    private var shown: [Panel] {
        Self.panels.filter { panel in
            curves.contains { curve in
                curve.points.contains { point in (panel.keys + (panel.heldOut.map { [$0] } ?? [])).contains { point.metrics[$0] != nil } }
            }
        }
    }

    private var hasHeldOut: Bool {
        shown.contains { panel in curves.contains { curve in panel.heldOut.map { !raw(curve, $0).isEmpty } ?? false } }
    }

    func figure() -> Figure {
        Figure(
            id: id, title: "Figure \(number). Training, \(curves.first?.experiment ?? "").",
            description: "Curves of \(Prose.list(shown.map(\.title))) for \(Prose.list(curves.map(\.label))), by step.",
            caption: [
                "Faint: each step. Strong: an exponential average over about a tenth of the run, four steps at least.",
                .text(hasHeldOut ? " Marks: measured on development articles on the way." : ""),
                .text(curves.contains(where: \.diverged) ? " ×: diverged; the run ends where it was stopped." : ""),
            ], plot: plot(), data: [table()])
    }

    private func table() -> Table {
        let keys = shown.flatMap(\.keys)
        let heldOut = shown.compactMap(\.heldOut)
        return Table(
            id: "\(id)-data", caption: "Data of Figure \(number): smoothed values at the end of each run; eval: the last measurement", columns: [
                .init("Run", alignment: .leading), .init("Steps"),
            ] + (keys + heldOut).map { .init($0) },
            rows: curves.map { curve in
                .init([
                    .init(curve.diverged ? "\(curve.label), diverged" : curve.label),
                    .init("\(curve.points.last?.step ?? 0)"),
                ] + keys.map { key in
                    guard let value = smoothed(curve, key).last?.1 else { return .missing }
                    return .init(NumberText.significant(value), value: value)
                } + heldOut.map { key in
                    raw(curve, key).last.map { .init(NumberText.significant($0.1), value: $0.1) } ?? .missing
                })
            })
    }

    private func raw(_ curve: TrainingCurve, _ key: String) -> [(Double, Double)] {
        curve.points.compactMap { point in point.metrics[key].map { (Double(point.step), $0) } }.filter { $0.1.isFinite }
    }

    /// Exponential average, corrected for its start (as in Adam), so that it begins at the first value.
    private func smoothed(_ curve: TrainingCurve, _ key: String) -> [(Double, Double)] {
        let values = raw(curve, key)
        let decay = 1 - 1 / max(4, Double(values.count) / 10)
        var average = 0.0
        var weight = 0.0
        return values.map { step, value in
            average = decay * average + (1 - decay) * value
            weight = decay * weight + (1 - decay)
            return (step, average / weight)
        }
    }

    private func plot() -> Plot {
        let rows = (shown.count + 1 + Self.columns - 1) / Self.columns
        let (width, height) = (760.0, Double(rows) * Self.rowHeight)
        var script = GnuplotScript(id: id, width: Int(width), height: Int(height))
        script.add("set multiplot")
        script.add("set tics font \(GnuplotScript.quoted(",11"))")
        var data = GnuplotData(comment: "step, raw, smoothed; blocks in the order of the plot commands")
        var block = 0
        for (index, panel) in shown.enumerated() {
            place(index, in: &script, width: width, height: height)
            script.add("set title \(GnuplotScript.quoted(panel.title)) offset 0,-0.7 font \(GnuplotScript.quoted(",12")) tc rgb \(GnuplotScript.quoted(Palette.ink.light))")
            script.add("unset arrow; unset label; set xtics \(GnuplotScript.number(AxisTicks.step(over: lastStep, count: 5)))")
            script.add("set xrange [0:\(GnuplotScript.number(lastStep))]")
            let y = range(panel)
            script.add("set yrange [\(GnuplotScript.number(y.lowerBound)):\(GnuplotScript.number(y.upperBound))]")
            script.add("set ytics \(GnuplotScript.number(AxisTicks.step(over: y.upperBound - y.lowerBound, count: 5)))")
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
                let marks = panel.heldOut.map { raw(curve, $0) } ?? []
                guard !marks.isEmpty else { continue }
                for mark in marks { data.row([mark.0, mark.1]) }
                data.endBlock()
                let line = SeriesStyle.line(number)
                if panel.keys.isEmpty { faint.append("'\(id).dat' index \(block) using 1:2 with lines \(GnuplotScript.colour(line)) lw 1") }
                strong.append(
                    "'\(id).dat' index \(block) using 1:2 with points pt \(Self.marks[number % Self.marks.count]) ps 0.8 lw 1.4 \(GnuplotScript.colour(line))")
                block += 1
            }
            script.plot(faint + strong)
        }
        legend(in: &script, width: width, height: height)
        script.add("unset multiplot")
        return Plot(id: id, script: script.text, data: [.init(name: "\(id).dat", content: data.text)])
    }

    private static let columns = 3
    private static let rowHeight = 255.0
    /// gnuplot's point types, so that marks are told apart by more than colour.
    private static let marks = [7, 5, 9, 13, 11, 15, 6]

    private var lastStep: Double { max(1, Double(curves.compactMap(\.points.last?.step).max() ?? 1)) }

    /// Of everything drawn in a panel. A diverged run's last values would flatten all others, so its line
    /// may leave the panel.
    private func range(_ panel: Panel) -> ClosedRange<Double> {
        let settled = curves.contains { !$0.diverged } ? curves.filter { !$0.diverged } : curves
        let values = settled.flatMap { curve in
            (panel.keys + (panel.heldOut.map { [$0] } ?? [])).flatMap { raw(curve, $0).map(\.1) }
        }
        return AxisTicks.range(values + (panel.reference.map { [$0] } ?? []), limits: -1e30...1e30)
    }

    private func place(_ index: Int, in script: inout GnuplotScript, width: Double, height: Double) {
        let (column, row) = (Double(index % Self.columns), Double(index / Self.columns))
        let left = 52 + column * (width - 10) / 3
        let top = 26 + row * Self.rowHeight
        func screen(_ value: Double, _ whole: Double) -> String { NumberFormat.fixed(value / whole, decimals: 5) }
        script.add("set lmargin at screen \(screen(left, width)); set rmargin at screen \(screen(left + width / 3 - 72, width))")
        script.add("set tmargin at screen \(screen(height - top, height)); set bmargin at screen \(screen(height - top - Self.rowHeight + 84, height))")
    }

    /// The cell after the last panel names the lines.
    private func legend(in script: inout GnuplotScript, width: Double, height: Double) {
        place(shown.count, in: &script, width: width, height: height)
        script.add("unset arrow; unset label; unset title; unset xlabel; unset border; unset tics; unset grid")
        script.add("set xrange [0:1]; set yrange [0:1]")
        for (index, curve) in curves.enumerated() {
            let y = 0.95 - Double(index) * 0.13
            let text = curve.diverged ? "× \(curve.label)" : curve.label
            script.add("set arrow from -0.28,\(NumberText.plain(y)) to -0.16,\(NumberText.plain(y)) nohead lw 2.4 \(GnuplotScript.colour(SeriesStyle.line(index)))")
            if hasHeldOut {
                script.add(
                    "set label '' at first -0.22,first \(NumberText.plain(y)) point pt \(Self.marks[index % Self.marks.count]) ps 0.8 \(GnuplotScript.colour(SeriesStyle.line(index)))")
            }
            script.label(text, x: -0.12, y: y, size: 11)
        }
        script.add("plot 2 with lines")
    }
}
