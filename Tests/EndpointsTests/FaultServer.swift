import Foundation
import Synchronization

/// An HTTP server on a loopback socket that answers as a test tells it to, faults included. One thread per
/// connection, one request per connection.
final class FaultServer: Sendable {
    struct Request: Sendable {
        var path: String
        var headers: [String: String]
        var body: Data
        /// How many requests with this body came before.
        var earlier: Int
        /// How many requests came before.
        var number: Int

        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: body) as? [String: Any]) ?? [:] }
        /// Content of the last message.
        var prompt: String {
            ((json["messages"] as? [[String: Any]])?.last?["content"] as? String) ?? ""
        }
    }

    enum Reply: Sendable {
        /// A chat completion with this text.
        case text(String)
        case status(Int, headers: [String: String] = [:], body: String)
        /// Closes with RST before a byte of the answer.
        case reset
        /// Announces the whole body and closes in the middle of it.
        case truncated(String)
        /// Says nothing until the client has gone.
        case silence
        /// A byte at a time, for ever.
        case trickle
    }

    private struct Log {
        var bodies: [Data: Int] = [:]
        var requests: [Request] = []
        var underWay = 0
        var mostUnderWay = 0
    }

    let port: UInt16
    private let listener: Int32
    private let reply: @Sendable (Request) -> Reply
    private let log = Mutex(Log())

    init(reply: @escaping @Sendable (Request) -> Reply) throws {
        signal(SIGPIPE, SIG_IGN)
        self.reply = reply
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let file = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(file, generic, length) == 0 && listen(file, 128) == 0 && getsockname(file, generic, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(file, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { [weak self] in
                    self?.serve(connection)
                    close(connection)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var url: String { "http://127.0.0.1:\(port)/v1" }
    var requests: [Request] { log.withLock { $0.requests } }
    var mostUnderWay: Int { log.withLock { $0.mostUnderWay } }

    private func serve(_ connection: Int32) {
        guard var request = Self.read(connection) else { return }
        log.withLock { log in
            request.earlier = log.bodies[request.body, default: 0]
            request.number = log.requests.count
            log.bodies[request.body, default: 0] += 1
            log.requests.append(request)
            log.underWay += 1
            log.mostUnderWay = max(log.mostUnderWay, log.underWay)
        }
        defer { log.withLock { $0.underWay -= 1 } }
        switch reply(request) {
        case .text(let text): Self.send(connection, 200, [:], Self.completion(text))
        case .status(let status, let headers, let body): Self.send(connection, status, headers, body)
        case .reset:
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        case .truncated(let text):
            let body = Self.completion(text)
            Self.write(connection, Self.head(200, ["Content-Length": "\(body.utf8.count)"]) + body.prefix(body.count / 2))
        case .silence:
            var byte: UInt8 = 0
            while recv(connection, &byte, 1, 0) > 0 {}
        case .trickle:
            Self.write(connection, Self.head(200, ["Content-Length": "100000"]))
            while Self.write(connection, " ") { usleep(20_000) }
        }
    }

    static func completion(_ text: String, model: String = "served-model-1") -> String {
        let object: [String: Any] = [
            "id": "chatcmpl-1", "object": "chat.completion", "model": model,
            "choices": [["index": 0, "message": ["role": "assistant", "content": text], "finish_reason": "stop"]],
            "usage": ["prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15],
        ]
        return (try? JSONSerialization.data(withJSONObject: object)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static func send(_ connection: Int32, _ status: Int, _ headers: [String: String], _ body: String) {
        write(connection, head(status, headers.merging(["Content-Length": "\(body.utf8.count)"]) { first, _ in first }) + body)
    }

    private static func head(_ status: Int, _ headers: [String: String]) -> String {
        "HTTP/1.1 \(status) Status\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + headers.map { "\($0.key): \($0.value)\r\n" }.joined() + "\r\n"
    }

    @discardableResult
    private static func write(_ connection: Int32, _ text: String) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    private static func read(_ connection: Int32) -> Request? {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65536)
        let separator = Data("\r\n\r\n".utf8)
        while true {
            if let end = data.range(of: separator) {
                let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
                }
                let length = Int(headers["content-length"] ?? "0") ?? 0
                if data.count - end.upperBound >= length {
                    return Request(
                        path: lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? "", headers: headers,
                        body: Data(data[end.upperBound...].prefix(length)), earlier: 0, number: 0)
                }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            data.append(contentsOf: buffer[..<count])
        }
    }
}
