import Checkpoints
import Foundation
import JSON

/// When a call without a usable answer is made again.
public struct RetrySchedule: Sendable, Hashable {
    /// Calls in all, the first included.
    public var attempts: Int
    /// Seconds before the second call; doubled each time, at most 60.
    public var base: Double

    public init(attempts: Int = 6, base: Double = 1) {
        self.attempts = attempts
        self.base = base
    }

    func delay(afterAttempt attempt: Int, retryAfter: String?) -> Duration {
        let asked = retryAfter.flatMap { Double($0) } ?? 0
        let backoff = min(60, base * Double(1 << min(attempt - 1, 20)))
        return .seconds(max(backoff, min(300, asked.isFinite ? asked : 0)))
    }
}

extension HubClient {
    /// A call to the Hub itself, with the token.
    /// - Parameter accepting: statuses from 300 on that the caller handles.
    func call(
        _ method: String, _ address: String, json: JSONValue, type: String = "application/json",
        accepting: Set<Int> = []
    ) async throws -> HubAnswer {
        try await call(method, address, body: Data(json.text().utf8), type: type, accepting: accepting)
    }

    func call(
        _ method: String, _ address: String, body: Data? = nil, type: String = "application/json",
        accepting: Set<Int> = []
    ) async throws -> HubAnswer {
        var headers = ["Authorization": token.authorization, "User-Agent": "precis", "Accept": "application/json"]
        if body != nil { headers["Content-Type"] = type }
        if type.hasPrefix("application/vnd.git-lfs") { headers["Accept"] = type }
        return try await send(
            method, address, headers: headers, body: body.map(HubTransport.Body.data) ?? .none, accepting: accepting)
    }

    /// Repeats a request while the connection breaks or the server is overloaded; everything that is sent is named
    /// by its content, so a request that had arrived after all does no harm.
    func send(
        _ method: String, _ location: String, headers: [String: String], body: HubTransport.Body,
        accepting: Set<Int> = []
    ) async throws -> HubAnswer {
        guard let url = URL(string: location), url.scheme == "https" || (url.scheme == "http" && !address.isEncrypted)
        else { throw malformed("\"\(Self.place(location))\" is no https address") }
        var attempt = 1
        while true {
            let reason: String
            var retryAfter: String?
            do {
                let answer = try await transport.send(method, url, headers: headers, body: body)
                if answer.status < 300 || accepting.contains(answer.status) { return answer }
                guard answer.status == 408 || answer.status == 429 || answer.status >= 500 else {
                    throw refusal(answer, at: location)
                }
                reason = "the server answers \(answer.status): \(message(answer))"
                retryAfter = answer.headers["retry-after"]
            } catch let failure as HubTransport.Failure {
                reason = failure.reason
            }
            guard attempt < retries.attempts else {
                throw PublishingError(
                    .unavailable, "cannot publish", at: Self.place(location), why: "\(reason), after \(attempt) attempts",
                    remedy: "Run the same command again: what has arrived is not sent twice.")
            }
            try await Task.sleep(for: retries.delay(afterAttempt: attempt, retryAfter: retryAfter))
            attempt += 1
        }
    }

    func refusal(_ answer: HubAnswer, at location: String) -> PublishingError {
        let isHome = URL(string: location).map(address.isHome) ?? false
        switch answer.status {
        case 401 where isHome, 403 where isHome:
            return PublishingError(
                .rejected, "cannot publish", at: repository.description,
                why: "the Hub does not accept the token (\(answer.status): \(message(answer)))",
                remedy: "Give HF_TOKEN a token with write permission for \(repository.owner).")
        case 300..<400:
            return PublishingError(
                .badAnswer, "cannot publish", at: Self.place(location),
                why: "the server sends the request on to \(answer.headers["location"].map(Self.place) ?? "another address")",
                remedy: "Give the repository's present name; requests are not sent on, because they carry the token.")
        default:
            return PublishingError(
                .badAnswer, "cannot publish", at: Self.place(location),
                why: "the server answers \(answer.status): \(message(answer))", remedy: "Run the same command again.")
        }
    }

    /// The server's own words, one line of them, without the token.
    private func message(_ answer: HubAnswer) -> String {
        let text =
            (try? json(answer))?["error"]?.string ?? answer.headers["x-error-message"]
            ?? String(decoding: answer.body.prefix(200), as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "no message"
        let printable = line.unicodeScalars.filter { $0.properties.generalCategory != .control }
        return token.redacting(String(String.UnicodeScalarView(printable).prefix(200)))
    }

    func json(_ answer: HubAnswer) throws -> JSONValue {
        do {
            return try answer.body.withUnsafeBytes { try JSONValue(parsing: $0, file: "answer") }
        } catch let error as CheckpointError {
            throw malformed(error.reason)
        }
    }

    func malformed(_ reason: String) -> PublishingError {
        PublishingError(
            .badAnswer, "cannot publish", at: repository.description, why: "the Hub's answer is not understood: \(reason)",
            remedy: "Check HF_ENDPOINT; if it is right, the Hub's protocol has changed.")
    }

    /// An address without its query, which may hold a signature.
    private static func place(_ location: String) -> String {
        String(location.prefix { $0 != "?" }.prefix(200))
    }
}
