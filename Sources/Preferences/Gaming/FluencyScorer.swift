import LanguageModel
import Tokenization

/// How likely texts are under a language model that is given nothing of the article: a list of names is not what
/// a model expects to read, however many questions it answers.
///
/// Measured per word, not per token: a rare name is many tokens, all but the first of which are easy to guess.
public struct FluencyScorer {
    /// Raised when the same text would get another number.
    static let version = 1
    /// What stands before a text, so that its first words are judged as the beginning of one.
    static let opening = "News:"
    /// Longer texts are judged by their beginning.
    static let maximumWords = 100
    private static let batchSize = 64

    public let scorer: any TreeScorer
    public let tokenizer: any Tokenizer
    /// Model, numeric mode and version: what the numbers depend on besides the text.
    public let identity: String

    /// - Parameters:
    ///   - model: content hash of the weights.
    ///   - numericMode: of the scorer.
    public init(scorer: any TreeScorer, tokenizer: any Tokenizer, model: String, numericMode: String) {
        self.scorer = scorer
        self.tokenizer = tokenizer
        identity = Self.identity(model: model, numericMode: numericMode)
    }

    public static func identity(model: String, numericMode: String) -> String { "\(model) \(numericMode) fluency \(version)" }

    /// One per text, in order; `nil` for a text without words.
    public func likelihoods(of texts: [String]) throws -> [TextLikelihood?] {
        var results = [TextLikelihood?](repeating: nil, count: texts.count)
        let worded = texts.indices.filter { texts[$0].wordCount > 0 }
        for start in stride(from: 0, to: worded.count, by: Self.batchSize) {
            let batch = worded[start..<min(start + Self.batchSize, worded.count)]
            for (index, scores) in zip(batch, try scorer.score(batch.map { tree(texts[$0]) })) {
                results[index] = TextLikelihood(
                    negativeLogLikelihood: -scores.sum(1), tokenCount: scores.logProbabilities[1].count,
                    wordCount: Self.wordCount(of: texts[index]))
            }
        }
        return results
    }

    /// Words of the text that were read.
    public static func wordCount(of text: String) -> Int { min(text.wordCount, maximumWords) }

    private func tree(_ text: String) -> TokenTree {
        let opening = (tokenizer.beginOfSequence.map { [$0] } ?? []) + tokenizer.encode(Self.opening)
        let body = tokenizer.encode(" " + text.words.prefix(Self.maximumWords).joined(separator: " "))
        return TokenTree(prompt: opening, completion: body)
    }
}

public struct TextLikelihood: Sendable, Hashable {
    /// Sum over the words that were read, in nats.
    public var negativeLogLikelihood: Double
    public var tokenCount: Int
    public var wordCount: Int

    /// In nats.
    public var perWord: Double { negativeLogLikelihood / Double(wordCount) }
}
