/// A vocabulary as model files state it: the `tokenizer.ggml.*` metadata of a GGUF file.
public struct VocabularySpecification: Sendable {
    /// `tokenizer.ggml.model`: `"gpt2"` for byte-level BPE, `"llama"` for SentencePiece.
    public var model: String
    /// `tokenizer.ggml.pre`: `"smollm"`, `"gpt-2"`, `"llama-bpe"`.
    public var preTokenizer: String?
    /// `tokenizer.ggml.tokens`, by id.
    public var tokens: [String]
    /// `tokenizer.ggml.token_type`, by id (`TokenKind`); empty when the file has none.
    public var tokenTypes: [Int32]
    /// `tokenizer.ggml.scores`, by id; only SentencePiece vocabularies have them.
    public var scores: [Float]
    /// `tokenizer.ggml.merges`, by rank: two tokens with one space between them.
    public var merges: [String]
    /// `tokenizer.ggml.bos_token_id`
    public var beginOfSequence: Int32?
    /// `tokenizer.ggml.eos_token_id`
    public var endOfSequence: Int32?
    /// `tokenizer.ggml.unknown_token_id`
    public var unknown: Int32?
    /// `tokenizer.ggml.add_bos_token`; absent means yes for SentencePiece, no for byte-level BPE.
    public var addsBeginOfSequence: Bool?
    /// `tokenizer.ggml.add_space_prefix`; absent means yes. Only SentencePiece heeds it.
    public var addsSpacePrefix: Bool?
    /// Named in errors: the file.
    public var source: String

    public init(
        model: String, preTokenizer: String?, tokens: [String], tokenTypes: [Int32] = [], scores: [Float] = [],
        merges: [String] = [], beginOfSequence: Int32? = nil, endOfSequence: Int32?, unknown: Int32? = nil,
        addsBeginOfSequence: Bool? = nil, addsSpacePrefix: Bool? = nil, source: String
    ) {
        self.model = model
        self.preTokenizer = preTokenizer
        self.tokens = tokens
        self.tokenTypes = tokenTypes
        self.scores = scores
        self.merges = merges
        self.beginOfSequence = beginOfSequence
        self.endOfSequence = endOfSequence
        self.unknown = unknown
        self.addsBeginOfSequence = addsBeginOfSequence
        self.addsSpacePrefix = addsSpacePrefix
        self.source = source
    }

    /// The tokenizer for `model`.
    /// - Throws: `TokenizationError` naming the metadata field at fault.
    public func makeTokenizer() throws(TokenizationError) -> any Tokenizer {
        switch model {
        case "gpt2": return try BytePairTokenizer(self)
        case "llama": return try SentencePieceTokenizer(self)
        default:
            throw .unsupported(
                source: source, field: "tokenizer.ggml.model", found: "\"\(model)\"", supported: "gpt2, llama")
        }
    }

    /// The token to end with, checked.
    func endOfTurn() throws(TokenizationError) -> Int32 {
        guard let endOfSequence else {
            throw invalid("eos_token_id", "absent; generation would not know where to stop")
        }
        return try checked(endOfSequence, "eos_token_id")
    }

    /// The token to put first, if this model wants one, checked.
    /// - Parameter isDefault: whether it does where the file does not say.
    func beginOfSequence(isDefault: Bool) throws(TokenizationError) -> Int32? {
        guard addsBeginOfSequence ?? isDefault else { return nil }
        guard let beginOfSequence else {
            throw invalid("bos_token_id", "absent although sequences begin with it (add_bos_token)")
        }
        return try checked(beginOfSequence, "bos_token_id")
    }

    /// Kinds by id, checked.
    func tokenKinds() throws(TokenizationError) -> [TokenKind] {
        guard !tokens.isEmpty else { throw invalid("tokens", "the vocabulary is empty") }
        guard !tokenTypes.isEmpty else { return Array(repeating: .normal, count: tokens.count) }
        guard tokenTypes.count == tokens.count else {
            throw invalid("token_type", "\(tokenTypes.count) entries for \(tokens.count) tokens")
        }
        var kinds: [TokenKind] = []
        kinds.reserveCapacity(tokens.count)
        for (id, type) in tokenTypes.enumerated() {
            guard let kind = TokenKind(rawValue: type) else {
                throw invalid("token_type", "entry \(id) is \(type); 1...6 exist")
            }
            kinds.append(kind)
        }
        return kinds
    }

    /// The id, checked against the vocabulary.
    func checked(_ id: Int32, _ field: String) throws(TokenizationError) -> Int32 {
        guard id >= 0, Int(id) < tokens.count else {
            throw invalid(field, "\(id) is outside the vocabulary of \(tokens.count)")
        }
        return id
    }

    func invalid(_ field: String, _ reason: String) -> TokenizationError {
        .invalid(source: source, field: "tokenizer.ggml.\(field)", reason: reason)
    }
}
