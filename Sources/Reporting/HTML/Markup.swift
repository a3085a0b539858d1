/// A piece of an HTML page that cannot hold unescaped text: strings enter only as `text` or as an
/// attribute's value, and each is escaped for the place where it stands when the page is written.
public indirect enum Markup: Sendable, Equatable {
    case text(String)
    case element(Tag, [Attribute], [Markup])
    case fragment([Markup])
    /// Markup made by this module itself, such as a figure's SVG.
    case trusted(TrustedMarkup)

    public static let empty = Markup.fragment([])

    /// The elements that reports use. A closed set: an element's name never comes from data.
    public enum Tag: String, Sendable {
        case a, abbr, article, aside, b, bdi, blockquote, body, br, caption, code, col, colgroup, dd, details, div,
            dl, dt, em, figcaption, figure, footer, h1, h2, h3, h4, head, header, html, hr, li, link, main, meta,
            nav, ol, p, pre, section, small, span, strong, style, sub, summary, sup, table, tbody, td, th, thead,
            title, tr, ul

        /// Elements without content or end tag (HTML, section 13.1.2).
        var isVoid: Bool {
            switch self {
            case .br, .col, .hr, .link, .meta: true
            default: false
            }
        }

        /// Whether a line break after the end tag changes nothing a reader sees.
        var endsLine: Bool {
            switch self {
            case .a, .abbr, .b, .bdi, .code, .em, .small, .span, .strong, .sub, .sup, .br: false
            default: true
            }
        }
    }

    /// An attribute: the name from a closed set, the value any text.
    public struct Attribute: Sendable, Equatable {
        let name: String
        let value: String

        private init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        public static func id(_ value: String) -> Self { Self("id", value) }
        public static func `class`(_ value: String) -> Self { Self("class", value) }
        public static func scope(_ value: HeaderScope) -> Self { Self("scope", value.rawValue) }
        public static func role(_ value: String) -> Self { Self("role", value) }
        public static func label(_ value: String) -> Self { Self("aria-label", value) }
        public static func labelledBy(_ value: String) -> Self { Self("aria-labelledby", value) }
        public static func title(_ value: String) -> Self { Self("title", value) }
        public static func language(_ value: String) -> Self { Self("lang", value) }
        public static func textDirection(_ value: String) -> Self { Self("dir", value) }
        public static func focusable() -> Self { Self("tabindex", "0") }
        public static func columns(_ count: Int) -> Self { Self("colspan", String(count)) }
        public static func name(_ value: String) -> Self { Self("name", value) }
        public static func content(_ value: String) -> Self { Self("content", value) }
        public static func charset(_ value: String) -> Self { Self("charset", value) }
        public static func httpEquivalent(_ value: String) -> Self { Self("http-equiv", value) }
        public static func download() -> Self { Self("download", "") }
        public static func open() -> Self { Self("open", "") }

        /// A link to a place in this page, a file beside it, or an https address. Anything else, such
        /// as a `javascript:` address from a file name, becomes a link to nowhere.
        public static func link(_ target: String) -> Self {
            let scheme = target.prefix { $0 != ":" && $0 != "/" && $0 != "#" && $0 != "?" }
            let hasScheme = scheme.count < target.count && target[scheme.endIndex] == ":"
            return Self("href", !hasScheme || scheme.lowercased() == "https" ? target : "#")
        }
    }

    public enum HeaderScope: String, Sendable { case row, column = "col", rowGroup = "rowgroup" }
}

/// Markup written into a page as it is. Only code in this module can make one, from its own
/// constants or from a parsed and rewritten SVG document.
public struct TrustedMarkup: Sendable, Equatable {
    package let text: String
    init(_ text: String) { self.text = text }
}

extension Markup: ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    public init(stringLiteral value: String) { self = .text(value) }
    public init(arrayLiteral elements: Markup...) { self = .fragment(elements) }

    /// `.make(.p, .class("note"), [...])` reads as the element it makes.
    package static func make(_ tag: Tag, _ attributes: Attribute..., content: [Markup]) -> Markup {
        .element(tag, attributes, content)
    }
    package static func make(_ tag: Tag, _ attributes: Attribute..., text: String) -> Markup {
        .element(tag, attributes, [.text(text)])
    }
}
