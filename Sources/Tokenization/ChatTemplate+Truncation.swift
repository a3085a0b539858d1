/// A prompt that fits a limit, with what was cut from the article to make it fit.
public struct FittedPrompt: Sendable, Hashable {
    /// Prompt tokens, the opened assistant turn included.
    public var ids: [Int32]
    /// The part of the article that the prompt holds.
    public var article: String
    /// Tokens of the whole article, encoded on its own.
    public var articleTokens: Int
    /// Tokens of the part that was kept, encoded on its own.
    public var keptTokens: Int

    public var isTruncated: Bool { keptTokens < articleTokens }
}

extension ChatTemplate {
    /// The prompt around an article, cut at the end of a word so that it has at most `maximumTokens` tokens.
    ///
    /// Only the article gives way: the instructions and the assistant's header are always whole.
    /// - Parameter messages: the turns around an article, which is whole or a prefix of `article`.
    /// - Throws: `TokenizationError.promptTooLong` if the prompt is too long without any article.
    public func prompt(
        article: String, maximumTokens: Int, messages: (_ article: String) -> [Message]
    ) throws(TokenizationError) -> FittedPrompt {
        func fitted(_ kept: Substring) throws(TokenizationError) -> FittedPrompt? {
            let text = String(kept)
            let ids = try render(messages(text), addGenerationPrompt: true)
            guard ids.count <= maximumTokens else { return nil }
            let keptTokens = tokenizer.encode(text).count
            return FittedPrompt(ids: ids, article: text, articleTokens: keptTokens, keptTokens: keptTokens)
        }
        if let whole = try fitted(article[...]) { return whole }
        guard var best = try fitted(article.prefix(0)) else {
            let template = try render(messages(""), addGenerationPrompt: true)
            throw .promptTooLong(templateTokens: template.count, maximumTokens: maximumTokens)
        }
        let cuts = Self.wordEnds(of: article)
        var (low, high) = (0, cuts.count)
        while low < high {
            let middle = low + (high - low) / 2
            if let fits = try fitted(article[..<cuts[middle]]) {
                best = fits
                low = middle + 1
            } else {
                high = middle
            }
        }
        best.articleTokens = tokenizer.encode(article).count
        return best
    }

    /// The same for one user turn, in which `placeholder` stands for the article.
    /// - Throws: `TokenizationError.invalid` if the template has no placeholder or several;
    ///   `.promptTooLong` if the prompt is too long without any article.
    public func prompt(
        template: String, placeholder: String = "{article}", article: String, maximumTokens: Int
    ) throws(TokenizationError) -> FittedPrompt {
        let parts = template.split(separator: placeholder, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw .invalid(
                source: "prompt template", field: placeholder,
                reason: "occurs \(parts.count - 1) times; the article is put where it occurs once")
        }
        return try prompt(article: article, maximumTokens: maximumTokens) {
            [Message(role: .user, content: parts[0] + $0 + parts[1])]
        }
    }

    /// Where the article may end: after each word, and inside a stretch without spaces every 40 characters.
    private static func wordEnds(of article: String) -> [String.Index] {
        var ends: [String.Index] = []
        var length = 0
        for index in article.indices {
            if article[index].isWhitespace {
                if length > 0 { ends.append(index) }
                length = 0
            } else {
                if length == 40 {
                    ends.append(index)
                    length = 0
                }
                length += 1
            }
        }
        return ends
    }
}
