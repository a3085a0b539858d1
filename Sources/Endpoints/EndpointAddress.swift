import Foundation

/// A model behind an OpenAI-compatible server: `MODEL@URL`, e.g. `gpt-4o@https://api.openai.com/v1`.
public struct EndpointAddress: Sendable, Hashable {
    /// What the server calls the model.
    public let model: String
    /// The API's root, without a slash at its end: `/chat/completions` is appended to it.
    public let baseURL: URL

    /// - Parameters:
    ///   - text: `MODEL@URL`; a URL without a path stands for its `/v1`.
    ///   - allowsInsecureHTTP: whether plain `http://` may leave this machine.
    /// - Throws: `EndpointError.malformedAddress`, `.insecureAddress`.
    public init(_ text: String, allowsInsecureHTTP: Bool = false) throws(EndpointError) {
        // The model's name may have an @ of its own.
        guard let at = ["@https://", "@http://"].compactMap({ text.range(of: $0, options: .backwards)?.lowerBound }).max() else {
            throw .malformedAddress(Self.shown(text), reason: "it has no @ followed by an http:// or https:// URL")
        }
        let model = String(text[..<at])
        let address = String(text[text.index(after: at)...])
        guard !model.isEmpty else { throw .malformedAddress(Self.shown(text), reason: "there is no model before the @") }
        guard var parts = URLComponents(string: address), let host = parts.host, !host.isEmpty else {
            throw .malformedAddress(Self.shown(text), reason: "what follows the @ is no URL")
        }
        guard parts.user == nil, parts.password == nil else {
            throw .malformedAddress("\(model)@…", reason: "it has a user name or password in the URL; keys are read from the environment only")
        }
        guard parts.query == nil, parts.fragment == nil else {
            throw .malformedAddress("\(model)@…", reason: "the URL has a query or a fragment; give the API's root, e.g. https://api.openai.com/v1")
        }
        while parts.path.hasSuffix("/") { parts.path.removeLast() }
        let suffix = "/chat/completions"
        if parts.path.hasSuffix(suffix) { parts.path.removeLast(suffix.count) }
        if parts.path.isEmpty { parts.path = "/v1" }
        guard let baseURL = parts.url else { throw .malformedAddress(Self.shown(text), reason: "what follows the @ is no URL") }
        if parts.scheme == "http", !Self.isLoopback(host), !allowsInsecureHTTP {
            throw .insecureAddress(host: host)
        }
        self.model = model
        self.baseURL = baseURL
    }

    var chatCompletions: URL { baseURL.appendingPathComponent("chat/completions") }

    /// Whether a host cannot be anywhere but on this machine.
    public static func isLoopback(_ host: String) -> Bool {
        let name = host.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        if name == "localhost" || name == "::1" { return true }
        // Only four numbers are an address: 127.example.com is a name like any other.
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers[0] == 127 && !numbers.contains(nil)
    }

    /// The address for messages, without what could be a password before a second @.
    private static func shown(_ text: String) -> String {
        text.filter { $0 == "@" }.count > 1 ? "…" : text
    }
}

extension EndpointAddress: CustomStringConvertible {
    public var description: String { "\(model)@\(baseURL.absoluteString)" }
}
