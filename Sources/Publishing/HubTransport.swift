import Foundation
#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif
import Synchronization

/// An answer of the Hub or its storage, whatever its status.
struct HubAnswer: Sendable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: Data
}

/// Requests over URLSession: redirects refused (they would take the token elsewhere), answers bounded, files sent
/// from disk.
final class HubTransport: NSObject, Sendable {
    enum Body: Sendable {
        case none
        case data(Data)
        case file(String)
    }

    struct Failure: Error { var reason: String }

    private static let longestAnswer = 32 << 20
    private let session: URLSession
    private let exchanges: Exchanges

    override init() {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        // Between bytes; uploads of any length may go on.
        configuration.timeoutIntervalForRequest = 120
        exchanges = Exchanges(limit: Self.longestAnswer)
        session = URLSession(configuration: configuration, delegate: exchanges, delegateQueue: nil)
        super.init()
    }

    /// The session keeps its delegate and its threads until then.
    func invalidate() { session.invalidateAndCancel() }

    /// - Throws: `Failure` where there was no answer; `CancellationError`.
    func send(_ method: String, _ url: URL, headers: [String: String], body: Body) async throws -> HubAnswer {
        var request = URLRequest(url: url)
        request.httpMethod = method
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let task: URLSessionTask
        switch body {
        case .none: task = session.dataTask(with: request)
        case .data(let data): task = session.uploadTask(with: request, from: data)
        case .file(let path): task = session.uploadTask(with: request, fromFile: URL(fileURLWithPath: path))
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                exchanges.begin(task, continuation)
                task.resume()
                // A cancellation before this point found no running task.
                if Task.isCancelled { task.cancel() }
            }
        } onCancel: {
            task.cancel()
        }
    }
}

/// What the session reports, put together for each task.
private final class Exchanges: NSObject, URLSessionDataDelegate, Sendable {
    private struct Exchange {
        var continuation: CheckedContinuation<HubAnswer, any Error>
        var body = Data()
        var isTooLong = false
    }

    private let limit: Int
    private let underWay = Mutex<[Int: Exchange]>([:])

    init(limit: Int) { self.limit = limit }

    func begin(_ task: URLSessionTask, _ continuation: CheckedContinuation<HubAnswer, any Error>) {
        underWay.withLock { $0[task.taskIdentifier] = Exchange(continuation: continuation) }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isTooLong = underWay.withLock { underWay in
            underWay[dataTask.taskIdentifier]?.body.append(data)
            guard let exchange = underWay[dataTask.taskIdentifier], exchange.body.count > limit else { return false }
            underWay[dataTask.taskIdentifier]?.isTooLong = true
            return true
        }
        if isTooLong { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let exchange = underWay.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
        if exchange.isTooLong {
            exchange.continuation.resume(throwing: HubTransport.Failure(reason: "the answer is longer than \(limit >> 20) MB"))
        } else if let error {
            let code = (error as? URLError)?.code
            exchange.continuation.resume(
                throwing: code == .cancelled ? CancellationError() : HubTransport.Failure(reason: Self.reason(code)))
        } else if let response = task.response as? HTTPURLResponse {
            var headers: [String: String] = [:]
            for (name, value) in response.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
            exchange.continuation.resume(
                returning: HubAnswer(status: response.statusCode, headers: headers, body: exchange.body))
        } else {
            exchange.continuation.resume(throwing: HubTransport.Failure(reason: "the answer is no HTTP"))
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    /// In this program's words: an error's own text may quote the request.
    private static func reason(_ code: URLError.Code?) -> String {
        switch code {
        case .timedOut?: "the connection timed out"
        case .cannotFindHost?, .dnsLookupFailed?: "the host's name could not be resolved"
        case .cannotConnectToHost?: "no server answers at this address"
        case .networkConnectionLost?: "the connection was lost"
        case .secureConnectionFailed?, .serverCertificateUntrusted?, .serverCertificateHasBadDate?,
            .serverCertificateHasUnknownRoot?, .serverCertificateNotYetValid?:
            "the server's TLS certificate could not be verified"
        default: "the connection failed" + (code.map { " (URL error \($0.rawValue))" } ?? "")
        }
    }
}
