import Foundation
import Synchronization

/// An HTTP server on a loopback socket: one thread and one request per connection.
final class LoopbackServer: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        /// Names in lower case.
        var headers: [String: String]
        var body: Data
    }

    enum Reply: Sendable {
        case answer(Int, headers: [String: String] = [:], body: Data = Data())
        /// Closes with RST before a byte of the answer.
        case reset
    }

    let port: UInt16
    private let listener: Int32

    init(reply: @escaping @Sendable (Request) -> Reply) throws {
        signal(SIGPIPE, SIG_IGN)
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = file
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(file, generic, length) == 0 && listen(file, 128) == 0 && getsockname(file, generic, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread {
            while true {
                let connection = accept(file, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread {
                    if let request = Self.read(connection) { Self.send(reply(request), over: connection) }
                    close(connection)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var url: String { "http://127.0.0.1:\(port)" }

    private static func send(_ reply: Reply, over connection: Int32) {
        guard case .answer(let status, let headers, let body) = reply else {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
            return
        }
        var head = "HTTP/1.1 \(status) Status\r\nConnection: close\r\nContent-Length: \(body.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        var bytes = (Data((head + "\r\n").utf8) + body)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let separator = Data("\r\n\r\n".utf8)
        var head: (end: Int, line: [String], headers: [String: String])?
        while true {
            if head == nil, let end = data.range(of: separator) {
                let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1)
                    if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
                }
                head = (end.upperBound, lines[0].split(separator: " ").map(String.init), headers)
                if headers["expect"]?.lowercased() == "100-continue" {
                    _ = "HTTP/1.1 100 Continue\r\n\r\n".withCString { Glibc.send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL)) }
                }
            }
            if let head, head.line.count >= 2 {
                let length = Int(head.headers["content-length"] ?? "0") ?? 0
                if data.count - head.end >= length {
                    return Request(
                        method: head.line[0], path: head.line[1], headers: head.headers,
                        body: Data(data[head.end...].prefix(length)))
                }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            data.append(contentsOf: buffer[..<count])
        }
    }
}
