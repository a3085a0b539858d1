import Foundation
import LanguageModel
import Synchronization

/// The model's own thread. Requests wait in a queue of bounded length, join the batch when there is room, and are
/// told of each token.
final class EngineLoop: Sendable {
    struct Limits: Sendable, Hashable {
        /// Sequences decoded together.
        var batchSize = 32
        /// Requests that may wait.
        var queueLength = 128
    }

    enum Refusal: Error { case queueFull, shuttingDown }

    struct Event: Sendable {
        /// Which of the request's samples.
        var choice: Int
        var token: OnlineDecoder.Token
    }

    /// The model may be used by one thread at a time: after `init`, the loop's.
    private struct Engine: @unchecked Sendable { let model: LanguageModel }

    private struct Job {
        let request: SamplingRequest
        let alternatives: Int
        let ticket: Ticket
        let events: AsyncThrowingStream<Event, any Error>.Continuation
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
        _ request: SamplingRequest, alternatives: Int
    ) throws -> (ticket: Ticket, events: AsyncThrowingStream<Event, any Error>) {
        let ticket = Ticket()
        let (events, continuation) = AsyncThrowingStream<Event, any Error>.makeStream()
        // A client that went away ends its stream before the stream's end.
        continuation.onTermination = { _ in ticket.abandon() }
        try enqueue(.sample(Job(request: request, alternatives: alternatives, ticket: ticket, events: continuation)))
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

    private func run() {
        var decoder = OnlineDecoder(model: engine.model, stopTokens: stopTokens)
        var running: [Int: (job: Job, choice: Int)] = [:]
        /// Choices of a job that are still in the batch, by its ticket.
        var open: [ObjectIdentifier: Int] = [:]

        func close(_ sequence: Int) {
            guard let (job, _) = running.removeValue(forKey: sequence) else { return }
            let id = ObjectIdentifier(job.ticket)
            let left = (open[id] ?? 1) - 1
            open[id] = left == 0 ? nil : left
            if left == 0 { job.events.finish() }
        }
        func deliver(_ tokens: [OnlineDecoder.Token]) {
            for token in tokens {
                guard let (job, choice) = running[token.sequence] else { continue }
                job.events.yield(Event(choice: choice, token: token))
                if token.finishReason != nil { close(token.sequence) }
            }
        }

        while true {
            // Sleeps only where there is nothing to decode; otherwise takes note of what has arrived.
            if decoder.isEmpty { arrival.wait() }
            let isStopped = queue.withLock { $0.isStopped }
            if isStopped, decoder.isEmpty { break }
            while let work = next(room: limits.batchSize - decoder.count, isEmpty: decoder.isEmpty) {
                switch work {
                case .score(let tree, let continuation):
                    continuation.resume(with: Result { try engine.model.score([tree])[0].logProbabilities[0] })
                case .sample(let job) where job.ticket.isAbandoned:
                    job.events.finish()
                case .sample(let job):
                    do {
                        let (sequences, tokens) = try decoder.admit(job.request, alternatives: job.alternatives)
                        open[ObjectIdentifier(job.ticket)] = sequences.count
                        for (choice, sequence) in sequences.enumerated() { running[sequence] = (job, choice) }
                        deliver(tokens)
                    } catch {
                        job.events.finish(throwing: error)
                    }
                }
            }
            let unwanted = running.filter { !$0.value.job.ticket.wants($0.value.choice) }.map(\.key)
            decoder.withdraw(Set(unwanted))
            for sequence in unwanted { close(sequence) }
            deliver(decoder.step())
        }
        finished.signal()
    }

    /// The oldest work, where the batch has room for it.
    private func next(room: Int, isEmpty: Bool) -> Work? {
        queue.withLock { queue in
            guard let first = queue.waiting.first else { return nil }
            if case .sample(let job) = first, job.request.seeds.count > room, !isEmpty { return nil }
            return queue.waiting.removeFirst()
        }
    }
}
