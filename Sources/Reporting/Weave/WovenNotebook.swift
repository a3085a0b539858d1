/// A notebook's source together with what its cells showed when they ran.
public struct WovenNotebook: Sendable, Equatable {
    public typealias RecordedStep = NotebookRecord.Step

    public struct Cell: Sendable, Equatable {
        public var source: NotebookSource.Cell
        public var steps: [RecordedStep]
    }

    public let title: String
    public let cells: [Cell]
    /// Steps that belong to no cell of this source, e.g. of an earlier version of it.
    public let unplaced: [RecordedStep]

    /// - Parameter title: used unless the first prose cell opens with a heading.
    public init(title: String, source: String, steps: [RecordedStep]) {
        let parsed = NotebookSource(parsing: source)
        var cells = parsed.cells.map { Cell(source: $0, steps: []) }
        var unplaced: [RecordedStep] = []
        for step in steps {
            let byLine = step.line.flatMap { line in cells.firstIndex { $0.source.kind == .code && $0.source.lines.contains(line) } }
            let byTitle = cells.firstIndex { $0.source.kind == .code && $0.source.title == step.name }
            if let index = byLine ?? byTitle { cells[index].steps.append(step) } else { unplaced.append(step) }
        }
        self.cells = cells
        self.unplaced = unplaced
        let first = parsed.cells.first { $0.kind == .markdown }?.text.split(separator: "\n").first
        self.title = first.flatMap { $0.hasPrefix("# ") ? String($0.dropFirst(2)) : nil } ?? title
    }
}

extension NotebookRecord {
    /// Stem of the notebook's files: the experiment, without what a path or a link could misread.
    var fileName: String { String(experiment.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }) }
}
