import Foundation
import Synchronization

/// Makes chat completions: several at once, within rate limits, with retries, each answer kept when it arrives.
public final class ChatClient: Sendable {
    public struct Settings: Sendable {
        /// Calls under way at once.
        public var concurrency: Int
        /// Seconds for one call.
        public var timeout: Double
        public var retries: RetryPolicy
        public var rate: RateLimit
        /// Root of the jitter; results do not depend on it.
        public var jitterSeed: UInt64

        public init(
            concurrency: Int = 8, timeout: Double = 120, retries: RetryPolicy = RetryPolicy(), rate: RateLimit = .none,
            jitterSeed: UInt64 = .random(in: 0 ... .max)
        ) {
            self.concurrency = concurrency
            self.timeout = timeout
            self.retries = retries
            self.rate = rate
            self.jitterSeed = jitterSeed
        }
    }

    public let address: EndpointAddress
    public let settings: Settings
    public let meter: CostMeter
    let store: any ResponseStore
    private let key: APIKey?
    private let transport: HTTPTransport
    private let pace: Pace
    private let dialect = Mutex(WireDialect())
    /// Throws when a person asked to stop; asked before every call and while waiting.
    private let checkStop: @Sendable () throws -> Void

    public init(
        _ address: EndpointAddress, key: APIKey?, store: any ResponseStore, settings: Settings = Settings(),
        meter: CostMeter = CostMeter(), checkStop: @escaping @Sendable () throws -> Void = {}
    ) {
        self.address = address
        self.settings = settings
        self.meter = meter
        self.store = store
        self.key = key
        self.checkStop = checkStop
        transport = HTTPTransport(connections: max(1, settings.concurrency))
        pace = Pace(settings.rate, seed: settings.jitterSeed)
    }

    deinit { transport.invalidate() }

    /// Answers in the order of the requests; equal requests are one call, and what the store holds is none.
    ///
    /// A call that fails for good does not hold up the others: they are made and kept before this throws.
    /// - Throws: `EndpointError`; what the store or `checkStop` throws; `CancellationError`.
    public func answers(to requests: [ChatRequest]) async throws -> [StoredAnswer] {
        let keys = try requests.map { try $0.key() }
        var answers: [String: StoredAnswer] = [:]
        var open: [(key: String, request: ChatRequest)] = []
        var seen: Set<String> = []
        for (key, request) in zip(keys, requests) where seen.insert(key).inserted {
            if let answer = try store.answer(requestKey: key) { answers[key] = answer } else { open.append((key, request)) }
        }
        var unanswered: [String] = []
        var stop: (any Error)?
        await withTaskGroup(of: Outcome.self) { group in
            var next = 0
            // One more call whenever one has ended.
            func advance(_ group: inout TaskGroup<Outcome>) {
                guard stop == nil, next < open.count else { return }
                let (key, request) = open[next]
                next += 1
                group.addTask { await self.outcome(of: request, key: key) }
            }
            for _ in 0..<max(1, settings.concurrency) { advance(&group) }
            while let outcome = await group.next() {
                switch outcome.result {
                case .success(let answer): answers[outcome.key] = answer
                case .failure(let failure as Exhausted): unanswered.append(failure.reason)
                // Calls under way are finished and kept: they are paid for.
                case .failure(let error):
                    if stop == nil { await pace.halt(error) }
                    stop = stop ?? error
                }
                advance(&group)
            }
        }
        if case .costLimit(let limit, _, _)? = stop as? EndpointError {
            throw EndpointError.costLimit(limit: limit, spent: meter.totals.cost, open: seen.count - answers.count)
        }
        if let stop { throw stop }
        if let last = unanswered.last {
            throw EndpointError.unanswered(
                open: unanswered.count, answered: open.count - unanswered.count, endpoint: address.description, reason: last)
        }
        return keys.compactMap { answers[$0] }
    }

    /// The stored answer to a request; nothing is called.
    public func answer(to request: ChatRequest) throws -> StoredAnswer? { try store.answer(requestKey: try request.key()) }

    private struct Outcome: Sendable {
        var key: String
        var result: Result<StoredAnswer, any Error>
    }

    private func outcome(of request: ChatRequest, key: String) async -> Outcome {
        do {
            return Outcome(key: key, result: .success(try await call(request, key: key)))
        } catch {
            return Outcome(key: key, result: .failure(error))
        }
    }

    /// Every retry of one call failed.
    private struct Exhausted: Error {
        var reason: String
    }

    private func call(_ request: ChatRequest, key requestKey: String) async throws -> StoredAnswer {
        var headers = ["Content-Type": "application/json", "Accept": "application/json"]
        if let key { headers["Authorization"] = key.authorization }
        var attempt = 1
        while true {
            let start = await pace.reserve(tokens: request.estimatedPromptTokens + request.maximumTokens)
            try await wait(until: start)
            guard let reserved = meter.reserve(request) else {
                throw EndpointError.costLimit(limit: meter.limit ?? 0, spent: meter.totals.cost, open: 0)
            }
            let failure: Failure
            let wording = dialect.withLock { $0 }
            do {
                let answer = try await transport.post(
                    try request.body(in: wording), to: address.chatCompletions, headers: headers, timeout: settings.timeout)
                let response = try read(answer, to: request, in: wording)
                let usage = response.usage ?? estimate(request, response)
                let stored = stored(response, request, requestKey)
                meter.settle(reserved, usage, model: request.model)
                try store.save(stored)
                return stored
            } catch let error as Failure {
                meter.release(reserved)
                failure = error
            } catch let error as OtherWording {
                // The same call in other words, at once and not as another try; later calls begin with them.
                meter.release(reserved)
                dialect.withLock { _ = $0.learn(refused: error.field) }
                continue
            } catch let error as TransportFailure {
                meter.release(reserved)
                failure = Failure(reason: error.reason)
            } catch {
                meter.release(reserved)
                throw error
            }
            guard let delay = settings.retries.delay(afterAttempt: attempt, retryAfter: failure.retryAfter, jitter: await pace.jitter())
            else { throw Exhausted(reason: failure.reason) }
            // The server's wish holds for every call; a failure of one call only for it.
            if let asked = failure.retryAfter { await pace.pause(seconds: asked) }
            try await wait(until: Pace.now + delay)
            attempt += 1
        }
    }

    /// Sleeps in short stretches, so that a stop is noticed within one.
    private func wait(until time: Double) async throws {
        while true {
            try Task.checkCancellation()
            try checkStop()
            try await pace.checkHalted()
            let left = time - Pace.now
            guard left > 0 else { return }
            try await Task.sleep(for: .seconds(min(left, 0.1)))
        }
    }

    private func stored(_ response: ChatResponse, _ request: ChatRequest, _ key: String) -> StoredAnswer {
        let choice = response.choices[0]
        return StoredAnswer(
            requestKey: key, model: request.model, reportedModel: response.model ?? request.model,
            text: choice.message.content ?? "",
            finishReason: choice.message.content == nil && choice.message.refusal != nil ? "refusal" : choice.finishReason,
            firstToken: choice.logProbabilities?.content?.first, usage: response.usage)
    }

    private func estimate(_ request: ChatRequest, _ response: ChatResponse) -> ChatResponse.Usage {
        ChatResponse.Usage(
            promptTokens: request.estimatedPromptTokens,
            completionTokens: ((response.choices[0].message.content ?? "").utf8.count + 3) / 4)
    }

    /// A failure that another try may mend.
    private struct Failure: Error {
        var reason: String
        var retryAfter: Double?
    }

    /// The server does not take a field that can be worded otherwise or left out.
    private struct OtherWording: Error {
        var field: RequestField
    }

    /// - Throws: `Failure`, `OtherWording`, `EndpointError`.
    private func read(_ answer: HTTPAnswer, to request: ChatRequest, in wording: WireDialect) throws -> ChatResponse {
        if [400, 422, 500, 501].contains(answer.status), let field = RequestField(refusal: answer.body) {
            var other = wording
            switch field {
            case .logProbabilities, .topLogProbabilities:
                // llama.cpp's Python server says so with status 500.
                if request.topLogProbabilities != nil {
                    throw EndpointError.noLogProbabilities(endpoint: address.description, reason: message(answer.body))
                }
            case _ where answer.status >= 500: break
            case _ where other.learn(refused: field): throw OtherWording(field: field)
            default:
                throw EndpointError.unsupportedField(field.rawValue, endpoint: address.description, message: message(answer.body))
            }
        }
        switch answer.status {
        case 200..<300:
            guard let response = try? JSONDecoder().decode(ChatResponse.self, from: answer.body), !response.choices.isEmpty else {
                throw Failure(reason: "the answer is no chat completion in JSON: \(quote(answer.body))")
            }
            return response
        case 408, 409, 425, 429, 500...:
            throw Failure(
                reason: "HTTP \(answer.status): \(message(answer.body))",
                retryAfter: answer.retryAfter.flatMap { RetryPolicy.seconds(retryAfter: $0) })
        default:
            throw EndpointError.refused(status: answer.status, endpoint: address.description, message: message(answer.body))
        }
    }

    private func message(_ body: Data) -> String {
        let detail = (try? JSONDecoder().decode(ErrorResponse.self, from: body))?.error.message
        return detail.map { quote(Data($0.utf8)) } ?? quote(body)
    }

    /// A server's text as one short line without the key.
    private func quote(_ text: Data) -> String {
        // The key is taken out before the text is cut, lest a part of it is left.
        let whole = String(decoding: text, as: UTF8.self)
        let redacted = key?.redacting(whole) ?? whole
        let line = redacted.split(whereSeparator: \.isNewline).joined(separator: " ")
        let printable = String(line.filter { character in character.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } })
        if printable.isEmpty { return "(nothing)" }
        return printable.count > 300 ? printable.prefix(300) + "…" : printable
    }
}

/// What the calls of a client share: when the next may start, and whether any may.
private actor Pace {
    private var schedule: RateSchedule
    private var generator: UInt64
    private var halted: (any Error)?

    init(_ limit: RateLimit, seed: UInt64) {
        schedule = RateSchedule(limit)
        generator = seed
    }

    /// Seconds since the system started.
    static var now: Double { ProcessInfo.processInfo.systemUptime }

    func reserve(tokens: Int) -> Double { schedule.reserve(now: Self.now, tokens: tokens) }
    func pause(seconds: Double) { schedule.pause(until: Self.now + seconds) }

    /// Uniform in 0 ..< 1 (SplitMix64's finaliser).
    func jitter() -> Double {
        generator &+= 0x9E37_79B9_7F4A_7C15
        var z = generator
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }

    /// Calls that wait end with `error`; those under way go on.
    func halt(_ error: any Error) { halted = error }
    func checkHalted() throws { if let halted { throw halted } }
}
