import Foundation
import Testing
import Tokenization

@Suite struct UnigramTests {
    @Test(arguments: ["deberta", "bytes"])
    func idsEqualThoseOfTokenizers(_ name: String) throws {
        let tokenizer = try UnigramTokenizer(folder: Fixtures.path("unigram/\(name)"))
        let rows: [Fixtures.Encoding] = try Fixtures.json("unigram/\(name)/encodings.json")
        #expect(rows.count >= 500)
        for row in rows {
            let ids = tokenizer.encode(row.text, parsingSpecialTokens: true)
            #expect(ids == row.ids, "\(row.text.debugDescription)")
            #expect(
                scalars(tokenizer.decode(row.ids)) == scalars(row.decoded), "\(row.text.debugDescription), \(row.ids)")
        }
    }

    @Test func sequencesBeginAndEndAsThePostProcessorSays() throws {
        let tokenizer = try UnigramTokenizer(folder: Fixtures.path("unigram/deberta"))
        #expect(tokenizer.beginOfSequence == tokenizer.id(ofToken: "[CLS]"))
        #expect(tokenizer.endOfTurn == tokenizer.id(ofToken: "[SEP]"))
        #expect(tokenizer.isSpecial(tokenizer.endOfTurn))
    }

    /// `[CLS]` in ASCII and in full-width letters, whose normal form spells it, and a token that the file does not
    /// call special.
    @Test func textThatSpellsSpecialTokensStaysText() throws {
        let folder = Fixtures.path("unigram/deberta")
        let tokenizer = try UnigramTokenizer(folder: folder, treatingAsSpecial: ["<|source|>"])
        let source = try #require(tokenizer.id(ofToken: "<|source|>"))
        for text in ["a [CLS] b", "a \u{FF3B}CLS\u{FF3D} b", "a <|source|> b", "a \u{FF1C}|source|> b"] {
            let ids = tokenizer.encode(text)
            #expect(ids.allSatisfy { !tokenizer.isSpecial($0) || tokenizer.id(ofToken: "[UNK]") == $0 }, "\(text)")
        }
        #expect(tokenizer.encode("a <|source|> b", parsingSpecialTokens: true).contains(source))
        #expect(try UnigramTokenizer(folder: folder).encode("a <|source|> b").contains(source), "not special by itself")
    }

    /// Every single byte of the character map replaced: an error or a map, never a trap.
    @Test func damagedCharacterMapsAreRead() throws {
        let text = try Fixtures.text("unigram/deberta/tokenizer.json")
        let parts = text.components(separatedBy: "\"precompiled_charsmap\":\"")
        let end = try #require(parts.dropFirst().first?.firstIndex(of: "\""))
        let bytes = try #require(Data(base64Encoded: String(parts[1][..<end])))
        var generator = SplitMix(state: 3)
        var read = 0
        for _ in 0..<40 {
            var damaged = bytes
            for _ in 0..<8 { damaged[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator) }
            let folder = try Self.folder(
                parts[0] + "\"precompiled_charsmap\":\"" + damaged.base64EncodedString() + String(parts[1][end...]))
            defer { try? FileManager.default.removeItem(atPath: folder) }
            do throws(TokenizationError) {
                _ = try UnigramTokenizer(folder: folder).encode("ﬁne \u{1100}\u{1161} ①② e\u{301} “quoted”")
                read += 1
            } catch {
                #expect(error.description.contains("precompiled_charsmap"))
            }
        }
        #expect(read > 0)
    }

    @Test(arguments: [
        ("\"Strip\"", "\"NFC\"", "normalizer"), ("\"Metaspace\",", "\"Whitespace\",", "pre_tokenizer"),
        ("\"unk_id\":3", "\"unk_id\":300000", "model.unk_id"), ("\"TemplateProcessing\"", "\"BertProcessing\"", "post_processor"),
        ("\"Unigram\"", "\"WordPiece\"", "model.type"), ("[\"[PAD]\",0.0]", "[\"[PAD]\"]", "model.vocab[0]"),
        ("\"id\":0,", "\"id\":2000000000,", "added_tokens"), ("\" {2,}\"", "\"x{2,}\"", "normalizer"),
    ])
    func whatIsNotSupportedIsNamed(_ original: String, _ replacement: String, _ field: String) throws {
        let text = try Fixtures.text("unigram/deberta/tokenizer.json")
        #expect(text.contains(original))
        let folder = try Self.folder(text.replacingOccurrences(of: original, with: replacement))
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let error = #expect(throws: TokenizationError.self) { try UnigramTokenizer(folder: folder) }
        #expect(error?.description.contains(field) == true, "\(String(describing: error))")
    }

    private static func folder(_ json: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("unigram-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(json.utf8).write(to: folder.appendingPathComponent("tokenizer.json"))
        return folder.path
    }
}
