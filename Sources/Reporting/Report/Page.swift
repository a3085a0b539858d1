/// A complete HTML page: self-contained, and forbidden by its own policy to load or run anything.
struct Page {
    var title: String
    var subtitle: String
    var navigation: [(short: String, id: String)]
    var body: [Markup]
    var footer: [Markup]

    /// Styles in the page and nothing else: no scripts, no images, fonts or connections from anywhere.
    static let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

    func html() -> String {
        let head = Markup.make(.head, content: [
            .make(.meta, .charset("utf-8"), content: []),
            .make(.meta, .httpEquivalent("Content-Security-Policy"), .content(Self.policy), content: []),
            .make(.meta, .name("viewport"), .content("width=device-width, initial-scale=1"), content: []),
            .make(.meta, .name("color-scheme"), .content("light dark"), content: []),
            .make(.meta, .name("referrer"), .content("no-referrer"), content: []),
            .make(.title, text: title),
            .make(.style, content: [.trusted(TrustedMarkup(StyleSheet.css))]),
        ])
        let contents = Markup.make(.nav, .class("contents"), .label("Contents"), content: [
            .make(.ol, content: navigation.map { entry in
                .make(.li, content: [.make(.a, .link("#\(entry.id)"), text: entry.short)])
            })
        ])
        let page = Markup.make(.html, .language("en"), content: [
            head,
            .make(.body, content: [
                .make(.a, .class("skip"), .link("#main"), text: "Skip to the content"),
                .make(.header, .class("top"), content: [
                    .make(.h1, text: title), .make(.p, .class("subtitle"), text: subtitle),
                ]),
                navigation.isEmpty ? .empty : contents,
                .make(.main, .id("main"), content: body),
                .make(.footer, content: footer),
            ]),
        ])
        return "<!DOCTYPE html>\n" + page.html()
    }
}
