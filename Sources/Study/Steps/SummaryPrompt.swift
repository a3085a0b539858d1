import Notebook
import Preferences

/// The prompt that asks for a summary: the study's own, or the same with another number of sentences.
public enum SummaryPrompt {
    /// "at most 2 sentences".
    public static let studySentences = 2

    /// - Throws: `MissingPromptError`.
    static func text(article: String, sentences: Int) throws -> String {
        try PromptTemplate.summarization(sentenceCount: sentences).filled(["text": article])
    }
}
