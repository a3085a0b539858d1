import Foundation
import LanguageModel
import Synchronization

/// The model's own thread. Requests wait in a queue of bounded length, join the batch when there is room, and are
/// told of their tokens.
final class EngineLoop: Sendable {
    struct Limits: Sendable, Hashable {
        /// Sequences decoded together.
        var batchSize = 32
        /// Requests that may wait.
        var queueLength = 128
        /// Tokens of earlier prompts kept for requests that begin alike.
        var promptCacheTokens = 4096
        /// Prompt tokens read between two steps of those who are in the batch already; one prompt may be longer.
        var prefillTokens = 1024
    }

    enum Refusal: Error { case queueFull, shuttingDown }

    struct Event: Sendable {
        /// Which of the request's samples.
        var choice: Int
        var token: OnlineDecoder.Token
    }

    /// When a request is told of its new tokens. Waking its task takes a thread, and the engine wants them all.
    enum Delivery: Sendable, Hashable {
        /// Once, when every sample has ended.
        case atEnd
        /// Whenever there are so many: for a consumer that may end a sample by what it reads.
        case every(tokens: Int)
        /// The first ones at once, then not sooner than so many seconds after the last: for a reader who watches.
        case paced(seconds: Double)
    }

    /// The model may be used by one thread at a time: after `init`, the loop's.
    private struct Engine: @unchecked Sendable { let model: LanguageModel }

    private struct Job {
        let request: OnlineDecoder.Request
        let delivery: Delivery
        let ticket: Ticket
        let events: AsyncThrowingStream<[Event], any Error>.Continuation

        var sequenceCount: Int { request.sampling.seeds.count }
    }

    private enum Work {
        case sample(Job)
        case score(TokenTree, CheckedContinuation<[Float], any Error>)
    }

    /// A request in the loop; its consumer withdraws choices that it needs no more of.
    final class Ticket: Sendable {
        private struct State {
            var withdrawn: Set<Int> = []
            var isAbandoned = false
        }
        private let state = Mutex(State())

        func withdraw(choice: Int) { state.withLock { _ = $0.withdrawn.insert(choice) } }
        func abandon() { state.withLock { $0.isAbandoned = true } }
        var isAbandoned: Bool { state.withLock { $0.isAbandoned } }
        fileprivate func wants(_ choice: Int) -> Bool { state.withLock { !$0.isAbandoned && !$0.withdrawn.contains(choice) } }
    }

    private struct Queue {
        var waiting: [Work] = []
        var isStopped = false
    }

    let limits: Limits
    private let engine: Engine
    private let stopTokens: Set<Int32>
    private let queue = Mutex(Queue())
    /// Signalled once per piece of work, and once to stop.
    private let arrival = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)

    /// - Parameter model: handed over: nobody else may use it from here on.
    init(model: LanguageModel, stopTokens: Set<Int32>, limits: Limits) {
        self.limits = limits
        self.stopTokens = stopTokens
        engine = Engine(model: model)
    }

    func start() {
        let thread = Thread { self.run() }
        thread.name = "engine"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Ends the loop: what is in the batch is finished, what waits is refused. Returns when the thread has ended.
    func stop() {
        let waiting = queue.withLock { queue in
            queue.isStopped = true
            defer { queue.waiting = [] }
            return queue.waiting
        }
        for work in waiting { Self.refuse(work, .shuttingDown) }
        arrival.signal()
        finished.wait()
    }

    /// Requests that wait for a place.
    var queued: Int { queue.withLock { $0.waiting.count } }

    /// - Throws: `Refusal`.
    func sample(
        _ request: OnlineDecoder.Request, delivery: Delivery
    ) throws -> (ticket: Ticket, events: AsyncThrowingStream<[Event], any Error>) {
        let ticket = Ticket()
        let (events, continuation) = AsyncThrowingStream<[Event], any Error>.makeStream()
        // A client that went away ends its stream before the stream's end.
        continuation.onTermination = { _ in ticket.abandon() }
        try enqueue(.sample(Job(request: request, delivery: delivery, ticket: ticket, events: continuation)))
        return (ticket, events)
    }

    /// Log-probability of each token but the first, given those before it.
    /// - Throws: `Refusal`, `ModelError`.
    func score(_ tokens: [Int32]) async throws -> [Float] {
        var tree = TokenTree()
        tree.append(tokens, to: nil, isScored: true)
        let scored = tree
        return try await withCheckedThrowingContinuation { continuation in
            do { try enqueue(.score(scored, continuation)) } catch { continuation.resume(throwing: error) }
        }
    }

    private func enqueue(_ work: Work) throws {
        try queue.withLock { queue in
            if queue.isStopped { throw Refusal.shuttingDown }
            if queue.waiting.count >= limits.queueLength { throw Refusal.queueFull }
            queue.waiting.append(work)
        }
        arrival.signal()
    }

    private static func refuse(_ work: Work, _ refusal: Refusal) {
        switch work {
        case .sample(let job): job.events.finish(throwing: refusal)
        case .score(_, let continuation): continuation.resume(throwing: refusal)
        }
    }

    // MARK: The engine's thread

    /// A job whose samples are in the batch.
    private final class RunningJob {
        let job: Job
        private var openChoices: Int
        private var unsent: [Event] = []
        private var lastDelivery: ContinuousClock.Instant?

        init(_ job: Job) {
            self.job = job
            openChoices = job.sequenceCount
        }

        func take(_ event: Event) { unsent.append(event) }

        func closeChoice() { openChoices -= 1 }

        /// Hands over what is due.
        func deliver(now: ContinuousClock.Instant) {
            if openChoices == 0 {
                if !unsent.isEmpty { job.events.yield(unsent) }
                job.events.finish()
                return
            }
            let isDue =
                switch job.delivery {
                case .atEnd: false
                case .every(let tokens): unsent.count >= tokens
                case .paced(let seconds): !unsent.isEmpty && lastDelivery.map { now - $0 >= .seconds(seconds) } ?? true
                }
            guard isDue else { return }
            job.events.yield(unsent)
            unsent.removeAll(keepingCapacity: true)
            lastDelivery = now
        }
    }

    private func run() {
        var decoder = OnlineDecoder(model: engine.model, stopTokens: stopTokens, promptCacheTokens: limits.promptCacheTokens)
        var running: [Int: (job: RunningJob, choice: Int)] = [:]

        func deliver(_ tokens: [OnlineDecoder.Token]) {
            let now = ContinuousClock.now
            var told: [ObjectIdentifier: RunningJob] = [:]
            for token in tokens {
                guard let (job, choice) = running[token.sequence] else { continue }
                job.take(Event(choice: choice, token: token))
                told[ObjectIdentifier(job)] = job
                guard token.finishReason != nil else { continue }
                running[token.sequence] = nil
                job.closeChoice()
            }
            for job in told.values { job.deliver(now: now) }
        }
        func admit(_ jobs: [Job]) {
            for (job, result) in zip(jobs, decoder.admit(jobs.map(\.request))) {
                switch result {
                case .failure(let error): job.events.finish(throwing: error)
                case .success(let admission):
                    let started = RunningJob(job)
                    for (choice, sequence) in admission.sequences.enumerated() { running[sequence] = (started, choice) }
                    deliver(admission.tokens)
                }
            }
        }

        while true {
            // Sleeps only where there is nothing to decode; otherwise takes note of what has arrived.
            if decoder.isEmpty { arrival.wait() }
            let isStopped = queue.withLock { $0.isStopped }
            if isStopped, decoder.isEmpty { break }
            let work = next(room: limits.batchSize - decoder.count, isEmpty: decoder.isEmpty)
            admit(work.jobs)
            if let (tree, continuation) = work.score {
                continuation.resume(with: Result { try engine.model.score([tree])[0].logProbabilities[0] })
            }
            let unwanted = running.filter { !$0.value.job.job.ticket.wants($0.value.choice) }
            decoder.withdraw(Set(unwanted.keys))
            for (sequence, (job, _)) in unwanted {
                running[sequence] = nil
                job.closeChoice()
                job.deliver(now: .now)
            }
            deliver(decoder.step())
        }
        finished.signal()
    }

    /// The oldest work that fits in: prompts that the batch has room for, or one text to score.
    private func next(room: Int, isEmpty: Bool) -> (jobs: [Job], score: (TokenTree, CheckedContinuation<[Float], any Error>)?) {
        queue.withLock { queue in
            var jobs: [Job] = []
            var room = room
            var tokens = 0
            while let first = queue.waiting.first {
                switch first {
                case .score(let tree, let continuation):
                    queue.waiting.removeFirst()
                    return (jobs, (tree, continuation))
                case .sample(let job) where job.ticket.isAbandoned:
                    queue.waiting.removeFirst()
                    job.events.finish()
                case .sample(let job):
                    let isFirst = isEmpty && jobs.isEmpty
                    guard isFirst || job.sequenceCount <= room else { return (jobs, nil) }
                    tokens += job.request.sampling.prompt.count
                    guard jobs.isEmpty || tokens <= limits.prefillTokens else { return (jobs, nil) }
                    queue.waiting.removeFirst()
                    room -= job.sequenceCount
                    jobs.append(job)
                }
            }
            return (jobs, nil)
        }
    }
}
