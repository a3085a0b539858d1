import Testing
import Tokenization

@Suite struct EncodingParityTests {
    @Test(arguments: Subject.allCases)
    func idsEqualThoseOfTokenizers(_ subject: Subject) throws {
        let tokenizer = try subject.tokenizer()
        let rows: [Fixtures.Encoding] = try Fixtures.json("\(subject.rawValue)/encodings.json")
        #expect(rows.count >= 250)
        for row in rows {
            #expect(tokenizer.encode(row.text) == row.ids, "\(row.text.debugDescription)")
            let parsed = tokenizer.encode(row.text, parsingSpecialTokens: true)
            #expect(parsed == row.parsed ?? row.ids, "parsing \(row.text.debugDescription)")
        }
    }

    @Test(arguments: Subject.allCases)
    func decodedTextEqualsThatOfTokenizers(_ subject: Subject) throws {
        let tokenizer = try subject.tokenizer()
        for row in try Fixtures.json("\(subject.rawValue)/encodings.json", as: [Fixtures.Encoding].self) {
            #expect(scalars(tokenizer.decode(row.ids)) == scalars(row.decoded), "\(row.text.debugDescription)")
            if let parsed = row.parsed, let text = row.decodedAll {
                #expect(scalars(tokenizer.decode(parsed, skippingSpecialTokens: false)) == scalars(text))
            }
        }
    }

    /// Random ids, most of which are not UTF-8 in sum.
    @Test(arguments: Subject.allCases)
    func illFormedBytesDecodeAsInTokenizers(_ subject: Subject) throws {
        let tokenizer = try subject.tokenizer()
        let rows: [Fixtures.Decoding] = try Fixtures.json("\(subject.rawValue)/decodings.json")
        #expect(rows.contains { $0.decoded.contains("\u{FFFD}") })
        for row in rows { #expect(scalars(tokenizer.decode(row.ids)) == scalars(row.decoded), "\(row.ids)") }
    }

    @Test func classesOfAllScalarsEqualThoseOfTokenizers() throws {
        let classes: Fixtures.UnicodeClasses = try Fixtures.json("unicode-classes.json")
        var expected = [ScalarClass](repeating: .other, count: 0x110000)
        for (ranges, kind) in [
            (classes.letter, ScalarClass.letter), (classes.number, .number), (classes.space, .space),
        ] {
            for range in ranges { for value in range[0]...range[1] { expected[Int(value)] = kind } }
        }
        let wrong = (UInt32(0)..<0x110000).compactMap(Unicode.Scalar.init).filter {
            ScalarClass($0) != expected[Int($0.value)]
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(10).map { String($0.value, radix: 16) })")
        for byte in UInt8(0)..<0x80 { #expect(ScalarClass(ascii: byte) == expected[Int(byte)]) }
    }

    /// The bytes that SmolLM2's vocabulary lacks, counted from the file itself: those that no token spells alone.
    @Test func missingBytesAreDroppedAndTheirNeighboursMerge() throws {
        let tokenizer = try CachedModel.tokenizer()
        #expect(tokenizer.missingBytes.count == 21)
        #expect(tokenizer.missingBytes.prefix(6) == [0x04, 0x06, 0x13, 0x14, 0x16, 0x1D])
        #expect(tokenizer.encode("t\u{04}he") != tokenizer.encode("the"), "the word ends at the control character")
        #expect(tokenizer.encode("\u{01}\u{04}\u{02}") == tokenizer.encode("\u{01}\u{02}"))
        #expect(tokenizer.encode("\u{04}\u{06}").isEmpty)
    }
}
