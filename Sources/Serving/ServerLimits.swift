/// What one client can ask of the server, and all of them together.
public struct ServerLimits: Sendable, Hashable {
    /// Sequences decoded together.
    public var batchSize: Int
    /// Requests that may wait; more are told to come back (429).
    public var queueLength: Int
    /// Longest answer, in tokens.
    public var maximumTokens: Int
    /// Longest request body, in bytes.
    public var bodySize: Int
    /// Tokens of earlier prompts kept in memory for requests that begin alike.
    public var promptCacheTokens: Int

    public init(
        batchSize: Int = 32, queueLength: Int = 128, maximumTokens: Int = 2048, bodySize: Int = 1 << 20, promptCacheTokens: Int = 4096
    ) {
        self.batchSize = batchSize
        self.queueLength = queueLength
        self.maximumTokens = maximumTokens
        self.bodySize = bodySize
        self.promptCacheTokens = promptCacheTokens
    }
}
