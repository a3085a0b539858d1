/// Colours of figures: the Okabe-Ito set, told apart under all common colour-vision deficiencies, and
/// three tones of the page. In a page each is a custom property, so that dark mode can lighten it.
enum Palette: String, CaseIterable, Sendable {
    case ink, muted, grid, paper
    case blue, sky, green, orange, vermilion, purple, olive

    /// In gnuplot scripts and on light paper.
    var light: String {
        switch self {
        case .ink: "#1c1e21"
        case .muted: "#63676d"
        case .grid: "#dcdfe3"
        case .paper: "#ffffff"
        case .blue: "#0072b2"
        case .sky: "#56b4e9"
        case .green: "#009e73"
        case .orange: "#e69f00"
        case .vermilion: "#d55e00"
        case .purple: "#cc79a7"
        case .olive: "#8a7d00"
        }
    }

    var dark: String {
        switch self {
        case .ink: "#e7e9ec"
        case .muted: "#9aa1ab"
        case .grid: "#343a42"
        case .paper: "#15181c"
        case .blue: "#4aa3df"
        case .sky: "#7cc8f2"
        case .green: "#2fc195"
        case .orange: "#f0b429"
        case .vermilion: "#ff8a3d"
        case .purple: "#e29ac4"
        case .olive: "#d6c84a"
        }
    }

    var property: String { "--figure-\(rawValue)" }

    /// For an SVG attribute: the ink is inherited from the page's text.
    var reference: String { self == .ink ? "currentColor" : "var(\(property))" }

    static func declarations(dark isDark: Bool) -> String {
        allCases.map { "\($0.property):\(isDark ? $0.dark : $0.light)" }.joined(separator: ";")
    }

    /// The palette's colour that gnuplot wrote as `rgb(  0, 114, 178)`, `#0072b2` or `black`.
    init?(gnuplot value: String) {
        let text = value.lowercased().filter { $0 != " " }
        if text == "white" {
            self = .paper
            return
        }
        if text == "black" || text == "rgb(0,0,0)" || text == "#000000" {
            self = .ink
            return
        }
        var code = text
        if text.hasPrefix("rgb("), text.hasSuffix(")") {
            let parts = text.dropFirst(4).dropLast().split(separator: ",").compactMap { UInt8($0) }
            guard parts.count == 3 else { return nil }
            code = "#" + parts.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        guard let match = Self.allCases.first(where: { $0.light == code }) else { return nil }
        self = match
    }
}

/// How a kind of system is drawn: colour and shape, so that neither alone has to be told apart.
struct SeriesStyle: Sendable {
    var colour: Palette
    /// gnuplot's point type.
    var pointType: Int

    static func of(_ kind: SystemResult.Kind) -> SeriesStyle {
        switch kind {
        case .original: SeriesStyle(colour: .ink, pointType: 5)
        case .prompted: SeriesStyle(colour: .sky, pointType: 9)
        case .extractive: SeriesStyle(colour: .green, pointType: 13)
        case .sft: SeriesStyle(colour: .orange, pointType: 11)
        case .dpo: SeriesStyle(colour: .vermilion, pointType: 7)
        case .lora: SeriesStyle(colour: .purple, pointType: 15)
        case .bestOfN: SeriesStyle(colour: .blue, pointType: 8)
        case .endpoint: SeriesStyle(colour: .blue, pointType: 12)
        case .gaming: SeriesStyle(colour: .ink, pointType: 2)
        }
    }

    /// For the n-th of several training runs in one panel.
    static func line(_ index: Int) -> Palette {
        let order: [Palette] = [.vermilion, .blue, .green, .purple, .orange, .sky, .olive]
        return order[index % order.count]
    }
    static let lineCount = 7
}
