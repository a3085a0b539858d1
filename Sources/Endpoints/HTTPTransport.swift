import Foundation
#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif
import Synchronization

struct HTTPAnswer: Sendable {
    var status: Int
    /// As sent, a number of seconds or a date.
    var retryAfter: String?
    var body: Data
}

/// A call that had no answer: worth another try.
struct TransportFailure: Error {
    var reason: String
}

/// Posts over URLSession: TLS verified, redirects refused (they would take the key elsewhere), bodies bounded, and a
/// time-out over the whole call.
final class HTTPTransport: NSObject, Sendable {
    /// No chat completion is longer; a server that sends more is stopped.
    private static let longestBody = 8 << 20

    private struct Exchange {
        var continuation: CheckedContinuation<HTTPAnswer, any Error>
        var body = Data()
        var failure: TransportFailure?
    }

    private let exchanges = Mutex<[Int: Exchange]>([:])
    private let session: URLSession
    private let delegate: Delegate

    /// - Parameter connections: calls under way at once.
    init(connections: Int) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = connections
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        delegate = Delegate()
        session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
        super.init()
        delegate.setOwner(self)
    }

    /// The session keeps its delegate until it is invalidated.
    func invalidate() { session.invalidateAndCancel() }

    /// - Throws: `TransportFailure`; `CancellationError`.
    func post(_ body: Data, to url: URL, headers: [String: String], timeout: Double) async throws -> HTTPAnswer {
        var request = URLRequest(url: url, timeoutInterval: timeout)
        request.httpMethod = "POST"
        request.httpBody = body
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let sent = request
        return try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
            group.addTask { try await self.exchange(sent) }
            // URLSession's own time-out starts anew with every byte.
            group.addTask {
                try await Task.sleep(for: .seconds(timeout))
                throw TransportFailure(reason: "no complete answer within \(Int(timeout.rounded(.up))) s")
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }

    private func exchange(_ request: URLRequest) async throws -> HTTPAnswer {
        let task = session.dataTask(with: request)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                exchanges.withLock { $0[task.taskIdentifier] = Exchange(continuation: continuation) }
                task.resume()
                // A cancellation before this point found no running task.
                if Task.isCancelled { task.cancel() }
            }
        } onCancel: {
            task.cancel()
        }
    }

    fileprivate func received(_ data: Data, by task: URLSessionTask) {
        let isTooLong = exchanges.withLock { exchanges in
            guard var exchange = exchanges[task.taskIdentifier] else { return false }
            exchange.body.append(data)
            if exchange.body.count > Self.longestBody {
                exchange.failure = TransportFailure(reason: "the answer is longer than \(Self.longestBody >> 20) MB")
            }
            exchanges[task.taskIdentifier] = exchange
            return exchange.failure != nil
        }
        if isTooLong { task.cancel() }
    }

    fileprivate func completed(_ task: URLSessionTask, _ error: (any Error)?) {
        guard let exchange = exchanges.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
        if let failure = exchange.failure {
            exchange.continuation.resume(throwing: failure)
        } else if let error {
            let isCancelled = (error as? URLError)?.code == .cancelled
            exchange.continuation.resume(
                throwing: isCancelled ? CancellationError() : TransportFailure(reason: Self.reason(error)))
        } else if let response = task.response as? HTTPURLResponse {
            exchange.continuation.resume(
                returning: HTTPAnswer(
                    status: response.statusCode, retryAfter: response.value(forHTTPHeaderField: "Retry-After"), body: exchange.body))
        } else {
            exchange.continuation.resume(throwing: TransportFailure(reason: "the answer is no HTTP"))
        }
    }

    /// In this program's words: an error's own text may quote the request.
    private static func reason(_ error: any Error) -> String {
        guard let error = error as? URLError else { return "the connection failed" }
        return switch error.code {
        case .timedOut: "the connection timed out"
        case .cannotFindHost, .dnsLookupFailed: "the host's name could not be resolved"
        case .cannotConnectToHost: "no server answers at this address"
        case .networkConnectionLost: "the connection was lost"
        case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid:
            "the server's TLS certificate could not be verified"
        default: "the connection failed (URL error \(error.code.rawValue))"
        }
    }
}

/// Apart from the transport so that the session, which holds its delegate, does not hold the transport.
private final class Delegate: NSObject, URLSessionDataDelegate, Sendable {
    private struct Owner { weak var transport: HTTPTransport? }
    private let owner = Mutex(Owner())

    func setOwner(_ transport: HTTPTransport) { owner.withLock { $0.transport = transport } }
    private var transport: HTTPTransport? { owner.withLock { $0.transport } }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        transport?.received(data, by: dataTask)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        transport?.completed(task, error)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
