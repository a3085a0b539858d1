import Endpoints
import Foundation
import Synchronization
import Testing

struct ChatClientTests {
    /// What a server does at first; afterwards it answers.
    enum Fault: String, CaseIterable, CustomTestStringConvertible {
        case tooMany, serverError, unavailable, reset, truncated, invalidJSON, otherJSON, noChoices

        var reply: FaultServer.Reply {
            switch self {
            case .tooMany: .status(429, body: #"{"error":{"message":"slow down","code":"rate_limit_exceeded"}}"#)
            case .serverError: .status(500, body: "oops")
            case .unavailable: .status(503, headers: ["Retry-After": "0"], body: #"{"error":"loading"}"#)
            case .reset: .reset
            case .truncated: .truncated("an answer of which half is missing")
            case .invalidJSON: .status(200, body: "<html>gateway</html>")
            case .otherJSON: .status(200, body: #"{"choices":[{"message":"not an object"}]}"#)
            case .noChoices: .status(200, body: #"{"choices":[]}"#)
            }
        }
        var testDescription: String { rawValue }
    }

    @Test("A fault that passes costs no row and no second call after success", arguments: Fault.allCases)
    func passingFault(fault: Fault) async throws {
        // Each third prompt fails at its first two tries.
        let server = try FaultServer { request in
            let isFaulty = request.prompt.hasSuffix("0") || request.prompt.hasSuffix("5")
            return isFaulty && request.earlier < 2 ? fault.reply : .text("answer to " + request.prompt)
        }
        let store = MemoryStore()
        let requests = (0..<20).map { request("prompt \($0)") }
        let answers = try await client(server, store: store).answers(to: requests)
        #expect(answers.map(\.text) == (0..<20).map { "answer to prompt \($0)" })
        #expect(answers.allSatisfy { $0.reportedModel == "served-model-1" && $0.model == "small-model" })
        #expect(store.saved.count == 20 && store.saved.allSatisfy { $0.count == 1 })
        // 16 at once, 4 after two failures each.
        #expect(server.requests.count == 16 + 4 * 3)

        let again = try await client(server, store: store).answers(to: requests)
        #expect(again == answers)
        #expect(server.requests.count == 28, "what is stored is not asked again")
    }

    @Test("A fault that stays leaves its rows open and keeps the others", arguments: Fault.allCases)
    func lastingFault(fault: Fault) async throws {
        let server = try FaultServer { $0.prompt.hasSuffix("7") ? fault.reply : .text("fine") }
        let store = MemoryStore()
        let requests = (0..<20).map { request("prompt \($0)") }
        let error = await #expect(throws: EndpointError.self) { try await client(server, store: store).answers(to: requests) }
        guard case .unanswered(let open, let answered, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(open == 2 && answered == 18)
        #expect(error?.isIncomplete == true)
        #expect(store.saved.count == 18)

        let mended = try FaultServer { _ in .text("fine at last") }
        let answers = try await client(mended, store: store).answers(to: requests)
        #expect(answers.count == 20)
        #expect(mended.requests.count == 2, "only the open rows are asked for")
    }

    @Test("A refusal ends at once and says what to check", arguments: [400, 401, 403, 404, 307])
    func refusal(status: Int) async throws {
        let server = try FaultServer { _ in
            .status(status, headers: ["Location": "http://127.0.0.1:1/"], body: #"{"error":{"message":"no such thing"}}"#)
        }
        let error = await #expect(throws: EndpointError.self) {
            try await client(server, concurrency: 2).answers(to: (0..<50).map { request("prompt \($0)") })
        }
        guard case .refused(status, _, "no such thing") = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isIncomplete == false)
        #expect(server.requests.count <= 4, "50 calls would all be refused")
    }

    @Test("A server that is silent or trickles is left after the time-out", arguments: [true, false])
    func slow(isSilent: Bool) async throws {
        let server = try FaultServer { request in
            request.earlier == 0 && request.prompt == "slow" ? (isSilent ? .silence : .trickle) : .text("there")
        }
        let start = ContinuousClock.now
        let answers = try await client(server, timeout: 0.5).answers(to: [request("slow"), request("quick")])
        #expect(answers.map(\.text) == ["there", "there"])
        #expect(server.requests.count == 3)
        #expect(ContinuousClock.now - start >= .seconds(0.5))
    }

    @Test("Nobody listens: unavailable, not incomplete")
    func nobody() async throws {
        let unused: UInt16
        do {
            let server = try FaultServer { _ in .reset }
            unused = server.port
        }
        let client = ChatClient(
            try EndpointAddress("m@http://127.0.0.1:\(unused)/v1"), key: nil, store: MemoryStore(),
            settings: .init(timeout: 2, retries: .fast))
        let error = await #expect(throws: EndpointError.self) { try await client.answers(to: [request("hello")]) }
        #expect(error?.isIncomplete == false)
        #expect(error?.what == "the endpoint left 1 call unanswered")
    }

    @Test("Retry-After in seconds is waited for, by every call")
    func retryAfter() async throws {
        let times = Mutex<[ContinuousClock.Instant]>([])
        let server = try FaultServer { request in
            times.withLock { $0.append(.now) }
            return request.number == 0 ? .status(429, headers: ["Retry-After": "1"], body: "") : .text("ok")
        }
        let answers = try await client(server, concurrency: 1).answers(to: [request("a"), request("b")])
        #expect(answers.count == 2)
        let seen = times.withLock { $0 }
        #expect(seen.count == 3)
        #expect(seen[1] - seen[0] >= .seconds(1))
    }

    @Test("Equal requests are one call; no more calls are under way than agreed")
    func concurrency() async throws {
        let server = try FaultServer { request in
            usleep(30_000)
            return .text(request.prompt)
        }
        let texts = (0..<30).map { "prompt \($0 % 12)" }
        let answers = try await client(server, concurrency: 3).answers(to: texts.map { request($0) })
        #expect(answers.map(\.text) == texts)
        #expect(server.requests.count == 12)
        #expect(server.mostUnderWay == 3)
    }

    @Test("A run that ends in the middle of 200 calls and starts again makes exactly the missing ones")
    func interruption() async throws {
        // Answers 100 and then holds its breath, so that it is known which calls were answered.
        let server = try FaultServer { $0.number < 100 ? .text($0.prompt) : .silence }
        let store = MemoryStore()
        let requests = (0..<200).map { request("prompt \($0)") }
        let run = Task { try await client(server, store: store).answers(to: requests) }
        while store.saved.count < 100 { try await Task.sleep(for: .milliseconds(10)) }
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(store.saved.count == 100)

        let next = try FaultServer { .text($0.prompt) }
        let answers = try await client(next, store: store).answers(to: requests)
        #expect(answers.map(\.text) == (0..<200).map { "prompt \($0)" })
        #expect(next.requests.count == 100)
        #expect(store.saved.allSatisfy { $0.count == 1 })
    }

    struct Stopped: Error {}

    @Test("A request to stop starts no further call and keeps those under way")
    func stopping() async throws {
        let stop = Atomic(false)
        let server = try FaultServer { request in
            if request.number == 9 { stop.store(true, ordering: .relaxed) }
            usleep(20_000)
            return .text("kept")
        }
        let store = MemoryStore()
        await #expect(throws: Stopped.self) {
            try await client(server, store: store, checkStop: { if stop.load(ordering: .relaxed) { throw Stopped() } })
                .answers(to: (0..<100).map { request("prompt \($0)") })
        }
        #expect(server.requests.count < 20)
        #expect(store.saved.count == server.requests.count, "calls under way were finished and kept")
    }

    @Test("Spending stops before the limit, counting calls under way at their worst")
    func costLimit() async throws {
        let server = try FaultServer { _ in .text("five tokens") }
        // A dollar per token of either kind.
        let meter = CostMeter(prices: PriceList(TokenPrices(prompt: 1_000_000, completion: 1_000_000)), limit: 200)
        let store = MemoryStore()
        let error = await #expect(throws: EndpointError.self) {
            try await client(server, store: store, meter: meter).answers(to: (0..<100).map { request("prompt \($0)") })
        }
        guard case .costLimit(200, let spent, let open) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        // Each call is 15 tokens by the server's count.
        #expect(spent == Double(15 * store.saved.count) && spent <= 200 && spent > 100)
        #expect(open == 100 - store.saved.count)
        #expect(server.requests.count == store.saved.count)
        #expect(error?.isIncomplete == true)
    }

    @Test("The key goes into the header and nowhere else, even where the server repeats it")
    func secrecy() async throws {
        let secret = "sk-very-secret-0123456789"
        let key = try APIKey(environment: ["OPENAI_API_KEY": secret])
        let server = try FaultServer { request in
            request.prompt == "refuse"
                ? .status(401, body: #"{"error":{"message":"Incorrect API key provided: \#(secret)"}}"#)
                : .status(500, body: String(repeating: "x", count: 290) + secret)
        }
        for prompt in ["refuse", "fail"] {
            let error = await #expect(throws: EndpointError.self) {
                try await client(server, key: key).answers(to: [request(prompt)])
            }
            let text = "\(String(describing: error)) \(String(reflecting: error))"
            #expect(!text.contains(secret) && !text.contains("sk-very"))
        }
        #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer \(secret)" })
        #expect(server.requests.allSatisfy { !String(decoding: $0.body, as: UTF8.self).contains("secret") })
        #expect(server.requests.allSatisfy { $0.path == "/v1/chat/completions" })
    }
}
