import Testing

import Checkpoints

@Suite struct JSONValueTests {
    private func parse(_ text: String) throws(CheckpointError) -> JSONValue {
        let bytes = Array(text.utf8)
        var result: Result<JSONValue, CheckpointError>?
        bytes.withUnsafeBytes { buffer in
            result = Result { () throws(CheckpointError) in try JSONValue(parsing: buffer, file: "test.json") }
        }
        guard let result else { preconditionFailure("withUnsafeBytes calls its body") }
        return try result.get()
    }

    @Test func values() throws {
        let value = try parse(#" {"b": [1, -2.5e3, true, null, "x"], "a": {"c": 9007199254740993, "d": 1e400}} "#)
        #expect(value.members?.map(\.name) == ["b", "a"])
        #expect(value["b"]?.array == [1, -2500.0, true, nil, "x"])
        #expect(value["a"]?["c"]?.integer == 9_007_199_254_740_993)
        #expect(value["a"]?["missing"] == nil)
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
    func malformed(text: String) { expectError(.malformed, mentioning: "test.json") { () throws(CheckpointError) in try parse(text) } }

    @Test func duplicateNames() {
        expectError(.duplicateName, mentioning: "\"a\"") { () throws(CheckpointError) in try parse(#"{"a": 1, "b": {"a": 2}, "a": 3}"#) }
    }

    @Test func invalidUTF8() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([0x22, 0xff, 0x22], to: "x.json")
        expectError(.malformed, mentioning: "UTF-8") { () throws(CheckpointError) in try JSONValue(contentsOf: path) }
    }

    @Test func writingAndParsingAgainGivesTheSame() throws {
        let value = JSONValue.object(["text": "a\"\\\n\u{1}\u{7f}é😀/", "list": [1, 0.1, -3e-9, [], nil], "flag": false])
        #expect(try parse(value.text()) == value)
        #expect(try parse(value.text(indented: true)) == value)
        #expect(JSONValue.object(["a": [1]]).text(indented: true) == "{\n  \"a\": [\n    1\n  ]\n}")
    }
}
