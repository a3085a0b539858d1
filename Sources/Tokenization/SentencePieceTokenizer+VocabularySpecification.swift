extension SentencePieceTokenizer {
    /// A tokenizer from GGUF metadata with `tokenizer.ggml.model` = `"llama"`, whose pairs merge in the order of
    /// the scores of what they form.
    /// - Throws: `TokenizationError` naming the metadata field at fault.
    public init(_ specification: VocabularySpecification) throws(TokenizationError) {
        let kinds = try specification.tokenKinds()
        let scores = specification.scores
        guard scores.count == specification.tokens.count, scores.allSatisfy(\.isFinite) else {
            throw specification.invalid(
                "scores", "\(scores.count) for \(specification.tokens.count) tokens; each token needs a finite one")
        }
        let vocabulary = Vocabulary(spellings: specification.tokens, kinds: kinds, bytes: Self.bytes(ofSpelling:_:))
        var unknown: UnknownToken?
        if let id = specification.unknown {
            unknown = UnknownToken(id: try specification.checked(id, "unknown_token_id"), isFused: true)
        }
        self.init(
            vocabulary: vocabulary, table: Self.table(of: vocabulary, scores), addedTokens: vocabulary.addedTokens,
            spacePrefix: specification.addsSpacePrefix == false ? .never : .always, unknown: unknown,
            endOfTurn: try specification.endOfTurn(),
            beginOfSequence: try specification.beginOfSequence(isDefault: true))
    }

    /// Every way to make a token of two others; the higher its score, the earlier it merges.
    private static func table(of vocabulary: Vocabulary, _ scores: [Float]) -> MergeTable {
        let normal = vocabulary.kinds.indices.filter { vocabulary.kinds[$0] == .normal }
        var ranks: [Float: Int32] = [:]
        for (rank, score) in Set(normal.map { scores[$0] }).sorted(by: >).enumerated() { ranks[score] = Int32(rank) }

        func normalID(_ spelling: ArraySlice<UInt8>) -> Int32? {
            guard let id = vocabulary.id(ofUTF8: Array(spelling)), vocabulary.kind(of: id) == .normal else {
                return nil
            }
            return id
        }
        var pairs: [(left: Int32, right: Int32, merge: MergeTable.Merge)] = []
        for id in normal {
            let spelling = Array(vocabulary.spellings[id].utf8)
            guard spelling.count > 1, let rank = ranks[scores[id]] else { continue }
            for cut in 1..<spelling.count where spelling[cut] & 0xC0 != 0x80 {
                if let left = normalID(spelling[..<cut]), let right = normalID(spelling[cut...]) {
                    pairs.append((left, right, MergeTable.Merge(rank: rank, result: Int32(id))))
                }
            }
        }
        var table = MergeTable(capacity: pairs.count)
        for pair in pairs { table.insert(pair.left, pair.right, pair.merge) }
        return table
    }
}
