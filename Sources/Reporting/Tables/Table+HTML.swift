extension Table {
    /// The table with caption and scoped headers, in a region of its own that scrolls on narrow screens.
    public func markup() -> Markup {
        let header = Markup.make(.tr, content: columns.map { column in
            var content: [Markup] = [.text(column.header)]
            if let detail = column.detail { content += [.make(.small, text: " \(detail)")] }
            return .make(.th, .scope(.column), .class(column.alignment == .trailing ? "n" : "t"), content: content)
        })
        let body = rows.map { row in
            Markup.make(.tr, .class(row.opensGroup ? "group" : "row"), content: zip(row.cells, columns).enumerated().map {
                index, pair in
                let attributes = [Markup.Attribute.class(pair.1.alignment == .trailing ? "n" : "t")]
                return index == 0
                    ? .element(.th, [.scope(.row)] + attributes, pair.0.markup())
                    : .element(.td, attributes, pair.0.markup())
            })
        }
        let table = Markup.make(.table, content: [
            .make(.caption, .id("\(id)-caption"), content: [.make(.span, text: caption)]),
            .make(.thead, content: [header]),
            .make(.tbody, content: body),
        ])
        let scroller = Markup.make(
            .div, .class("scroll"), .role("region"), .labelledBy("\(id)-caption"), .focusable(), content: [table])
        let footer: [Markup] = self.foot.isEmpty
            ? [] : [.make(.div, .class("notes"), content: self.foot.map { .make(.p, text: Typography.set($0)) })]
        return .make(.div, .class("table"), .id(id), content: [scroller] + footer)
    }
}

extension Table.Cell {
    func markup() -> [Markup] {
        var content: [Markup] = []
        let body: Markup = link.map { .make(.a, .link($0), text: Typography.set(text)) } ?? .text(Typography.set(text))
        switch tone {
        case .plain: content.append(body)
        case .strong: content.append(.make(.strong, content: [body]))
        case .quiet: content.append(.make(.span, .class("quiet"), content: [body]))
        case .favourable: content.append(.make(.span, .class("mark good"), content: [body]))
        case .adverse: content.append(.make(.span, .class("mark bad"), content: [body]))
        case .open: content.append(.make(.span, .class("mark open"), content: [body]))
        }
        if let detail { content += [.text(" "), .make(.small, text: Typography.set(detail))] }
        return content
    }
}
