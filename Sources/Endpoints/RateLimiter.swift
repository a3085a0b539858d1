/// Spreads calls evenly so that no minute has more requests or tokens than agreed.
public struct RateLimit: Sendable, Hashable {
    public var requestsPerMinute: Double?
    public var tokensPerMinute: Double?

    public init(requestsPerMinute: Double? = nil, tokensPerMinute: Double? = nil) {
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
    }

    public static let none = RateLimit()
}

/// The times at which calls may start, in seconds of any clock. Each start moves the next by what it uses up.
public struct RateSchedule: Sendable {
    public let limit: RateLimit
    private var nextRequest = -Double.infinity
    private var nextTokens = -Double.infinity

    public init(_ limit: RateLimit) { self.limit = limit }

    /// Time at which a call of `tokens` tokens may start, `now` or later.
    public mutating func reserve(now: Double, tokens: Int) -> Double {
        let start = max(now, nextRequest, nextTokens)
        if let rate = limit.requestsPerMinute { nextRequest = start + 60 / rate }
        if let rate = limit.tokensPerMinute { nextTokens = start + Double(tokens) * 60 / rate }
        return start
    }

    /// No call starts before `time`: the server asked all of its clients to wait.
    public mutating func pause(until time: Double) { nextRequest = max(nextRequest, time) }
}
