extension WovenNotebook {
    /// A complete page: prose, code and outputs in the order of the source.
    public func html() -> String {
        var opensWithTitle = true
        var body: [Markup] = []
        for cell in cells {
            switch cell.source.kind {
            case .markdown:
                var text = cell.source.text
                // The page's own heading shows the title already.
                if opensWithTitle, text.hasPrefix("# \(title)") {
                    text = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().joined()
                }
                body.append(.make(.div, .class("cell prose"), content: MarkdownText(text).markup()))
            case .code:
                body.append(.make(.div, .class("cell"), content: [
                    cell.source.title.map { .make(.h3, text: $0) } ?? .empty,
                    .make(.pre, .focusable(), content: [.make(.code, content: SwiftHighlighting.markup(cell.source.text))]),
                ] + cell.steps.map(Self.output)))
            }
            opensWithTitle = false
        }
        if !unplaced.isEmpty {
            body.append(.make(.h2, text: "Steps of an earlier version of this source"))
            body += unplaced.map(Self.output)
        }
        return Page(
            title: title, subtitle: "Notebook: prose, code and what the code showed.", navigation: [],
            body: [.make(.section, .label("Notebook"), content: body)], footer: []
        ).html()
    }

    private static func output(_ step: RecordedStep) -> Markup {
        .make(.div, .class("output"), content: [
            .make(.p, .class("why"), content: [.make(.strong, text: step.name), .text(" "), .make(.span, .class("quiet"), text: step.reason)]),
        ] + MarkdownText(step.output).markup())
    }
}
