import JSON

/// A parsed `tokenizer.json` of Hugging Face's `tokenizers`.
///
/// Byte-level BPE (GPT-2, Llama 3, SmolLM) and SentencePiece BPE with byte fallback (Llama 2, Mistral) are
/// supported. Anything else that would change ids is an error naming its field, never ignored.
struct TokenizerFile {
    let json: JSONValue
    let source: String

    /// The tokens around a sequence, by spelling, as `tokenizer_config.json` names them.
    struct SequenceTokens {
        var source: String
        var begin: String?
        var end: String?
        /// `add_bos_token`; where absent, `post_processor` decides.
        var addsBegin: Bool?
    }

    func makeTokenizer(_ names: SequenceTokens) throws(TokenizationError) -> any Tokenizer {
        let type = json["model"]?["type"]?.string ?? "BPE"
        guard type == "BPE" else { throw unsupported("model.type", "\"\(type)\"", "\"BPE\"") }
        let model = try model()
        let added = try addedTokens()
        let isSentencePiece = json["model"]?["byte_fallback"]?.bool == true
        let vocabulary = try vocabulary(model, added, isSentencePiece: isSentencePiece)
        let end = try id(names.end, "eos_token", names.source, in: vocabulary)
        let begin = try beginOfSequence(names, in: vocabulary)
        let merges = try merges(in: vocabulary)
        let unknown = try unknown(in: vocabulary)
        if isSentencePiece {
            return SentencePieceTokenizer(
                vocabulary: vocabulary, table: MergeTable(ranked: merges), addedTokens: added,
                spacePrefix: try spacePrefix(), unknown: unknown, endOfTurn: end, beginOfSequence: begin)
        }
        return BytePairTokenizer(
            vocabulary: vocabulary, merges: merges, addedTokens: added, preTokenizer: try byteLevelPreTokenizer(),
            ignoresMerges: json["model"]?["ignore_merges"]?.bool ?? false, unknown: unknown, endOfTurn: end,
            beginOfSequence: begin)
    }

    func invalid(_ field: String, _ reason: String) -> TokenizationError {
        .invalid(source: source, field: field, reason: reason)
    }

    func unsupported(_ field: String, _ found: String, _ supported: String) -> TokenizationError {
        .unsupported(source: source, field: field, found: found, supported: supported)
    }
}

// MARK: - Vocabulary

extension TokenizerFile {
    /// `model.vocab`: spellings with ids.
    private func model() throws(TokenizationError) -> [(spelling: String, id: Int)] {
        guard let members = json["model"]?["vocab"]?.members, !members.isEmpty else {
            throw invalid("model.vocab", "absent or empty")
        }
        for field in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let affix = json["model"]?[field]?.string, !affix.isEmpty {
                throw unsupported("model.\(field)", "\"\(affix)\"", "none")
            }
        }
        if let dropout = json["model"]?["dropout"], dropout.double != 0 {
            throw unsupported("model.dropout", "a value", "null")
        }
        var tokens: [(spelling: String, id: Int)] = []
        tokens.reserveCapacity(members.count)
        for member in members {
            guard let id = member.value.integer else {
                throw invalid("model.vocab", "\"\(member.name)\" has no whole number")
            }
            tokens.append((member.name, id))
        }
        return tokens
    }

    private func addedTokens() throws(TokenizationError) -> [AddedToken] {
        var tokens: [AddedToken] = []
        for (index, entry) in (json["added_tokens"]?.array ?? []).enumerated() {
            let field = "added_tokens[\(index)]"
            guard let content = entry["content"]?.string, let id = entry["id"]?.integer, id >= 0, id < Int(Int32.max)
            else {
                throw invalid(field, "needs content and id")
            }
            if entry["single_word"]?.bool == true { throw unsupported(field + ".single_word", "true", "false") }
            if entry["normalized"]?.bool == true, json["normalizer"] != nil {
                throw unsupported(field + ".normalized", "true beside a normalizer", "false")
            }
            tokens.append(
                AddedToken(
                    id: Int32(id), content: content, isSpecial: entry["special"]?.bool ?? false,
                    stripsLeft: entry["lstrip"]?.bool ?? false, stripsRight: entry["rstrip"]?.bool ?? false))
        }
        return tokens
    }

    private func vocabulary(
        _ model: [(spelling: String, id: Int)], _ added: [AddedToken], isSentencePiece: Bool
    ) throws(TokenizationError) -> Vocabulary {
        let all = model + added.map { ($0.content, Int($0.id)) }
        let count = 1 + (all.map(\.id).max() ?? 0)
        // Ids may have gaps, but a few tokens must not claim a huge table.
        guard count <= 2 * all.count + 65_536 else {
            throw invalid("model.vocab", "the id \(count - 1) is out of proportion to \(all.count) tokens")
        }
        var spellings = [String](repeating: "", count: count)
        var kinds = [TokenKind](repeating: .unused, count: count)
        for (spelling, id) in model {
            guard id >= 0 else { throw invalid("model.vocab", "\"\(spelling)\" has the id \(id)") }
            guard kinds[id] == .unused else {
                throw invalid("model.vocab", "\"\(spellings[id])\" and \"\(spelling)\" share the id \(id)")
            }
            spellings[id] = spelling
            kinds[id] = isSentencePiece && Self.isByte(spelling) ? .byte : .normal
        }
        for token in added {
            spellings[Int(token.id)] = token.content
            kinds[Int(token.id)] = token.isSpecial ? .control : .userDefined
        }
        return Vocabulary(spellings: spellings, kinds: kinds) { spelling, kind in
            if isSentencePiece { return SentencePieceTokenizer.bytes(ofSpelling: spelling, kind) }
            return ByteAlphabet.bytes(ofSpelling: spelling) ?? Array(spelling.utf8)
        }
    }

    /// `<0x0A>`
    private static func isByte(_ spelling: String) -> Bool {
        let utf8 = Array(spelling.utf8)
        return utf8.count == 6 && utf8.starts(with: "<0x".utf8) && utf8[5] == UInt8(ascii: ">")
            && utf8[3...4].allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    }

    /// `model.merges`: pairs, or strings with one space between two tokens.
    private func merges(in vocabulary: Vocabulary) throws(TokenizationError) -> [(
        left: Int32, right: Int32, result: Int32
    )] {
        guard let entries = json["model"]?["merges"]?.array else { throw invalid("model.merges", "absent") }
        var merges: [(left: Int32, right: Int32, result: Int32)] = []
        merges.reserveCapacity(entries.count)
        for (rank, entry) in entries.enumerated() {
            let parts = entry.array?.compactMap(\.string) ?? entry.string?.split(separator: " ").map(String.init) ?? []
            guard parts.count == 2 else { throw invalid("model.merges[\(rank)]", "is not two tokens") }
            guard let left = vocabulary.id(of: parts[0]), let right = vocabulary.id(of: parts[1]),
                let result = vocabulary.id(of: parts[0] + parts[1])
            else {
                throw invalid(
                    "model.merges[\(rank)]", "\"\(parts[0]) \(parts[1])\" names or forms a token that vocab lacks")
            }
            merges.append((left, right, result))
        }
        return merges
    }

    private func unknown(in vocabulary: Vocabulary) throws(TokenizationError) -> UnknownToken? {
        guard let spelling = json["model"]?["unk_token"]?.string else { return nil }
        let id = try id(spelling, "model.unk_token", source, in: vocabulary)
        return UnknownToken(id: id, isFused: json["model"]?["fuse_unk"]?.bool ?? false)
    }

    private func id(
        _ spelling: String?, _ field: String, _ source: String, in vocabulary: Vocabulary
    ) throws(TokenizationError) -> Int32 {
        guard let spelling else { throw .invalid(source: source, field: field, reason: "absent") }
        guard let id = vocabulary.id(of: spelling) else {
            throw .invalid(source: source, field: field, reason: "\"\(spelling)\" is not in the vocabulary")
        }
        return id
    }
}
