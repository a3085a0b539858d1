/// A notebook's source together with what its cells showed when they ran.
public struct WovenNotebook: Sendable, Equatable {
    /// What one step of a run recorded.
    public struct RecordedStep: Sendable, Equatable {
        public var name: String
        /// Line of the source that ran it, counted from 1; `nil` where only the name is known.
        public var line: Int?
        /// Why it ran.
        public var reason: String
        /// What it showed, as Markdown.
        public var output: String

        public init(name: String, line: Int?, reason: String, output: String) {
            self.name = name
            self.line = line
            self.reason = reason
            self.output = output
        }
    }

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
