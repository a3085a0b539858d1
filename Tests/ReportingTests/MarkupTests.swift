import Reporting
import Testing

@Suite struct MarkupTests {
    @Test func textAndAttributesAreEscapedForTheirPlace() {
        let markup = Markup.make(.p, .title("a\"b'c<d>&`"), text: "<b> & \"quotes\" 'stay'")
        #expect(
            markup.html()
                == "<p title=\"a&quot;b&#39;c&lt;d&gt;&amp;&#96;\">&lt;b&gt; &amp; \"quotes\" 'stay'</p>\n")
    }

    @Test func hiddenCharactersBecomeVisible() {
        #expect(VisibleText.of("a\u{0}b\u{7}") == "a⟦U+0000⟧b⟦U+0007⟧")
        #expect(VisibleText.of("\u{202E}evil\u{2069}") == "⟦U+202E⟧evil⟦U+2069⟧")
        #expect(VisibleText.of("zero\u{200B}width\u{FEFF}") == "zero⟦U+200B⟧width⟦U+FEFF⟧")
        #expect(VisibleText.of("one\r\ntwo\rthree\n\tfour") == "one\ntwo\nthree\n\tfour")
        #expect(VisibleText.of("naïve 漢字 🙂 £") == "naïve 漢字 🙂 £")
    }

    @Test func aLoneSurrogateIsShown() {
        let units: [UInt16] = [0x61, 0xD800, 0x62, 0xDC00]
        let html = Markup.text(String(decoding: units, as: UTF16.self)).html()
        #expect(html == "a\u{FFFD}b\u{FFFD}")
    }

    @Test(arguments: [
        "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,<script>", "vbscript:x", "http://plain.example", " javascript:x",
    ])
    func unsafeAddressesLeadNowhere(_ target: String) {
        #expect(Markup.make(.a, .link(target), text: "x").html() == "<a href=\"#\">x</a>")
    }

    @Test(arguments: ["#verdict", "results.csv", "figures/a.svg", "https://example.org/a?b:c", "a/b:c"])
    func otherAddressesStay(_ target: String) {
        #expect(Markup.make(.a, .link(target), text: "x").html() == "<a href=\"\(target)\">x</a>")
    }

    /// Whatever bytes a model emits, its text opens no tag, ends no attribute and starts no reference.
    @Test func noTextEscapesItsPlace() {
        var state: UInt64 = 42
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        let pieces = ["<", ">", "&", "\"", "'", "</p>", "<!--", "]]>", "&lt;", "\u{0}", "\u{202E}", "`", "=", " ", "x", "é", "\n"]
        for _ in 0..<2000 {
            let text = (0..<Int(next() % 12)).map { _ in pieces[Int(next() % UInt64(pieces.count))] }.joined()
            let html = Markup.make(.p, .title(text), text: text).html()
            #expect(html.count { $0 == "<" } == 2)
            #expect(html.count { $0 == ">" } == 2)
            #expect(!html.unicodeScalars.contains { $0.value == 0 || $0.value == 0x202E })
            let attribute = html.dropFirst("<p title=\"".count).prefix { $0 != "\"" }
            #expect(html.dropFirst("<p title=\"".count + attribute.count).hasPrefix("\">"))
        }
    }

    @Test func typographyTouchesOnlyNumbers() {
        #expect(Typography.set("won 82.5 % [-1.0, +2.0] (<= 3 %)") == "won 82.5\u{A0}% [−1.0, +2.0] (≤\u{A0}3\u{A0}%)")
        #expect(Typography.set("lr 2e-5, out-of-distribution, a - b, the-5") == "lr 2e−5, out-of-distribution, a - b, the-5")
    }
}
