import Testing
import Tokenization

@Suite struct VocabularySpecificationTests {
    private static let good = VocabularySpecification(
        model: "gpt2", preTokenizer: "gpt-2", tokens: ["<e>", "a", "b", "ab"], tokenTypes: [3, 1, 1, 1],
        merges: ["a b"],
        endOfSequence: 0, source: "model.gguf")

    private func expectError(naming field: String, _ change: (inout VocabularySpecification) -> Void) throws {
        var specification = Self.good
        change(&specification)
        let broken = specification
        let error = #expect(throws: TokenizationError.self) { try broken.makeTokenizer() }
        let description = try #require(error).description
        #expect(description.contains(field) && description.contains("model.gguf"), "\(description)")
    }

    @Test func goodMetadataMakesATokenizer() throws {
        let tokenizer = try Self.good.makeTokenizer()
        #expect(tokenizer.encode("abb") == [3, 2])
        #expect(tokenizer.endOfTurn == 0)
        #expect(tokenizer.beginOfSequence == nil)
        #expect(tokenizer.encode("a<e>b", parsingSpecialTokens: true) == [1, 0, 2])
        #expect(tokenizer.encode("a<e>b") == [1, 2], "no tokens for the other characters")
    }

    @Test func faultsAreErrorsNamingTheField() throws {
        try expectError(naming: "tokenizer.ggml.model") { $0.model = "bert" }
        try expectError(naming: "tokenizer.ggml.pre") { $0.preTokenizer = "deepseek-llm" }
        try expectError(naming: "tokenizer.ggml.pre") { $0.preTokenizer = nil }
        try expectError(naming: "tokenizer.ggml.tokens") { $0.tokens = [] }
        try expectError(naming: "tokenizer.ggml.token_type") { $0.tokenTypes = [1] }
        try expectError(naming: "tokenizer.ggml.token_type") { $0.tokenTypes[2] = 9 }
        try expectError(naming: "tokenizer.ggml.merges") { $0.merges = ["ab"] }
        try expectError(naming: "tokenizer.ggml.merges") { $0.merges = ["b a"] }
        try expectError(naming: "tokenizer.ggml.eos_token_id") { $0.endOfSequence = nil }
        try expectError(naming: "tokenizer.ggml.eos_token_id") { $0.endOfSequence = 4 }
        try expectError(naming: "tokenizer.ggml.bos_token_id") { $0.addsBeginOfSequence = true }
        try expectError(naming: "tokenizer.ggml.bos_token_id") {
            ($0.addsBeginOfSequence, $0.beginOfSequence) = (true, -1)
        }
        try expectError(naming: "tokenizer.ggml.scores") { $0.model = "llama" }
    }

    @Test func userDefinedTokensAreFoundWhereSpecialOnesAreNot() throws {
        var specification = Self.good
        specification.tokens += ["<tool>"]
        specification.tokenTypes += [4]
        let tokenizer = try specification.makeTokenizer()
        #expect(tokenizer.encode("a<tool>b") == [1, 4, 2])
        #expect(tokenizer.decode([1, 4, 0, 2]) == "a<tool>b")
    }

    /// Scores decide which pair merges first: "b" + "c" before "a" + "b", so "abc" is a, bc.
    @Test func sentencePieceMergesByScore() throws {
        let tokens = ["<unk>", "<s>", "</s>", "▁", "a", "b", "c", "ab", "bc", "▁a"]
        let specification = VocabularySpecification(
            model: "llama", preTokenizer: nil, tokens: tokens, tokenTypes: [2, 3, 3, 1, 1, 1, 1, 1, 1, 1],
            scores: [0, 0, 0, -9, -9, -9, -9, -2, -1, -3], beginOfSequence: 1, endOfSequence: 2, unknown: 0, source: "m"
        )
        let tokenizer = try specification.makeTokenizer()
        #expect(tokenizer.encode("abc") == [9, 8])
        #expect(tokenizer.encode("ab") == [3, 7])
        #expect(tokenizer.encode("xyab") == [3, 0, 7], "neighbouring unknowns are one")
        #expect(tokenizer.decode([9, 8]) == "abc")
        #expect(tokenizer.beginOfSequence == 1)
    }

    /// A vocabulary of the sentencepiece library, as converters copy it into GGUF files.
    @Test func sentencePieceIdsEqualThoseOfSentencePiece() throws {
        struct Fixture: Decodable {
            var tokens: [String]
            var scores: [Float]
            var types: [Int32]
            var encodings: [Fixtures.Decoding]
        }
        let fixture: Fixture = try Fixtures.json("sentencepiece/encodings.json")
        let specification = VocabularySpecification(
            model: "llama", preTokenizer: nil, tokens: fixture.tokens, tokenTypes: fixture.types,
            scores: fixture.scores,
            beginOfSequence: 1, endOfSequence: 2, unknown: 0, source: "fixture")
        let tokenizer = try specification.makeTokenizer()
        #expect(fixture.encodings.count >= 250)
        for row in fixture.encodings {
            #expect(tokenizer.encode(row.decoded) == row.ids, "\(row.decoded.debugDescription)")
            #expect(scalars(tokenizer.decode(row.ids)) == scalars(row.decoded))
        }
    }
}
