import FlyingFox
import FlyingSocks
import Foundation
import LanguageModel
import Tokenization

/// Serves a model over HTTP with OpenAI's API: `/v1/chat/completions`, `/v1/completions`, `/v1/models`, `/health`.
public final class CompletionServer: Sendable {
    /// Seconds that an answer may take.
    private static let longestAnswer = 3600.0

    private let engine: EngineLoop
    private let server: HTTPServer

    /// - Parameters:
    ///   - model: handed over: nobody else may use it as long as the server exists.
    ///   - modelName: what requests call it.
    ///   - host: an IPv4 or IPv6 address of this machine.
    ///   - port: 0 for any that is free.
    /// - Throws: `ServerError` for a host that is no address.
    public init(
        model: sending LanguageModel, template: ChatTemplate, modelName: String, host: String = "127.0.0.1", port: UInt16,
        limits: ServerLimits = ServerLimits()
    ) throws {
        let contextLength = model.configuration.contextLength
        engine = EngineLoop(
            model: model, stopTokens: Set(template.stopTokens),
            limits: .init(
                batchSize: limits.batchSize, queueLength: limits.queueLength, promptCacheTokens: limits.promptCacheTokens))
        let api = CompletionAPI(
            engine: engine, template: template, modelName: modelName, contextLength: contextLength, limits: limits)
        let handler = APIHandler(api: api)
        func configuration(_ address: some SocketAddress) -> HTTPServer.Configuration {
            // Bodies above the limit are refused unread.
            HTTPServer.Configuration(
                address: address, timeout: Self.longestAnswer, sharedRequestBufferSize: 16_384,
                sharedRequestReplaySize: limits.bodySize, pool: PromptSocketPool(base: HTTPServer.defaultPool()), logger: .disabled)
        }
        if let address = try? sockaddr_in.inet(ip4: host, port: port) {
            server = HTTPServer(config: configuration(address), handler: handler)
        } else if let address = try? sockaddr_in6.inet6(ip6: host, port: port) {
            server = HTTPServer(config: configuration(address), handler: handler)
        } else {
            throw ServerError.noAddress(host)
        }
        engine.start()
    }

    /// Serves until `stop` is called.
    /// - Throws: `ServerError` where the port cannot be had.
    public func run() async throws {
        do {
            try await server.run()
        } catch let error as SocketError {
            // A socket that `stop` closed.
            if case .disconnected = error { return }
            throw ServerError.cannotListen(error.localizedDescription)
        } catch is CancellationError {}
    }

    /// The port that clients connect to, once `run` listens on it.
    public func port() async throws -> UInt16 {
        try await server.waitUntilListening(timeout: 60)
        return switch await server.listeningAddress {
        case .ip4(_, let port)?, .ip6(_, let port)?: port
        default: 0
        }
    }

    /// Takes no new connections, lets answers under way end for at most `grace` seconds, and ends the engine.
    public func stop(grace: Double = 10) async {
        await server.stop(timeout: grace)
        let engine = engine
        // Waits for a thread: not on one of the pool's.
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                engine.stop()
                continuation.resume()
            }
        }
    }
}

public enum ServerError: Error, Hashable, CustomStringConvertible {
    case noAddress(String)
    case cannotListen(String)

    public var description: String {
        switch self {
        case .noAddress(let host): "\"\(host)\" is no IPv4 or IPv6 address of this machine"
        case .cannotListen(let reason): reason
        }
    }
}

/// HTTP to the API and back.
private struct APIHandler: HTTPHandler {
    let api: CompletionAPI

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        var isUnread = false
        let answer = await api.answer(method: request.method.rawValue, path: request.path) {
            if let size = request.bodySequence.count, size > api.limits.bodySize {
                isUnread = true
                throw APIError.tooLarge(api.limits.bodySize)
            }
            var body = Data()
            for try await part in request.bodySequence {
                body.append(part)
                // Chunked bodies announce no length.
                if body.count > api.limits.bodySize {
                    isUnread = true
                    throw APIError.tooLarge(api.limits.bodySize)
                }
            }
            return body
        }
        switch answer {
        case .whole(let status, let body, let retryAfter):
            var headers: HTTPHeaders = [.contentType: "application/json"]
            if let retryAfter { headers[HTTPHeader("Retry-After")] = String(retryAfter) }
            if isUnread { headers[.connection] = "close" }
            return HTTPResponse(statusCode: HTTPStatusCode(status, phrase: Self.phrases[status] ?? "Error"), headers: headers, body: body)
        case .events(let events):
            let headers: HTTPHeaders = [.contentType: "text/event-stream", HTTPHeader("Cache-Control"): "no-cache"]
            return HTTPResponse(statusCode: .ok, headers: headers, body: HTTPBodySequence(from: EventBytes(events: events)))
        }
    }

    private static let phrases = [
        200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 413: "Payload Too Large", 429: "Too Many Requests",
        500: "Internal Server Error", 503: "Service Unavailable",
    ]
}

extension APIError {
    fileprivate static func tooLarge(_ limit: Int) -> APIError { .invalid("the body is longer than \(limit) bytes", status: 413) }
}

/// Events as the bytes of a body, each handed on when it comes.
private struct EventBytes: AsyncBufferedSequence {
    typealias Element = UInt8
    let events: AsyncThrowingStream<Data, any Error>

    func makeAsyncIterator() -> Iterator { Iterator(events: events.makeAsyncIterator()) }

    struct Iterator: AsyncBufferedIteratorProtocol {
        var events: AsyncThrowingStream<Data, any Error>.AsyncIterator
        private var rest: ArraySlice<UInt8> = []

        init(events: AsyncThrowingStream<Data, any Error>.AsyncIterator) { self.events = events }

        mutating func next() async throws -> UInt8? {
            if rest.isEmpty { rest = try await nextBuffer(suggested: 1).map { $0[...] } ?? [] }
            return rest.popFirst()
        }

        /// One event whole, however many bytes were suggested: it is to arrive at once.
        mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
            if !rest.isEmpty {
                defer { rest = [] }
                return Array(rest)
            }
            return try await events.next().map { Array($0) }
        }
    }
}

/// Sends small writes at once. Without this a header waits for the acknowledgement of the bytes before it, up to
/// 40 ms on Linux; accepted connections inherit the option from the listening socket.
private struct PromptSocketPool<Base: AsyncSocketPool>: AsyncSocketPool {
    let base: Base

    func prepare() async throws { try await base.prepare() }
    func run() async throws { try await base.run() }

    func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
        if events == .connection {
            var isOn: Int32 = 1
            setsockopt(socket.file.rawValue, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        }
        try await base.suspendSocket(socket, untilReadyFor: events)
    }
}
