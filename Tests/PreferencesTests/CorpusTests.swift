import Foundation
import Preferences
import Testing

@Suite struct CorpusTests {
    private func corpus(_ content: String, _ name: String) throws -> Corpus {
        try corpus(Data(content.utf8), name)
    }

    private func corpus(_ content: Data, _ name: String) throws -> Corpus {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("precis-corpus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent(name)
        try content.write(to: file)
        return try CorpusReader(path: file.path).read()
    }

    private func error(_ content: String, _ name: String) -> CorpusError? {
        do {
            _ = try corpus(content, name)
            return nil
        } catch { return error as? CorpusError }
    }

    @Test func idsIgnoreWhiteSpaceAndAccentComposition() {
        let composed = Article(text: "  A caf\u{e9}\n opened. ")
        #expect(composed.id == Article(text: "A cafe\u{301} opened.").id)
        // hashlib.sha256("A café opened.".encode()).hexdigest()[:16]
        #expect(composed.id == "89865b980cbfbff2")
        #expect(composed.text == "A caf\u{e9}\n opened.")
        #expect(composed.wordCount == 3)
        #expect(Article(id: "7", text: "x").id == "7")
    }

    @Test func jsonLines() throws {
        let corpus = try corpus(
            #"{"article": "One two.", "highlights": "x", "id": "a"}"# + "\r\n\n" + #"{"text": "Three.", "id": 5}"# + "\n"
                + #"{"text": "Four."}"#, "news.jsonl")
        #expect(corpus.articles.map(\.id) == ["a", "5", Article(text: "Four.").id])
        #expect(corpus.articles.map(\.text) == ["One two.", "Three.", "Four."])
    }

    /// What generated text can hold: escaped quotes, NUL, half of a surrogate pair, bidirectional controls.
    @Test func oddCharactersInJSONLines() throws {
        let corpus = try corpus(#"{"text": "A \"b\" \u0000 \ud800 \u202e c.", "id": "x"}"#, "news.jsonl")
        #expect(corpus.articles.map(\.text) == ["A \"b\" \u{0} \u{FFFD} \u{202E} c."])
        #expect(error(#"{"text": "x", "text": "y"}"#, "a.jsonl")?.description.contains("occurs twice") == true)
        #expect(error(#"{"article": null, "text": "y"}"#, "a.jsonl")?.reason == .wrongType(key: "article"))
    }

    @Test func malformedJSONNamesFileAndLine() {
        let error = error(#"{"text": "fine"}"# + "\n\n" + #"{"text": "broken}"# + "\n", "news.jsonl")
        #expect(error?.line == 3)
        #expect(error?.description.contains("news.jsonl:3: is not a JSON object") == true)
        #expect(self.error("[1, 2]", "a.jsonl")?.reason == .malformedJSON("another kind of value"))
        #expect(self.error(#"{"body": "x", "a": 1}"#, "a.jsonl")?.reason == .missingColumn(found: ["a", "body"]))
        #expect(self.error(#"{"text": 3}"#, "a.jsonl")?.reason == .wrongType(key: "text"))
        #expect(self.error(#"{"text": "x", "id": [1]}"#, "a.jsonl")?.reason == .wrongType(key: "id"))
    }

    @Test func csvWithQuotesCommasAndLineBreaks() throws {
        let corpus = try corpus(
            "id,article,highlights\r\n1,\"He said \"\"no\"\", twice.\nThen left.\",short\r\n2,Plain text.,\"\"\r\n", "test.csv")
        #expect(corpus.articles.map(\.id) == ["1", "2"])
        #expect(corpus.articles.map(\.text) == ["He said \"no\", twice.\nThen left.", "Plain text."])
    }

    @Test func csvErrorsNameTheLine() {
        let unclosed = error("id,text\n1,\"a\nb\n", "a.csv")
        #expect(unclosed?.line == 2 && unclosed?.reason == .unterminatedQuote)
        let after = error("id,text\n1,\"a\nb\"c\n", "a.csv")
        #expect(after?.line == 3 && after?.reason == .textAfterQuote)
        let inside = error("id,text\n1,a\"b\n", "a.csv")
        #expect(inside?.line == 2 && inside?.reason == .quoteInUnquotedField)
        // The second record starts on line 4: the first has a line break in it.
        let count = error("id,text\n1,\"a\nb\"\n2,c,d\n", "a.csv")
        #expect(count?.line == 4 && count?.reason == .fieldCount(expected: 2, found: 3))
        #expect(error("id,body\n1,x\n", "a.csv")?.reason == .missingColumn(found: ["id", "body"]))
    }

    @Test func plainLinesWithByteOrderMark() throws {
        let corpus = try corpus("\u{feff}First article.\n\nSecond  article.\nfirst article.\nFirst  article.\n", "lee.cor")
        #expect(corpus.articles.map(\.text) == ["First article.", "Second  article.", "first article."])
        #expect(corpus.dropped == [.empty: 1, .duplicateText: 1])
    }

    @Test func brokenEncodingAndMissingFiles() {
        #expect(throws: CorpusError.self) { try corpus(Data([0x61, 0x0a, 0xff, 0xfe]), "a.txt") }
        do {
            _ = try corpus(Data([0x61, 0x0a, 0xff, 0xfe]), "a.txt")
        } catch { #expect((error as? CorpusError)?.line == 2 && (error as? CorpusError)?.reason == .notUTF8) }
        #expect(error("", "a.jsonl")?.reason == .noArticles)
        #expect(throws: CorpusError.self) { try CorpusReader(path: "/nowhere/at all.csv").read() }
    }

    @Test func lengthLimitAndDuplicateIDs() throws {
        let articles = [Article(id: "1", text: "a"), Article(id: "1", text: "b"), Article(id: "2", text: "a b c"), Article(id: "3", text: "a b c d e")]
        let corpus = Corpus(articles).limited(toWords: 2...4)
        #expect(corpus.articles.map(\.id) == ["2"])
        #expect(corpus.dropped == [.duplicateID: 1, .tooShort: 1, .tooLong: 1])
    }

    @Test func splitDependsOnSeedAndIDOnly() {
        let articles = (0..<2_000).map { Article(id: "article \($0)", text: "text \($0)") }
        let split = ArticleSplit(seed: 3)
        let parts = split.parts(of: articles)
        let reversed = split.parts(of: articles.reversed())
        for part in ArticleSplit.Part.allCases {
            #expect(Set(parts[part]?.map(\.id) ?? []) == Set(reversed[part]?.map(\.id) ?? []))
        }
        // Binomial, standard deviation 18; five of them.
        #expect(abs((parts[.test]?.count ?? 0) - 400) < 90)
        #expect(abs((parts[.development]?.count ?? 0) - 400) < 90)
        #expect(ArticleSplit(seed: 4).parts(of: articles)[.test]?.map(\.id) != parts[.test]?.map(\.id))
        #expect(split.selection(10, from: articles) == Array(split.selection(30, from: articles.reversed()).prefix(10)))
    }
}
