import Foundation

/// Makes the report of a study: pages, figures and result files in one folder.
///
/// The same results give the same bytes, apart from what a different version of gnuplot draws.
public struct ReportBuilder: Sendable {
    public struct Options: Sendable {
        /// Bootstrap draws behind every interval.
        public var draws: Int
        /// The gnuplot to draw with; without one the figures' scripts and data are still written.
        public var gnuplot: Gnuplot?

        public init(draws: Int = 10_000, gnuplot: Gnuplot? = Gnuplot()) {
            self.draws = draws
            self.gnuplot = gnuplot
        }
    }

    /// What was written, as paths relative to the report's folder.
    public struct Output: Sendable, Equatable {
        public var files: [String]
        /// Whether figures were drawn, or only their scripts written.
        public var drewFigures: Bool
        /// The verdict as plain sentences, for a terminal.
        public var verdict: [String]
    }

    private let results: StudyResults
    private let options: Options

    public init(_ results: StudyResults, options: Options = Options()) {
        self.results = results
        self.options = options
    }

    /// Writes the report into `folder`, which is made where it does not exist. Files of an earlier report
    /// are replaced.
    /// - Throws: `StatisticsError` where systems were measured on different articles; ``PlotError``.
    @discardableResult
    public func write(to folder: URL) throws -> Output {
        let analysis = try StudyAnalysis(results, draws: options.draws)
        let claims = try analysis.claims()
        let responses = try (results.responses ?? []).map { try ResponseExperimentAnalysis($0, draws: options.draws) }
        let figures = folder.appendingPathComponent("figures")
        do {
            try FileManager.default.createDirectory(at: figures, withIntermediateDirectories: true)
        } catch {
            throw PlotError.cannotWrite(path: figures.path, reason: error.localizedDescription)
        }
        var written: [String] = []
        let sections = try Self.sections(analysis, claims, responses).map { section in
            var section = section
            section.blocks = try section.blocks.map { try draw($0, in: figures, &written) }
            return section
        }
        let files = ResultFiles(analysis: analysis, claims: claims, responses: responses)
        let contents: [(String, String?)] = [
            ("report.html", html(sections)), ("report.md", markdown(sections)), ("results.json", try files.json()),
            ("results.csv", files.csv()), ("results.tex", files.latex(Self.tables(in: sections))), ("judge.csv", files.judgeCSV()),
            ("sweeps.csv", files.sweepsCSV()), ("gaming.csv", files.gamingCSV()), ("fluency.csv", files.fluencyCSV()),
            ("responses.csv", try files.responsesCSV()),
        ]
        for (name, content) in contents {
            let file = folder.appendingPathComponent(name)
            guard let content else {
                // Of an earlier report that had such rows.
                try? FileManager.default.removeItem(at: file)
                continue
            }
            try write(content, to: file)
            written.append(name)
        }
        written += try writeNotebooks(to: folder)
        return Output(
            files: written.sorted(), drewFigures: options.gnuplot != nil,
            verdict: sections.first?.blocks.compactMap { block in
                if case .lead(let parts) = block { parts.map(Self.plain).joined() } else { nil }
            } ?? [])
    }

    private static func sections(
        _ analysis: StudyAnalysis, _ claims: [Claim], _ responses: [ResponseExperimentAnalysis]
    ) throws -> [ReportSection] {
        let instructions = responses.isEmpty ? [] : [ResponseSection(experiments: responses)]
        // A workspace that holds no summaries gets no ten sections that say so.
        if analysis.systems.isEmpty, let section = instructions.first {
            return [section.section(isAlone: true), ProvenanceSection(results: analysis.results).section()]
        }
        return [try VerdictSection(analysis: analysis, claims: claims).section()]
            + (try EvidenceSections(analysis).all())
            + instructions.map { $0.section(isAlone: false) }
            + [
                ExampleSection(analysis: analysis).section(),
                try ThreatSection(analysis: analysis, claims: claims).section(),
                ProvenanceSection(results: analysis.results).section(),
            ]
    }

    // MARK: Figures

    private func draw(_ block: Block, in folder: URL, _ written: inout [String]) throws -> Block {
        switch block {
        case .figure(var figure):
            try figure.plot.write(to: folder)
            written += figure.plot.files.filter { $0.name != "drawing" }.map { "figures/\($0.file)" }
            if let gnuplot = options.gnuplot {
                let raw = try gnuplot.draw(figure.plot, in: folder)
                let path = folder.appendingPathComponent("\(figure.id).svg")
                do {
                    let drawing = try SVGDrawing(
                        id: "figure-\(figure.id)-svg", title: figure.title, description: figure.description, gnuplot: raw)
                    figure.drawing = drawing
                    try write(drawing.standalone, to: path)
                } catch let error as SVGDocument.ParseError {
                    throw PlotError.notSVG(path: path.path, reason: error.reason)
                }
                written.append("figures/\(figure.id).svg")
            }
            return .figure(figure)
        case .details(let summary, let blocks): return .details(summary, try blocks.map { try draw($0, in: folder, &written) })
        default: return block
        }
    }

    // MARK: Notebooks

    private func writeNotebooks(to folder: URL) throws -> [String] {
        let pages = folder.appendingPathComponent("notebooks")
        if !results.notebooks.isEmpty {
            do {
                try FileManager.default.createDirectory(at: pages, withIntermediateDirectories: true)
            } catch {
                throw PlotError.cannotWrite(path: pages.path, reason: error.localizedDescription)
            }
        }
        return try results.notebooks.flatMap { record in
            let notebook = WovenNotebook(title: record.experiment, source: record.source, steps: record.steps)
            let name = record.fileName
            try write(notebook.html(), to: pages.appendingPathComponent("\(name).html"))
            try write(try notebook.jupyter(), to: pages.appendingPathComponent("\(name).ipynb"))
            return ["notebooks/\(name).html", "notebooks/\(name).ipynb"]
        }
    }

    // MARK: Pages

    private func html(_ sections: [ReportSection]) -> String {
        let renderer = HTMLRenderer()
        return Page(
            title: results.title, subtitle: subtitle, navigation: sections.map { ($0.short, $0.id) },
            body: sections.map(renderer.section),
            footer: [.make(.p, content: [
                "Also as ", .make(.a, .link("report.md"), text: "Markdown"), ", ", .make(.a, .link("results.csv"), text: "CSV"),
                ", ", .make(.a, .link("results.json"), text: "JSON"), " and ", .make(.a, .link("results.tex"), text: "LaTeX"), ".",
            ])]
        ).html()
    }

    private func markdown(_ sections: [ReportSection]) -> String {
        let renderer = MarkdownRenderer()
        return "# \(MarkdownEscaping.inline(results.title))\n\n\(subtitle)\n\n"
            + sections.map(renderer.section).joined(separator: "\n")
    }

    private var subtitle: String {
        results.systems.isEmpty && results.responses != nil
            ? "Preference tuning on instructions: responses ranked, trained on and compared, with uncertainty."
            : "Preference tuning for summaries: accuracy of what a reader can answer against length, with uncertainty."
    }

    private static func tables(in sections: [ReportSection]) -> [Table] {
        sections.filter { ["verdict", "results", "lora", "iterations", ResponseSection.id].contains($0.id) }
            .flatMap(\.blocks).compactMap { block in
                if case .table(let table) = block { table } else { nil }
            }
    }

    private static func plain(_ part: Inline) -> String {
        switch part {
        case .text(let text), .strong(let text), .emphasis(let text), .code(let text), .link(let text, _): text
        }
    }

    private func write(_ content: String, to url: URL) throws {
        do {
            try Data(content.utf8).write(to: url)
        } catch {
            throw PlotError.cannotWrite(path: url.path, reason: error.localizedDescription)
        }
    }
}
