import Preferences
import Statistics

/// Win rate against the learning rate, one panel per beta, with bands.
struct SweepFigure {
    let sweep: SweepAnalysis
    let number: Int

    private static let panelWidth = 190.0
    private static let height = 290.0

    /// The figure, and under it the numbers in it.
    func blocks() -> [Block] { [.figure(figure()), .table(table())] }

    private func figure() -> Figure {
        Figure(
            id: "sweep-\(sweep.id)", title: "Figure \(number). Sweep of \(sweep.title).",
            description: sweep.settings.map { "\($0.label): win rate \(NumberFormat.percent($0.record.rate))" }.joined(separator: "; ") + ".",
            caption: [
                .text("Win rate against the original on the development articles; bars and bands are 95 % intervals. "),
                .text(sweep.best.map { "Filled: the highest, \($0.label), and every setting not separable from it (paired, Holm); hollow: separably lower. " } ?? ""),
                .text(hasDiverged ? "A cross at the foot: diverged." : ""),
            ], plot: plot(), data: [])
    }

    private var hasDiverged: Bool { (sweep.settings.map(\.cell) + sweep.unmeasured).contains(where: \.diverged) }

    private func table() -> Table {
        func rate(_ setting: SweepAnalysis.Setting, _ rule: PreferenceFunction) -> Table.Cell {
            setting.records.first { $0.rule == rule }.map { .percent($0.rate) } ?? .missing
        }
        let measured = sweep.settings.map { setting in
            let notes = (setting.cell.isChosen ? ", chosen" : "") + (setting.cell.diverged ? ", diverged" : "")
            return Table.Row([
                .init(setting.label + notes), .percent(setting.record.rate, tone: setting.isSeparable ? .plain : .strong),
                setting.isBest ? .init("best") : setting.pValueAgainstBest.map { .init(NumberFormat.pValue($0), value: $0) } ?? .missing,
                .percent(setting.accuracy), .percent(setting.medianCompression), .share(setting.failed),
                rate(setting, .article), rate(setting, .training),
            ])
        }
        let unmeasured = sweep.unmeasured.map { cell in
            Table.Row([.init(SweepAnalysis.label(cell) + (cell.diverged ? ", diverged" : ", not measured"))])
        }
        return Table(
            id: "sweep-\(sweep.id)-data", caption: "Data of Figure \(number): \(sweep.title), development articles", columns: [
                .init("Setting", alignment: .leading), .init("Win rate"), .init("Against the best", detail: "Holm p"), .init("Accuracy"),
                .init("Compression", detail: "median"), .init("Failed"), .init("Win rate", detail: "as printed"),
                .init("Win rate", detail: "rule for pairs"),
            ],
            rows: measured + unmeasured,
            notes: [
                """
                Bold: the best and every setting not separable from it. Chosen on the development articles; the main table reports \
                the chosen setting on the test articles. The last two columns are the win rate under the study's other two preference \
                functions: where they order the settings differently, the choice depends on the rule.
                """,
                Resolvable.sentence(count: sweep.settings.first?.cell.outcomes.count ?? 0) ?? Resolvable.oneSeed,
            ])
    }

    private func plot() -> Plot {
        let betas: [Double?] = sweep.betas.isEmpty ? [nil] : sweep.betas
        let width = max(760, Self.panelWidth * Double(betas.count) + 40)
        // Few panels keep their width rather than fill the row.
        let pitch = min(240, (width - 70) / Double(betas.count))
        var script = GnuplotScript(id: "sweep-\(sweep.id)", width: Int(width), height: Int(Self.height))
        let file = "sweep-\(sweep.id).dat"
        let bounds = sweep.settings.flatMap { setting in
            let rate = setting.record.rate
            return [rate.value, rate.interval?.lower ?? rate.value, rate.interval?.upper ?? rate.value].map { $0 * 100 }
        }
        let y = AxisTicks.range(bounds + [50], limits: 0...100)
        let rates = sweep.learningRates
        let (low, high) = ((rates.first ?? 1e-6) / 1.6, (rates.last ?? 1e-4) * 1.6)
        script.add("set logscale x")
        script.add("set xrange [\(GnuplotScript.number(low)):\(GnuplotScript.number(high))]")
        script.add("set yrange [\(GnuplotScript.number(y.lowerBound)):\(GnuplotScript.number(y.upperBound))]")
        script.add("set ytics \(GnuplotScript.number(AxisTicks.step(over: y.upperBound - y.lowerBound, count: 5)))")
        script.add("unset mxtics")
        script.add("set xtics (\(ticks(rates).joined(separator: ", "))) font \(GnuplotScript.quoted(",11"))")
        script.add("set multiplot")
        var data = GnuplotData(comment: "learning rate, win rate %, lower, upper, 1 if not separable from the best, 1 if diverged; one block per beta")
        for (panel, beta) in betas.enumerated() {
            let left = (58 + Double(panel) * pitch) / width
            let right = (58 + Double(panel + 1) * pitch - 14) / width
            script.add("set lmargin at screen \(NumberFormat.fixed(left, decimals: 5))")
            script.add("set rmargin at screen \(NumberFormat.fixed(right, decimals: 5))")
            script.add("set tmargin at screen 0.88")
            script.add("set bmargin at screen 0.2")
            script.add("set title \(GnuplotScript.quoted(beta.map { "beta \(NumberText.plain($0))" } ?? "")) offset 0,-0.6 tc rgb \(GnuplotScript.quoted(Palette.ink.light))")
            script.add(panel == 0 ? "set ylabel \(GnuplotScript.quoted("Win rate, %"))" : "unset ylabel; set format y ''")
            script.add("set xlabel \(GnuplotScript.quoted("learning rate")) offset 0,0.3")
            script.add("unset label; unset arrow")
            script.add("set arrow from graph 0,first 50 to graph 1,first 50 nohead back lw 1 \(GnuplotScript.colour(.muted))")
            let colour = GnuplotScript.colour(.vermilion)
            let block = "'\(file)' index \(panel)"
            script.plot([
                "\(block) using 1:3:4 with filledcurves \(colour) fs transparent solid 0.18 noborder",
                "\(block) using 1:2 with lines \(colour) lw 2",
                "\(block) using 1:3:(0):($4-$3) with vectors nohead lw 1.2 \(colour)",
                "\(block) using 1:($6==0 && $5==1 ? $2 : 1/0) with points pt 7 ps 1 \(colour)",
                "\(block) using 1:($6==0 && $5==0 ? $2 : 1/0) with points pt 6 ps 1 lw 1.6 \(colour)",
                "\(block) using 1:($6==1 ? \(GnuplotScript.number(y.lowerBound + (y.upperBound - y.lowerBound) * 0.04)) : 1/0) with points pt 2 ps 1 lw 1.6 \(GnuplotScript.colour(.ink))",
            ])
            for setting in sweep.settings where beta == nil || setting.cell.beta == beta {
                let rate = setting.record.rate
                data.row([
                    setting.cell.learningRate, rate.value * 100, (rate.interval?.lower ?? rate.value) * 100,
                    (rate.interval?.upper ?? rate.value) * 100, setting.isSeparable ? 0 : 1, setting.cell.diverged ? 1 : 0,
                ])
            }
            for cell in sweep.unmeasured where cell.diverged && (beta == nil || cell.beta == beta) {
                data.row([cell.learningRate, nil, nil, nil, 0, 1])
            }
            data.endBlock()
        }
        script.add("unset multiplot")
        return Plot(id: "sweep-\(sweep.id)", script: script.text, data: [.init(name: file, content: data.text)])
    }

    /// Every rate that leaves its neighbour room to be read.
    private func ticks(_ rates: [Double]) -> [String] {
        let every = rates.count > 4 ? 2 : 1
        return rates.enumerated().filter { $0.offset.isMultiple(of: every) }.map {
            "\(GnuplotScript.quoted(NumberText.plain($0.element))) \($0.element)"
        }
    }
}
