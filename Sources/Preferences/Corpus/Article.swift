import Checkpoints

/// One news article.
public struct Article: Sendable, Hashable, Codable, Identifiable {
    /// The corpus's own id, or the first 16 hexadecimal digits of the SHA-256 of the normalised text.
    public let id: String
    /// Without white space at the ends, otherwise as the corpus has it.
    public let text: String
    /// Runs of characters that are not white space.
    public let wordCount: Int

    public init(id: String? = nil, text: String) {
        var body = Substring(text)
        while body.first?.isWhitespace == true { body.removeFirst() }
        while body.last?.isWhitespace == true { body.removeLast() }
        self.text = String(body)
        self.id = id ?? Self.contentID(of: self.text)
        wordCount = self.text.wordCount
    }

    /// Equal for texts that differ in white space or in the composition of accents only.
    static func contentID(of text: String) -> String {
        String(SHA256.hexDigest(of: text.normalizedText).prefix(16))
    }
}
