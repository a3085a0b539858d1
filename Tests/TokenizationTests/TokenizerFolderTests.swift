import Foundation
import Testing
import Tokenization

@Suite struct TokenizerFolderTests {
    private static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("precis-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    /// What was written is read back with the same ids; `generate.py`'s texts cover all of the pipeline.
    @Test(arguments: [Subject.smollm, .digits, .gpt2, .llama3])
    func writtenTokenizersGiveTheSameIds(_ subject: Subject) throws {
        let tokenizer = try #require(try subject.tokenizer() as? BytePairTokenizer)
        let jinja = "{{ 'quoted \\n \"text\"' }}\n\t\u{1}ü"
        try Self.withFolder { path in
            try tokenizer.write(toFolder: path, chatTemplate: jinja)
            let folder = try TokenizerFolder(path: path)
            #expect(folder.chatTemplate == jinja)
            #expect(folder.tokenizer.endOfTurn == tokenizer.endOfTurn)
            #expect(folder.tokenizer.beginOfSequence == tokenizer.beginOfSequence)
            #expect(folder.tokenizer.vocabularyCount == tokenizer.vocabularyCount)
            for row in try Fixtures.json("\(subject.rawValue)/encodings.json", as: [Fixtures.Encoding].self) {
                #expect(folder.tokenizer.encode(row.text) == row.ids)
                #expect(folder.tokenizer.encode(row.text, parsingSpecialTokens: true) == row.parsed ?? row.ids)
            }
        }
    }

    /// The written file says what tokenizers' own file for the same tokenizer says.
    @Test(arguments: [Subject.digits, .gpt2, .llama3])
    func writtenFilesAgreeWithThoseOfTokenizers(_ subject: Subject) throws {
        let tokenizer = try #require(try subject.tokenizer() as? BytePairTokenizer)
        func json(_ path: String) throws -> NSDictionary {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            return try #require(try JSONSerialization.jsonObject(with: data) as? NSDictionary)
        }
        try Self.withFolder { path in
            try tokenizer.write(toFolder: path, chatTemplate: nil)
            let written = try json(path + "/tokenizer.json")
            let original = try json(Fixtures.path(subject.rawValue + "/tokenizer.json"))
            #expect(written["added_tokens"] as? NSArray == original["added_tokens"] as? NSArray)
            #expect(written["decoder"] as? NSDictionary == original["decoder"] as? NSDictionary)
            let model = try #require(written["model"] as? NSDictionary)
            let originalModel = try #require(original["model"] as? NSDictionary)
            let merges = try #require(originalModel["merges"] as? [[String]])
            #expect(model["merges"] as? [String] == merges.map { $0.joined(separator: " ") })
            #expect(model["ignore_merges"] as? Bool == originalModel["ignore_merges"] as? Bool)
            let vocabulary = try #require(model["vocab"] as? [String: Int])
            for (token, id) in try #require(originalModel["vocab"] as? [String: Int]) {
                #expect(vocabulary[token] == id)
            }
        }
    }

    @Test func mistralPutsItsTokenFirst() throws {
        let folder = try TokenizerFolder(path: Fixtures.path("mistral"))
        #expect(folder.tokenizer.beginOfSequence == folder.tokenizer.id(ofToken: "<s>"))
        #expect(folder.tokenizer.addsLeadingSpace)
        #expect(folder.chatTemplate?.contains("[INST]") == true)
    }

    /// Newer files of Mistral put the leading space with `Metaspace` instead of a normalizer.
    @Test(arguments: ["always", "first", "never"])
    func metaspaceEqualsThatOfTokenizers(_ scheme: String) throws {
        let metaspace = #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"\#(scheme)","split":false}"#
        let normalizer =
            #"{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]}"#
        let original = try Fixtures.text("mistral/tokenizer.json")
        #expect(original.contains(normalizer))
        let changed = original.replacing(normalizer, with: "null")
            .replacing(#""pre_tokenizer":null"#, with: #""pre_tokenizer":"# + metaspace)
        let rows: [String: [Fixtures.Encoding]] = try Fixtures.json("metaspace/encodings.json")
        try Self.withFolder { path in
            try changed.write(toFile: path + "/tokenizer.json", atomically: true, encoding: .utf8)
            let config = try Fixtures.text("mistral/tokenizer_config.json")
            try config.write(toFile: path + "/tokenizer_config.json", atomically: true, encoding: .utf8)
            let tokenizer = try TokenizerFolder(path: path).tokenizer
            for row in try #require(rows[scheme]) {
                #expect(tokenizer.encode(row.text) == row.ids, "\(row.text.debugDescription)")
                #expect(tokenizer.encode(row.text, parsingSpecialTokens: true) == row.parsed ?? row.ids)
            }
        }
    }

    @Test func llama3PutsItsTokenFirst() throws {
        let tokenizer = try TokenizerFolder(path: Fixtures.path("llama3")).tokenizer
        #expect(tokenizer.beginOfSequence == tokenizer.id(ofToken: "<|begin_of_text|>"))
        #expect(tokenizer.endOfTurn == tokenizer.id(ofToken: "<|eot_id|>"))
    }

    /// A change to a good file, and what the error must name.
    struct Fault: Sendable, CustomTestStringConvertible {
        var subject: Subject
        var text: String
        var replacement: String
        var field: String
        var testDescription: String { "\(subject) \(field)" }
    }

    @Test(arguments: [
        Fault(subject: .gpt2, text: #""type":"BPE""#, replacement: #""type":"Unigram""#, field: "model.type"),
        Fault(
            subject: .gpt2, text: #""normalizer":null"#, replacement: #""normalizer":{"type":"NFC"}"#,
            field: "normalizer"),
        Fault(subject: .gpt2, text: #""single_word":false"#, replacement: #""single_word":true"#, field: "single_word"),
        Fault(subject: .gpt2, text: #""dropout":null"#, replacement: #""dropout":0.1"#, field: "model.dropout"),
        Fault(
            subject: .gpt2, text: #""pre_tokenizer":{"type":"ByteLevel""#,
            replacement: #""pre_tokenizer":{"type":"Whitespace""#, field: "pre_tokenizer"),
        Fault(
            subject: .gpt2, text: #""merges":[["#, replacement: #""merges":[["zz","zzz"],["#, field: "model.merges[0]"),
        Fault(subject: .gpt2, text: #""!":0"#, replacement: #""!":900000000"#, field: "model.vocab"),
        Fault(subject: .gpt2, text: #""!":0"#, replacement: #""!":1"#, field: "model.vocab"),
        Fault(subject: .gpt2, text: #""!":0"#, replacement: #""!":-1"#, field: "model.vocab"),
        Fault(subject: .gpt2, text: #""version""#, replacement: #"version"#, field: "byte"),
        Fault(subject: .llama3, text: #"\\p{N}{1,3}"#, replacement: #"\\p{N}{1,4}"#, field: "pattern"),
        Fault(subject: .llama3, text: #""Isolated""#, replacement: #""Removed""#, field: "pre_tokenizer[0]"),
        Fault(subject: .mistral, text: #""prepend":"▁""#, replacement: #""prepend":"_""#, field: "normalizer[0]"),
        Fault(subject: .mistral, text: #""type":"Fuse""#, replacement: #""type":"CTC""#, field: "decoder"),
        Fault(subject: .mistral, text: #""normalized":false"#, replacement: #""normalized":true"#, field: "normalized"),
    ])
    func whatIsNotSupportedIsAnErrorNamingTheField(_ fault: Fault) throws {
        let original = try Fixtures.text(fault.subject.rawValue + "/tokenizer.json")
        #expect(original.contains(fault.text))
        try Self.withFolder { path in
            let broken = original.replacing(fault.text, with: fault.replacement, maxReplacements: 1)
            try broken.write(toFile: path + "/tokenizer.json", atomically: true, encoding: .utf8)
            let config = try Fixtures.text(fault.subject.rawValue + "/tokenizer_config.json")
            try config.write(toFile: path + "/tokenizer_config.json", atomically: true, encoding: .utf8)
            let error = #expect(throws: TokenizationError.self) { try TokenizerFolder(path: path) }
            let description = try #require(error).description
            #expect(description.contains(fault.field), "\(description)")
            #expect(description.contains(path + "/tokenizer.json"))
        }
    }

    /// Files cut anywhere are errors, never crashes.
    @Test func truncatedFilesAreErrors() throws {
        let bytes = Array(try Fixtures.text("digits/tokenizer.json").utf8)
        for length in stride(from: 0, to: bytes.count - 2, by: 997) {
            try Self.withFolder { path in
                try Data(bytes[..<length]).write(to: URL(fileURLWithPath: path + "/tokenizer.json"))
                #expect(throws: TokenizationError.self) { try TokenizerFolder(path: path) }
            }
        }
    }

    @Test func anEmptyFolderSaysWhichFileIsMissing() throws {
        try Self.withFolder { path in
            let error = #expect(throws: TokenizationError.self) { try TokenizerFolder(path: path) }
            let description = try #require(error).description
            #expect(description.contains("tokenizer.json"))
        }
    }
}
