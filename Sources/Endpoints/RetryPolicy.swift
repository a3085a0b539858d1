import Foundation

/// When a failed call is made again: after `base * 2^k` at most, the actual wait drawn uniformly from its upper
/// half ("equal jitter"; Brooker 2015, "Exponential Backoff And Jitter"), and never before the server's own
/// Retry-After.
public struct RetryPolicy: Sendable, Hashable {
    /// Calls in all, the first included.
    public var attempts: Int
    /// Seconds before the first retry, before jitter.
    public var base: Double
    /// Longest wait in seconds that this policy draws by itself.
    public var cap: Double
    /// Longest Retry-After in seconds that is waited for; a longer one leaves the call for a later run.
    public var longestRetryAfter: Double

    public init(attempts: Int = 6, base: Double = 1, cap: Double = 60, longestRetryAfter: Double = 300) {
        self.attempts = attempts
        self.base = base
        self.cap = cap
        self.longestRetryAfter = longestRetryAfter
    }

    /// Seconds to wait after `attempt` (1 for the first call) failed; `nil` to give up.
    /// - Parameters:
    ///   - retryAfter: seconds that the server asked for.
    ///   - jitter: uniform in 0 ..< 1.
    public func delay(afterAttempt attempt: Int, retryAfter: Double?, jitter: Double) -> Double? {
        guard attempt < attempts else { return nil }
        let backoff = min(cap, base * pow(2, Double(min(attempt - 1, 30)))) * (0.5 + jitter / 2)
        guard let retryAfter else { return backoff }
        return retryAfter > longestRetryAfter ? nil : max(backoff, retryAfter)
    }

    /// Seconds of a Retry-After header: a number, or an HTTP date (RFC 9110, sections 10.2.3 and 5.6.7).
    public static func seconds(retryAfter header: String, now: Date = Date()) -> Double? {
        let text = header.trimmingCharacters(in: .whitespaces)
        if let seconds = Double(text) { return seconds.isFinite && seconds >= 0 ? seconds : nil }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        for format in ["EEE, dd MMM yyyy HH:mm:ss zzz", "EEEE, dd-MMM-yy HH:mm:ss zzz", "EEE MMM d HH:mm:ss yyyy"] {
            formatter.dateFormat = format
            if let date = formatter.date(from: text) { return max(0, date.timeIntervalSince(now)) }
        }
        return nil
    }
}
