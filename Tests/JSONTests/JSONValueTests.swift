import JSON
import Testing

@Suite struct JSONValueTests {
    private func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    private func error(_ bytes: [UInt8]) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONValue(parsing: bytes)
            return nil
        } catch { return error }
    }

    @Test func values() throws {
        let value = try parse(#" {"b": [1, -2.5e3, true, null, "x"], "a": {"c": 9007199254740993, "d": 1e400}} "#)
        #expect(value.members?.map(\.name) == ["b", "a"])
        #expect(value["b"]?.array == [1, -2500.0, true, nil, "x"])
        #expect(value["a"]?["c"]?.integer == 9_007_199_254_740_993)
        #expect(value["a"]?["c"]?.double == 9_007_199_254_740_992)
        #expect(value["a"]?["missing"] == nil && value["b"]?["a"] == nil)
    }

    @Test(arguments: [
        (#""a\u00e9\n\t\"\\\/\b\f""#, "aé\n\t\"\\/\u{8}\u{c}"), (#""\ud83d\ude00""#, "😀"), (#""\ud83dx""#, "\u{FFFD}x"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""\udc00""#, "\u{FFFD}"), (#""東京😀""#, "東京😀"), (#""é\u0041é""#, "éAé"),
    ])
    func strings(text: String, expected: String) throws { #expect(try parse(text).string == expected) }

    @Test(arguments: [
        "", "{", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{,}", "01", "+1", "1.", ".5", "1e", "-", "tru", "nul", "\"", "\"\\", "\"\\u12",
        "\"\\u12g4\"", "\"\\x\"", "\"\n\"", "[1] 2", "{\"a\":1,}", "NaN", "'a'",
    ])
    func malformed(text: String) { #expect(error(Array(text.utf8))?.kind == .malformed) }

    @Test func faultsAreAtTheirPlace() {
        #expect(error(Array(#"{"a": nul}"#.utf8))?.offset == 6)
        #expect(error([0x22, 0xff, 0x22])?.reason.contains("UTF-8") == true)
        #expect(error(Array("[1] x".utf8))?.description == "not JSON at byte 4: text after the end of the JSON value")
    }

    @Test func duplicateNamesAreRefusedAtTheSecond() {
        let error = error(Array(#"{"a": 1, "b": {"a": 2}, "a": 3}"#.utf8))
        #expect(error?.kind == .duplicateName && error?.offset == 24 && error?.reason.contains("\"a\"") == true)
        #expect(self.error(Array(#"{"\u00e9": 1, "é": 2}"#.utf8))?.kind == .duplicateName)
    }

    /// U+212B and U+00C5 are canonically equivalent, and two pieces of SentencePiece vocabularies.
    @Test func equivalentNamesAreTwoNames() throws {
        let value = try parse("{\"\u{212B}\": 1, \"\u{C5}\": 2, \"A\u{30A}\": 3}")
        #expect(value.members?.map { $0.name.unicodeScalars.count } == [1, 1, 2])
        #expect(value.members?.map(\.value) == [1, 2, 3])
    }

    @Test func depthIsBounded() {
        func nested(_ depth: Int) -> [UInt8] { Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth) }
        #expect(error(nested(128)) == nil)
        #expect(error(nested(129))?.reason == "nested deeper than 128")
        #expect(error(nested(1_000_000))?.kind == .malformed)
    }

    @Test func writingAndParsingAgainGivesTheSame() throws {
        let value = JSONValue.object(["text": "a\"\\\n\u{1}\u{7f}é😀/", "list": [1, 0.1, -3e-9, [], nil], "flag": false])
        #expect(try parse(value.text()) == value)
        #expect(try parse(value.text(indented: true)) == value)
        #expect(JSONValue.object(["a": [1]]).text(indented: true) == "{\n  \"a\": [\n    1\n  ]\n}")
    }
}
