/// Section 10: where every number came from. The only place with times.
struct ProvenanceSection {
    let results: StudyResults

    func section() -> ReportSection {
        guard !results.provenance.isEmpty else {
            return ReportSection(
                id: "provenance", title: "Provenance", short: "Provenance",
                blocks: [.notRun(what: "no step has been recorded.", command: Commands.baseline)])
        }
        var blocks: [Block] = [
            rows(),
            .list(results.notebooks.map { notebook in
                [
                    .text("Notebook of \(notebook.experiment), run \(notebook.runID): "),
                    .link("page", to: "notebooks/\(notebook.fileName).html"), ", ",
                    .link("Jupyter", to: "notebooks/\(notebook.fileName).ipynb"),
                ]
            }),
            .text("To rebuild this report from the store:"), .command(Commands.report), .table(runs()), .table(steps()),
        ]
        for group in grouped() { blocks.append(.details("Settings of \(group.experiment), run \(group.runID)", [.table(settings(group))])) }
        return ReportSection(id: "provenance", title: "Provenance", short: "Provenance", blocks: blocks)
    }

    private func rows() -> Block {
        var files: [(name: String, content: String)] = [("results.csv", "one line per article and system")]
        if results.sweeps.contains(where: { !$0.outcomes.isEmpty }) {
            files.append(("sweeps.csv", "one per setting of a sweep and development article"))
        }
        if let judge = results.judge {
            if !judge.readings.isEmpty { files.append(("judge.csv", "one per question of the judge's calibration")) }
            if !judge.gaming.isEmpty { files.append(("gaming.csv", "texts that summarise nothing")) }
            if judge.fluency.map({ !$0.summaries.isEmpty }) ?? false { files.append(("fluency.csv", "one line per text")) }
        }
        if !(results.responses ?? []).isEmpty { files.append(("responses.csv", "one line per response to an instruction")) }
        files += [("results.json", "every estimate"), ("results.tex", "the tables")]
        return .paragraph(
            ["Rows behind every number: "]
                + files.enumerated().flatMap { index, file -> [Inline] in
                    [.link(file.name, to: file.name), .text(" (\(file.content))" + (index == files.count - 1 ? "." : ", "))]
                })
    }

    private struct Group {
        var experiment: String
        var runID: String
        var entries: [ProvenanceEntry]
    }

    private func grouped() -> [Group] {
        var groups: [Group] = []
        for entry in results.provenance {
            if let index = groups.firstIndex(where: { $0.runID == entry.runID && $0.experiment == entry.experiment }) {
                groups[index].entries.append(entry)
            } else {
                groups.append(Group(experiment: entry.experiment, runID: entry.runID, entries: [entry]))
            }
        }
        return groups
    }

    private func runs() -> Table {
        Table(
            id: "runs", caption: "Systems and the runs they were measured in", columns: [
                .init("System", alignment: .leading), .init("Name", alignment: .leading), .init("Experiment", alignment: .leading),
                .init("Run", alignment: .leading), .init("Articles"),
            ],
            rows: results.systems.map { system in
                .init([
                    .init(system.label), .init(system.name), .init(system.experiment), .init(system.runID),
                    .init("\(system.outcomes.count)"),
                ])
            })
    }

    private func steps() -> Table {
        Table(
            id: "steps", caption: "Steps", columns: [
                .init("Step", alignment: .leading), .init("Experiment", alignment: .leading), .init("Run", alignment: .leading),
                .init("Key", alignment: .leading), .init("Why it ran", alignment: .leading), .init("Took"),
            ],
            rows: results.provenance.map { entry in
                .init([
                    .init(entry.step), .init(entry.experiment), .init(entry.runID), .init(String(entry.key.prefix(12))),
                    .init(entry.reason), .init(NumberText.duration(entry.seconds), value: entry.seconds),
                ])
            }, notes: ["A key is the SHA-256 of everything the step depends on; its first twelve digits are shown."])
    }

    /// Settings shared by all steps of a run once, those that differ with their step.
    private func settings(_ group: Group) -> Table {
        var rows: [Table.Row] = []
        for name in Set(group.entries.flatMap(\.details.keys)).sorted() {
            let values = group.entries.compactMap { entry in entry.details[name].map { (entry.step, $0) } }
            if Set(values.map(\.1)).count == 1, let value = values.first?.1 {
                rows.append(.init([.init(name), .init(values.count == group.entries.count ? "all" : values.map(\.0).joined(separator: ", ")), .init(value)]))
            } else {
                rows += values.map { .init([.init(name), .init($0.0), .init($0.1)]) }
            }
        }
        return Table(
            id: "settings-\(anchor(group))", caption: "Settings of \(group.experiment), run \(group.runID)", columns: [
                .init("Setting", alignment: .leading), .init("Steps", alignment: .leading), .init("Value", alignment: .leading),
            ], rows: rows)
    }

    private func anchor(_ group: Group) -> String {
        String("\(group.experiment)-\(group.runID)".map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    }
}
