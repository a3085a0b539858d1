import Endpoints
import Foundation
import Testing

struct RetryTests {
    @Test("Waits double up to the cap, lie in the upper half, and end with the attempts")
    func backoff() {
        let policy = RetryPolicy(attempts: 5, base: 1, cap: 4)
        let longest = (1...5).map { policy.delay(afterAttempt: $0, retryAfter: nil, jitter: 1) }
        let shortest = (1...5).map { policy.delay(afterAttempt: $0, retryAfter: nil, jitter: 0) }
        #expect(longest == [1, 2, 4, 4, nil])
        #expect(shortest == [0.5, 1, 2, 2, nil])
    }

    @Test("A server's Retry-After is never undercut, and one too long ends the call")
    func retryAfter() {
        let policy = RetryPolicy(attempts: 3, base: 1, cap: 60, longestRetryAfter: 100)
        #expect(policy.delay(afterAttempt: 1, retryAfter: 30, jitter: 0.5) == 30)
        #expect(policy.delay(afterAttempt: 1, retryAfter: 0, jitter: 0) == 0.5)
        #expect(policy.delay(afterAttempt: 1, retryAfter: 101, jitter: 0) == nil)
    }

    @Test("Retry-After as seconds and as each form of HTTP date")
    func header() {
        // RFC 9110, section 5.6.7, writes one instant in three forms.
        let now = Date(timeIntervalSince1970: 784_111_777 - 90)
        for date in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            #expect(RetryPolicy.seconds(retryAfter: date, now: now) == 90, "\(date)")
        }
        #expect(RetryPolicy.seconds(retryAfter: "Sun, 06 Nov 1994 08:49:37 GMT", now: now + 1000) == 0)
        #expect(RetryPolicy.seconds(retryAfter: " 2.5 ", now: now) == 2.5)
        for text in ["", "-1", "soon", "nan", "inf"] { #expect(RetryPolicy.seconds(retryAfter: text, now: now) == nil) }
    }

    @Test("Starts are spread by whichever limit binds")
    func rate() {
        // 60 requests a minute: one a second. 6,000 tokens a minute: 200 take 2 s.
        var schedule = RateSchedule(RateLimit(requestsPerMinute: 60, tokensPerMinute: 6_000))
        #expect(schedule.reserve(now: 10, tokens: 10) == 10)
        #expect(schedule.reserve(now: 10, tokens: 200) == 11)
        #expect(schedule.reserve(now: 10, tokens: 10) == 13)
        schedule.pause(until: 100)
        #expect(schedule.reserve(now: 20, tokens: 10) == 100)
        #expect(schedule.reserve(now: 500, tokens: 10) == 500)
    }

    @Test("Prices are dollars per million tokens")
    func prices() throws {
        let prices = try TokenPrices("2.50, 10")
        // 1000 * 2.5e-6 + 500 * 10e-6
        #expect(abs(prices.cost(promptTokens: 1000, completionTokens: 500) - 0.0075) < 1e-12)
        let list = try PriceList(["gpt-4o=2.5,10", "1,2"])
        #expect(list["gpt-4o"] == prices && list["another"] == TokenPrices(prompt: 1, completion: 2))
        for text in ["", "1", "1,2,3", "-1,2", "a,b", "nan,1"] {
            #expect(throws: EndpointError.malformedPrices(text)) { try TokenPrices(text) }
        }
    }
}
