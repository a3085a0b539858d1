/// Turns the parts of a report into HTML.
struct HTMLRenderer {
    func section(_ section: ReportSection) -> Markup {
        .make(.section, .id(section.id), .labelledBy("\(section.id)-title"), content: [
            .make(.h2, .id("\(section.id)-title"), text: section.title)
        ] + section.blocks.map(block))
    }

    func block(_ block: Block) -> Markup {
        switch block {
        case .paragraph(let parts): .make(.p, content: parts.map(inline))
        case .lead(let parts): .make(.p, .class("lead"), content: parts.map(inline))
        case .heading(let title, let id): .make(.h3, .id(id), text: title)
        case .list(let items): items.isEmpty ? .empty : .make(.ul, content: items.map { .make(.li, content: $0.map(inline)) })
        case .table(let table): table.markup()
        case .figure(let figure): self.figure(figure)
        case .command(let command):
            .make(.pre, .class("command"), .focusable(), content: [.make(.code, text: command)])
        case .note(let parts): .make(.p, .class("note"), content: parts.map(inline))
        case .details(let summary, let blocks):
            .make(.details, content: [.make(.summary, text: summary)] + blocks.map(self.block))
        case .badges(let badges):
            .make(.dl, .class("badges"), content: badges.map {
                .make(.div, content: [.make(.dt, text: $0.name), .make(.dd, text: $0.value)])
            })
        case .example(let example): self.example(example)
        case .notRun(let what, let command):
            .make(.div, .class("absent"), content: [
                .make(.p, content: [.make(.strong, text: "Not run: "), .text(what + " To run it:")]),
                .make(.pre, .class("command"), .focusable(), content: [.make(.code, text: command)]),
            ])
        }
    }

    func inline(_ part: Inline) -> Markup {
        switch part {
        case .text(let text): .text(Typography.set(text))
        case .strong(let text): .make(.strong, text: Typography.set(text))
        case .emphasis(let text): .make(.em, text: Typography.set(text))
        case .code(let text): .make(.code, text: text)
        case .link(let text, let target): .make(.a, .link(target), text: text)
        }
    }

    private func figure(_ figure: Figure) -> Markup {
        var content: [Markup] = []
        if let drawing = figure.drawing {
            content.append(.make(
                .div, .class("scroll plot"), .role("region"), .label("\(figure.title), drawing"), .focusable(),
                content: [.trusted(drawing.inline)]))
        } else {
            content.append(.make(
                .p, .class("note"), text: "Not drawn: gnuplot was not found. Its script and data are in the figures folder."))
        }
        content.append(.make(.figcaption, content: [.make(.strong, text: figure.title), .text(" ")] + figure.caption.map(inline)))
        var files: [Markup] = []
        for (name, file) in figure.plot.files where name != "drawing" || figure.drawing != nil {
            if !files.isEmpty { files.append(.text(" · ")) }
            files.append(.make(.a, .link("figures/\(file)"), text: name))
        }
        content.append(.make(.details, content: [.make(.summary, text: "Data, files and rebuild command")] + [
            .make(.p, content: [.text("Files: ")] + files),
            .make(.p, text: figure.plot.rebuildHint),
            .make(.pre, .class("command"), .focusable(), content: [.make(.code, text: figure.plot.rebuildCommand)]),
        ] + figure.data.map { $0.markup() }))
        return .make(.figure, .id("figure-\(figure.id)"), content: content)
    }

    private func example(_ example: Example) -> Markup {
        let entries = example.entries.map { entry in
            Markup.make(.article, .class("answer"), content: [
                .make(.h4, content: [.text(entry.system), .text(" "), .make(.small, text: entry.facts)]),
                modelText(entry.summary),
                .make(.p, .class("why"), content: Table.Cell(entry.verdict, tone: entry.tone).markup()),
                entry.answers.isEmpty ? .empty : .make(.ol, .class("answers"), content: entry.answers.map(answer)),
            ])
        }
        // The reference and the system compared with it stay in view; the rest is one step away.
        let folded: [Markup] = entries.count <= 2
            ? entries
            : Array(entries.prefix(2)) + [
                .make(.details, .class("others"), content: [
                    .make(.summary, text: "\(entries.count - 2) other systems on this article")
                ] + entries.dropFirst(2))
            ]
        return .make(.details, .class("example"), content: [
            .make(.summary, content: [
                .make(.b, text: example.rule), .text(" "),
                .make(.span, .class("quiet"), text: "article \(example.articleID), \(example.articleWords) words"),
                .text(example.gist.isEmpty ? "" : ". " + Typography.set(example.gist)),
            ]),
            .make(.details, .class("source"), content: [
                .make(.summary, text: "The article"), modelText(example.article),
            ]),
            example.questions.isEmpty
                ? .empty
                : .make(.details, .class("source"), content: [
                    .make(.summary, text: "The questions"),
                    .make(.ol, .class("questions"), content: example.questions.map { question in
                        .make(.li, content: [
                            .make(.bdi, text: question.question), .text(" "),
                            .make(.span, .class("mark good"), content: [.make(.bdi, text: question.right)]),
                        ])
                    }),
                ]),
        ] + folded)
    }

    private func answer(_ answer: Example.Entry.Answer) -> Markup {
        switch answer {
        case .right: .make(.li, .class("mark good"), text: "right")
        case .wrong(let given): .make(.li, .class("mark bad"), content: [.text("wrong: "), .make(.bdi, text: given)])
        case .unsure: .make(.li, .class("mark bad"), text: "Unsure")
        case .notAsked: .make(.li, text: "not asked")
        }
    }

    /// Text from outside: its own direction, line breaks kept, long words broken by the style sheet.
    private func modelText(_ text: String) -> Markup {
        .make(.blockquote, .textDirection("auto"), text: text.isEmpty ? "(empty)" : text)
    }
}
