/// A run of text inside a paragraph.
public enum Inline: Sendable, Equatable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    case text(String)
    case strong(String)
    case emphasis(String)
    case code(String)
    /// A link: what is shown, and a place in the report (`#id`), a file beside it or an https address.
    case link(String, to: String)

    public init(stringLiteral value: String) { self = .text(value) }
}

/// A part of a section. One model for both pages: `report.html` and `report.md`.
public indirect enum Block: Sendable, Equatable {
    case paragraph([Inline])
    /// The sentences a reader should leave with.
    case lead([Inline])
    case heading(String, id: String)
    case list([[Inline]])
    case table(Table)
    case figure(Figure)
    /// A command to type, or a program's output.
    case command(String)
    case note([Inline])
    case details(String, [Block])
    /// Short facts about the report as a whole: name and value.
    case badges([Badge])
    case example(Example)
    /// A part whose data are absent, and what to run for them.
    case notRun(what: String, command: String)

    static func text(_ parts: Inline...) -> Block { .paragraph(parts) }
}

public struct Badge: Sendable, Equatable {
    public var name: String
    public var value: String
}

/// One of the report's ten sections.
public struct ReportSection: Sendable, Equatable {
    public var id: String
    public var title: String
    /// One or two words for the navigation.
    public var short: String
    public var blocks: [Block]
}

/// A figure: what it shows, how it was made and the numbers in it.
public struct Figure: Sendable, Equatable {
    /// Stem of its files, e.g. `frontier`; the anchor is `figure-frontier`.
    public var id: String
    public var title: String
    /// What a reader who cannot see it should know.
    public var description: String
    /// Shown under it; begins with a one-line reading.
    public var caption: [Inline]
    public var plot: Plot
    /// The figure's numbers.
    public var data: [Table]
    /// The drawing, once made; `nil` where gnuplot is not installed.
    public var drawing: SVGDrawing?
}

/// An article as several systems summarised it, with the judge's view of each summary.
public struct Example: Sendable, Equatable {
    public struct Question: Sendable, Equatable {
        public var question: String
        public var right: String
    }

    public struct Entry: Sendable, Equatable {
        /// The judge's answer to a question after reading the summary.
        public enum Answer: Sendable, Equatable {
            case right
            case wrong(String)
            case unsure
            case notAsked
        }
        public var system: String
        public var summary: String
        public var facts: String
        /// Why the preference function chose this summary or the original's.
        public var verdict: String
        public var tone: Table.Tone
        /// In the order of the example's questions; empty where the judge was not asked.
        public var answers: [Answer]
    }
    /// e.g. "Largest win".
    public var rule: String
    public var articleID: String
    public var article: String
    public var articleWords: Int
    /// What a reader of the list of examples learns of it; may be empty.
    public var gist: String
    /// The same for every system.
    public var questions: [Question]
    public var entries: [Entry]
}
