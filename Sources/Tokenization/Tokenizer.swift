/// A reversible map between text and token ids.
public protocol Tokenizer: Sendable {
    var vocabularyCount: Int { get }
    /// Id of the token that ends a turn or a text (`<|im_end|>` for SmolLM2-Instruct).
    var endOfTurn: Int32 { get }
    /// Token put before every sequence, for models that want one.
    var beginOfSequence: Int32? { get }
    /// Ids of plain text. Text that spells a special token is encoded as ordinary characters,
    /// unless `parsingSpecialTokens` is set. No token is put before or after.
    func encode(_ text: String, parsingSpecialTokens: Bool) -> [Int32]
    /// Text of ids; bytes that are not valid UTF-8 become U+FFFD, ids outside the vocabulary nothing.
    func decode(_ ids: some Sequence<Int32>, skippingSpecialTokens: Bool) -> String
    /// Bytes that a token adds to the text; they may begin or end inside a character. Empty for an id outside
    /// the vocabulary.
    func bytes(of id: Int32) -> [UInt8]
    /// Whether a token marks structure instead of text, and is left out by `decode`.
    func isSpecial(_ id: Int32) -> Bool
    /// Whether `encode` puts a space before text, which `decode` takes away again (SentencePiece).
    var addsLeadingSpace: Bool { get }
    /// Id of a token by its exact spelling, e.g. `"<|im_start|>"`.
    func id(ofToken token: String) -> Int32?
}

extension Tokenizer {
    public var addsLeadingSpace: Bool { false }
    public func encode(_ text: String) -> [Int32] { encode(text, parsingSpecialTokens: false) }
    public func decode(_ ids: some Sequence<Int32>) -> String { decode(ids, skippingSpecialTokens: true) }
}

/// One turn of a conversation.
public struct Message: Sendable, Hashable, Codable {
    public enum Role: String, Sendable, Hashable, Codable { case system, user, assistant }
    public var role: Role
    public var content: String
    public init(role: Role, content: String) {
        self.role = role
        self.content = content
    }
}
