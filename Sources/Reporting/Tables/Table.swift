/// A table free of any output format. Each cell keeps what is shown apart from the number behind it
/// and names the runs that the number came from. The first column holds the row's header.
public struct Table: Sendable, Equatable {
    public enum Alignment: Sendable { case leading, trailing }

    public struct Column: Sendable, Equatable {
        public var header: String
        /// A second, quieter line of the header: a unit, a condition.
        public var detail: String?
        public var alignment: Alignment

        public init(_ header: String, detail: String? = nil, alignment: Alignment = .trailing) {
            self.header = header
            self.detail = detail
            self.alignment = alignment
        }
    }

    /// How a cell reads beside its neighbours. Never the only carrier of a meaning: the words say it.
    public enum Tone: Sendable { case plain, strong, quiet, favourable, adverse, open }

    public struct Cell: Sendable, Equatable {
        public var text: String
        /// Set after the text, quieter: an interval, a part of the whole.
        public var detail: String?
        public var value: Double?
        public var tone: Tone
        /// A place in the report or a file beside it.
        public var link: String?
        public var runs: [String]

        public init(
            _ text: String, detail: String? = nil, value: Double? = nil, tone: Tone = .plain, link: String? = nil,
            runs: [String] = []
        ) {
            self.text = text
            self.detail = detail
            self.value = value
            self.tone = tone
            self.link = link
            self.runs = runs
        }

        /// For a value that was not measured.
        public static let missing = Cell("–", tone: .quiet)

        /// Text and detail on one line.
        var line: String { detail.map { text.isEmpty ? $0 : "\(text) \($0)" } ?? text }
    }

    public struct Row: Sendable, Equatable {
        public var cells: [Cell]
        /// Whether a rule above the row sets it apart from the rows before it.
        public var opensGroup: Bool

        public init(_ cells: [Cell], opensGroup: Bool = false) {
            self.cells = cells
            self.opensGroup = opensGroup
        }
    }

    /// Unique in a report; the anchor of links to the table and the stem of its file names.
    public var id: String
    public var caption: String
    public var columns: [Column]
    public var rows: [Row]
    /// Sentences under the table: definitions, the smallest difference it can resolve.
    public var notes: [String]

    /// The notes, and the runs that the numbers came from.
    var foot: [String] {
        var runs: [String] = []
        for run in rows.flatMap(\.cells).flatMap(\.runs) where !runs.contains(run) { runs.append(run) }
        return notes + (runs.isEmpty ? [] : ["Rows from \(runs.count == 1 ? "run" : "runs") \(runs.joined(separator: ", "))."])
    }

    public init(id: String, caption: String, columns: [Column], rows: [Row], notes: [String] = []) {
        self.id = id
        self.caption = caption
        self.columns = columns
        // A ragged row would shift every number after it under a wrong header.
        self.rows = rows.map { row in
            var row = row
            while row.cells.count < columns.count { row.cells.append(.missing) }
            row.cells.removeLast(row.cells.count - columns.count)
            return row
        }
        self.notes = notes
    }
}
