import JSON

// What happens to text before and after the model: normalizer, pre_tokenizer, post_processor, decoder.
extension TokenizerFile {
    /// The pre-tokeniser of a byte-level vocabulary, its last step `ByteLevel`.
    func byteLevelPreTokenizer() throws(TokenizationError) -> PreTokenizer {
        if let normalizer = parts("normalizer", "normalizers").first {
            throw unsupported("normalizer", describe(normalizer), "null for byte-level BPE")
        }
        guard json["decoder"]?["type"]?.string == "ByteLevel" else {
            throw unsupported("decoder", json["decoder"].map(describe) ?? "null", "ByteLevel; or model.byte_fallback")
        }
        let entries = parts("pre_tokenizer", "pretokenizers")
        guard entries.last?["type"]?.string == "ByteLevel" else {
            throw unsupported(
                "pre_tokenizer", entries.last.map(describe) ?? "null", "Digits and Split, with ByteLevel at the end")
        }
        var steps: [PreTokenizer.Step] = []
        for (index, entry) in entries.enumerated() {
            let field = "pre_tokenizer[\(index)]"
            switch entry["type"]?.string {
            case "Digits":
                steps.append(.digits(individually: entry["individual_digits"]?.bool ?? false))
            case "Split":
                steps.append(try split(entry, field))
            case "ByteLevel" where index == entries.count - 1:
                if entry["add_prefix_space"]?.bool == true {
                    throw unsupported(field + ".add_prefix_space", "true", "false")
                }
                if entry["use_regex"]?.bool ?? true { steps.append(.gpt2) }
            default:
                throw unsupported(field, describe(entry), "Digits, Split, and ByteLevel at the end")
            }
        }
        return PreTokenizer(steps: steps)
    }

    private func split(_ entry: JSONValue, _ field: String) throws(TokenizationError) -> PreTokenizer.Step {
        guard entry["behavior"]?.string == "Isolated", entry["invert"]?.bool != true else {
            throw unsupported(field, describe(entry), "behavior Isolated, not inverted")
        }
        let pattern = entry["pattern"]?["Regex"]?.string
        guard let pattern, let step = PreTokenizer.Step(expression: pattern) else {
            throw unsupported(
                field + ".pattern", pattern.map { "\"\($0)\"" } ?? "no Regex",
                "the expressions of GPT-2, Llama 3 and Qwen 2")
        }
        return step
    }

    /// Where a SentencePiece vocabulary puts its leading space: `normalizer` or `pre_tokenizer` say.
    func spacePrefix() throws(TokenizationError) -> SentencePieceTokenizer.SpacePrefix {
        let space = String(SentencePieceTokenizer.space)
        var prefix = SentencePieceTokenizer.SpacePrefix.never
        var replacesSpaces = false
        for (index, entry) in parts("normalizer", "normalizers").enumerated() {
            switch entry["type"]?.string {
            case "Prepend" where entry["prepend"]?.string == space:
                prefix = .always
            case "Replace" where entry["pattern"]?["String"]?.string == " " && entry["content"]?.string == space:
                replacesSpaces = true
            default:
                throw unsupported(
                    "normalizer[\(index)]", describe(entry), "Prepend \(space), Replace of spaces by \(space)")
            }
        }
        if let entry = json["pre_tokenizer"] {
            guard entry["type"]?.string == "Metaspace", entry["replacement"]?.string == space,
                entry["split"]?.bool == false,
                prefix == .never
            else { throw unsupported("pre_tokenizer", describe(entry), "null, or Metaspace without split") }
            replacesSpaces = true
            switch entry["prepend_scheme"]?.string {
            case "always": prefix = .unlessPresent
            case "first": prefix = .atStartUnlessPresent
            case "never": prefix = .never
            default: throw invalid("pre_tokenizer.prepend_scheme", "is none of always, first, never")
            }
        }
        guard replacesSpaces else {
            throw unsupported("normalizer", "no replacement of spaces", "Replace of spaces by \(space)")
        }
        try checkSentencePieceDecoder()
        return prefix
    }

    private func checkSentencePieceDecoder() throws(TokenizationError) {
        let types = parts("decoder", "decoders").compactMap { $0["type"]?.string }
        let supported = [
            ["Replace", "ByteFallback", "Fuse", "Strip"], ["Replace", "ByteFallback", "Fuse"], ["Metaspace"],
        ]
        guard supported.contains(types) else {
            throw unsupported(
                "decoder", types.joined(separator: ", "), "Replace, ByteFallback, Fuse, Strip; or Metaspace")
        }
    }

    /// The token that `add_bos_token` or `post_processor` puts before a sequence.
    func beginOfSequence(_ names: SequenceTokens, in vocabulary: Vocabulary) throws(TokenizationError) -> Int32? {
        var template: [JSONValue] = []
        for (index, entry) in parts("post_processor", "processors").enumerated() {
            switch entry["type"]?.string {
            case "ByteLevel": continue
            case "TemplateProcessing": template = entry["single"]?.array ?? []
            default: throw unsupported("post_processor[\(index)]", describe(entry), "ByteLevel, TemplateProcessing")
            }
        }
        let specials = template.compactMap { $0["SpecialToken"]?["id"]?.string }
        guard specials.count <= 1, specials.isEmpty || template.first?["SpecialToken"] != nil else {
            throw unsupported("post_processor.single", specials.joined(separator: " "), "one token before the text")
        }
        guard names.addsBegin ?? !specials.isEmpty else { return nil }
        guard let spelling = names.begin ?? specials.first, let id = vocabulary.id(of: spelling) else {
            throw .invalid(
                source: names.source, field: "bos_token",
                reason: "absent or not in the vocabulary although sequences begin with it")
        }
        return id
    }

    /// The entries of a field that holds a `Sequence`, one entry, or nothing.
    private func parts(_ field: String, _ entries: String) -> [JSONValue] {
        guard let value = json[field] else { return [] }
        return value["type"]?.string == "Sequence" ? value[entries]?.array ?? [] : [value]
    }

    private func describe(_ value: JSONValue) -> String { value["type"]?.string ?? "an entry without type" }
}

extension PreTokenizer.Step {
    /// The step for an expression, character for character; `nil` for those without a scanner.
    init?(expression: String) {
        let known: [Self] = [.gpt2, .llama3(maximumDigits: 3), .llama3(maximumDigits: 1)]
        guard let step = known.first(where: { $0.expression == expression }) else { return nil }
        self = step
    }

    /// The regular expression whose matches are the pieces.
    var expression: String {
        switch self {
        case .digits(let individually):
            individually ? #"\p{N}"# : #"\p{N}+"#
        case .gpt2:
            #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
        case .llama3(let maximumDigits):
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"#
                + (maximumDigits > 1 ? "{1,\(maximumDigits)}" : "")
                + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        }
    }
}
