extension BytePairTokenizer {
    /// A tokenizer from GGUF metadata with `tokenizer.ggml.model` = `"gpt2"`.
    /// - Throws: `TokenizationError` naming the metadata field at fault.
    public init(_ specification: VocabularySpecification) throws(TokenizationError) {
        let kinds = try specification.tokenKinds()
        let preTokenizer = try Self.preTokenizer(of: specification)
        let vocabulary = Vocabulary(spellings: specification.tokens, kinds: kinds) { spelling, _ in
            ByteAlphabet.bytes(ofSpelling: spelling) ?? Array(spelling.utf8)
        }
        self.init(
            vocabulary: vocabulary, merges: try Self.merges(of: specification, in: vocabulary),
            addedTokens: vocabulary.addedTokens, preTokenizer: preTokenizer,
            ignoresMerges: preTokenizer == .llama3, endOfTurn: try specification.endOfTurn(),
            beginOfSequence: try specification.beginOfSequence(isDefault: false))
    }

    private static func preTokenizer(of specification: VocabularySpecification) throws(TokenizationError)
        -> PreTokenizer
    {
        let name = specification.preTokenizer
        guard let match = PreTokenizer.named.first(where: { $0.key == name }) else {
            throw .unsupported(
                source: specification.source, field: "tokenizer.ggml.pre",
                found: name.map { "\"\($0)\"" } ?? "no value",
                supported: PreTokenizer.named.map(\.key).joined(separator: ", "))
        }
        return match.value
    }

    private static func merges(
        of specification: VocabularySpecification, in vocabulary: Vocabulary
    ) throws(TokenizationError) -> [(left: Int32, right: Int32, result: Int32)] {
        var merges: [(left: Int32, right: Int32, result: Int32)] = []
        merges.reserveCapacity(specification.merges.count)
        for (rank, merge) in specification.merges.enumerated() {
            let utf8 = Array(merge.utf8)
            // A token may itself start with a space in vocabularies that are not byte-level.
            guard let space = utf8.dropFirst().firstIndex(of: UInt8(ascii: " ")) else {
                throw specification.invalid(
                    "merges", "entry \(rank), \"\(merge)\", is not two tokens with a space between")
            }
            let (left, right) = (Array(utf8[..<space]), Array(utf8[(space + 1)...]))
            guard let leftID = vocabulary.id(ofUTF8: left), let rightID = vocabulary.id(ofUTF8: right),
                let result = vocabulary.id(ofUTF8: left + right)
            else {
                throw specification.invalid(
                    "merges", "entry \(rank), \"\(merge)\", names or forms a token that tokens lacks")
            }
            merges.append((leftID, rightID, result))
        }
        return merges
    }
}
