import GRDB

/// The conversation that a sample set's model was given for an article.
public struct PromptRecord: Sendable, Codable, Equatable {
    public var setKey: String
    public var articleID: String
    /// Turns before the answer, as given (the article possibly shortened).
    public var messages: [PromptMessage]

    public init(
        setKey: String, articleID: String, messages: [PromptMessage]
    ) {
        self.setKey = setKey
        self.articleID = articleID
        self.messages = messages
    }
}

extension PromptRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "prompt" }
}

/// One turn of a prompt, in the field's chat format.
public struct PromptMessage: Sendable, Codable, Hashable {
    public var role: String
    public var content: String

    public init(role: String, content: String) {
        self.role = role
        self.content = content
    }
}

/// A text that a model wrote for an article.
public struct SampleRecord: Sendable, Codable, Equatable {
    /// Identity of the model, prompt, articles, sampling settings and seed.
    public var setKey: String
    public var articleID: String
    public var sampleIndex: Int
    /// Sampled ids, with the end-of-turn token when the model gave one.
    @TokenBlob public var tokens: [Int32]
    @ModelText public var text: String
    public var words: Int
    public var finishReason: String
    /// Sum over the sampled tokens, in nats, at temperature 1.
    public var logProbability: Double

    public init(
        setKey: String, articleID: String, sampleIndex: Int, tokens: [Int32], text: String, words: Int,
        finishReason: String, logProbability: Double
    ) {
        self.setKey = setKey
        self.articleID = articleID
        self.sampleIndex = sampleIndex
        self.tokens = tokens
        self.text = text
        self.words = words
        self.finishReason = finishReason
        self.logProbability = logProbability
    }
}

extension SampleRecord: FetchableRecord, PersistableRecord {
    public static var databaseTableName: String { "sample" }
}
