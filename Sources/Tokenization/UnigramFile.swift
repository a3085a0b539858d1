import JSON

/// A parsed `tokenizer.json` whose model is `Unigram`.
struct UnigramFile {
    let json: JSONValue
    let source: String
    let special: Set<String>

    func makeTokenizer() throws(TokenizationError) -> UnigramTokenizer {
        let type = json["model"]?["type"]?.string
        guard type == "Unigram" else {
            throw unsupported("model.type", type.map { "\"\($0)\"" } ?? "no type", "\"Unigram\"")
        }
        let pieces = try pieces()
        let added = try addedTokens()
        let fallsBackToBytes = json["model"]?["byte_fallback"]?.bool == true
        let pipeline = try pipeline()
        // Tokens that are found in normalised text decode as their normal form.
        let normalForms = Dictionary(
            added.filter(\.isNormalized).map { ($0.token.content, pipeline.normalize($0.token.content).utf8) },
            uniquingKeysWith: { $1 })
        let vocabulary = try vocabulary(
            pieces, added.map(\.token), normalForms: normalForms, fallsBackToBytes: fallsBackToBytes)
        guard let unknown = json["model"]?["unk_id"]?.integer, pieces.indices.contains(unknown) else {
            throw invalid("model.unk_id", "absent, or no place in vocab")
        }
        let byteTokens = (UInt8.min...UInt8.max).compactMap {
            vocabulary.id(of: SentencePieceTokenizer.spelling(of: $0))
        }
        let control = (0..<Int32(vocabulary.count)).filter { vocabulary.kind(of: $0) == .control }
        let ends = try sequenceEnds(vocabulary)
        return UnigramTokenizer(
            vocabulary: vocabulary,
            model: UnigramModel(
                pieces: pieces.map { (Array($0.spelling.utf8), $0.score) }, unknown: Int32(unknown),
                excluded: Set(control).subtracting([Int32(unknown)]), byteTokens: fallsBackToBytes ? byteTokens : []),
            pipeline: pipeline, addedTokens: added.filter { !$0.isNormalized }.map(\.token),
            normalizedAddedTokens: added.filter(\.isNormalized).map(\.token), endOfTurn: ends.end,
            beginOfSequence: ends.begin)
    }

    func invalid(_ field: String, _ reason: String) -> TokenizationError {
        .invalid(source: source, field: field, reason: reason)
    }

    func unsupported(_ field: String, _ found: String, _ supported: String) -> TokenizationError {
        .unsupported(source: source, field: field, found: found, supported: supported)
    }
}

// MARK: - Vocabulary

extension UnigramFile {
    /// `model.vocab`: `[spelling, log-probability]`, by id.
    private func pieces() throws(TokenizationError) -> [(spelling: String, score: Double)] {
        guard let entries = json["model"]?["vocab"]?.array, !entries.isEmpty else {
            throw invalid("model.vocab", "absent or empty")
        }
        var pieces: [(spelling: String, score: Double)] = []
        pieces.reserveCapacity(entries.count)
        for (id, entry) in entries.enumerated() {
            guard let pair = entry.array, pair.count == 2, let spelling = pair[0].string,
                let score = pair[1].double, score.isFinite
            else { throw invalid("model.vocab[\(id)]", "is not a spelling with a finite number") }
            pieces.append((spelling, score))
        }
        return pieces
    }

    private func addedTokens() throws(TokenizationError) -> [(token: AddedToken, isNormalized: Bool)] {
        var tokens: [(token: AddedToken, isNormalized: Bool)] = []
        for (index, entry) in (json["added_tokens"]?.array ?? []).enumerated() {
            let field = "added_tokens[\(index)]"
            guard let content = entry["content"]?.string, !content.isEmpty, let id = entry["id"]?.integer, id >= 0,
                id < Int(Int32.max)
            else { throw invalid(field, "needs content and id") }
            if entry["single_word"]?.bool == true { throw unsupported(field + ".single_word", "true", "false") }
            let token = AddedToken(
                id: Int32(id), content: content, isSpecial: entry["special"]?.bool ?? false || special.contains(content),
                stripsLeft: entry["lstrip"]?.bool ?? false, stripsRight: entry["rstrip"]?.bool ?? false)
            tokens.append((token, entry["normalized"]?.bool ?? false))
        }
        return tokens
    }

    private func vocabulary(
        _ pieces: [(spelling: String, score: Double)], _ added: [AddedToken], normalForms: [String: [UInt8]],
        fallsBackToBytes: Bool
    ) throws(TokenizationError) -> Vocabulary {
        let count = max(pieces.count, 1 + (added.map { Int($0.id) }.max() ?? 0))
        guard count <= pieces.count + added.count + 65_536 else {
            throw invalid("added_tokens", "the id \(count - 1) is out of proportion to \(pieces.count) pieces")
        }
        var spellings = pieces.map(\.spelling) + [String](repeating: "", count: count - pieces.count)
        var kinds = [TokenKind](repeating: .normal, count: pieces.count)
        kinds += [TokenKind](repeating: .unused, count: count - pieces.count)
        if fallsBackToBytes {
            let bytes = Set((UInt8.min...UInt8.max).map(SentencePieceTokenizer.spelling(of:)))
            for (id, piece) in pieces.enumerated() where bytes.contains(piece.spelling) { kinds[id] = .byte }
        }
        for token in added {
            spellings[Int(token.id)] = token.content
            kinds[Int(token.id)] = token.isSpecial ? .control : .userDefined
        }
        return Vocabulary(spellings: spellings, kinds: kinds) { spelling, kind in
            let isAdded = kind == .control || kind == .userDefined
            return (isAdded ? normalForms[spelling] : nil) ?? SentencePieceTokenizer.bytes(ofSpelling: spelling, kind)
        }
    }

    /// The tokens that `post_processor` puts around one sequence.
    private func sequenceEnds(_ vocabulary: Vocabulary) throws(TokenizationError) -> (begin: Int32?, end: Int32) {
        let field = "post_processor.single"
        guard json["post_processor"]?["type"]?.string == "TemplateProcessing",
            let template = json["post_processor"]?["single"]?.array
        else { throw unsupported("post_processor", "no TemplateProcessing", "TemplateProcessing") }
        let specials = template.map { $0["SpecialToken"]?["id"]?.string }
        guard let end = specials.last ?? nil, specials.count(where: { $0 != nil }) <= 2,
            let sequence = specials.firstIndex(of: nil), sequence == specials.count - 2, sequence <= 1
        else { throw unsupported(field, "another order", "[begin] text end") }
        func id(_ spelling: String) throws(TokenizationError) -> Int32 {
            guard let id = vocabulary.id(of: spelling) else { throw invalid(field, "\"\(spelling)\" is no token") }
            return id
        }
        var begin: Int32?
        if sequence == 1, let spelling = specials[0] { begin = try id(spelling) }
        return (begin, try id(end))
    }
}
