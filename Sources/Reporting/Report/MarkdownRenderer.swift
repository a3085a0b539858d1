/// Turns the parts of a report into GitHub-flavoured Markdown.
struct MarkdownRenderer {
    func section(_ section: ReportSection) -> String {
        "## <a id=\"\(section.id)\"></a>\(escape(section.title))\n\n" + section.blocks.map(block).joined(separator: "\n")
    }

    func block(_ block: Block) -> String {
        switch block {
        case .paragraph(let parts), .lead(let parts): parts.map(inline).joined() + "\n"
        case .heading(let title, let id): "### <a id=\"\(id)\"></a>\(escape(title))\n"
        case .list(let items): items.map { "- " + $0.map(inline).joined() + "\n" }.joined()
        case .table(let table): "<a id=\"\(table.id)\"></a>\n\n" + table.markdown()
        case .figure(let figure): self.figure(figure)
        case .command(let command): MarkdownEscaping.fenced(command)
        case .note(let parts): "> " + parts.map(inline).joined() + "\n"
        case .details(let summary, let blocks):
            "<details><summary>\(Escaping.text(summary))</summary>\n\n" + blocks.map(self.block).joined(separator: "\n")
                + "\n</details>\n"
        case .badges(let badges):
            badges.map { "**\(escape($0.name))** \(escape($0.value))" }.joined(separator: " · ") + "\n"
        case .example(let example): self.example(example)
        case .notRun(let what, let command):
            "> **Not run:** \(escape(what)) To run it:\n\n" + MarkdownEscaping.fenced(command)
        }
    }

    private func escape(_ text: String) -> String { MarkdownEscaping.inline(text) }

    private func inline(_ part: Inline) -> String {
        switch part {
        case .text(let text): return escape(text)
        case .strong(let text): return "**\(escape(text))**"
        case .emphasis(let text): return "*\(escape(text))*"
        case .code(let text):
            let fence = text.contains("`") ? "``" : "`"
            return fence + VisibleText.of(text) + fence
        case .link(let text, let target): return "[\(escape(text))](\(MarkdownEscaping.destination(target)))"
        }
    }

    private func figure(_ figure: Figure) -> String {
        var output = "<a id=\"figure-\(figure.id)\"></a>\n\n"
        if figure.drawing != nil {
            output += "![\(escape(figure.description))](figures/\(figure.id).svg)\n\n"
        } else {
            output += "> Not drawn: gnuplot was not found. Its script and data are in the figures folder.\n\n"
        }
        output += "**\(escape(figure.title))** " + figure.caption.map(inline).joined() + "\n\n"
        output += "<details><summary>Data, files and rebuild command</summary>\n\n"
        output += figure.plot.files.filter { $0.name != "drawing" || figure.drawing != nil }
            .map { "[\($0.name)](figures/\($0.file))" }.joined(separator: " · ")
        output += "\n\n\(MarkdownEscaping.inline(figure.plot.rebuildHint))\n\n" + MarkdownEscaping.fenced(figure.plot.rebuildCommand) + "\n"
        return output + figure.data.map { $0.markdown() }.joined(separator: "\n") + "\n</details>\n"
    }

    private func example(_ example: Example) -> String {
        var output = "<details><summary><b>\(Escaping.text(example.rule))</b>, article "
        output += "\(Escaping.text(example.articleID)), \(example.articleWords) words"
        output += (example.gist.isEmpty ? "" : ". " + Escaping.text(example.gist)) + "</summary>\n\n"
        if !example.questions.isEmpty { output += "Questions and right answers:\n\n" }
        for (index, question) in example.questions.enumerated() {
            output += "\(index + 1). \(escape(question.question)) \(escape(question.right))\n"
        }
        if !example.questions.isEmpty { output += "\n" }
        for entry in example.entries {
            output += "**\(escape(entry.system))** \(escape(entry.facts))\n\n"
            output += "> \(escape(entry.summary.isEmpty ? "(empty)" : entry.summary))\n\n\(escape(entry.verdict))\n\n"
            if entry.answers.isEmpty { continue }
            let answers = entry.answers.enumerated().map { "\($0 + 1) \(answer($1))" }
            output += "Answers: " + answers.joined(separator: " · ") + "\n\n"
        }
        return output + "</details>\n"
    }

    private func answer(_ answer: Example.Entry.Answer) -> String {
        switch answer {
        case .right: "right"
        case .wrong(let given): "wrong: \(escape(given))"
        case .unsure: "Unsure"
        case .notAsked: "not asked"
        }
    }
}
