import Foundation

/// A secret from the environment. It reaches the request's header and nothing else: its description hides it,
/// and it is not `Codable`.
public struct APIKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public static let defaultVariable = "OPENAI_API_KEY"
    private let secret: String

    /// - Parameters:
    ///   - variable: name of the environment variable.
    ///   - environment: the process's by default.
    /// - Returns: `nil` where the variable is not set or empty: servers on this machine rarely want one.
    /// - Throws: `EndpointError.unusableKey` for characters that cannot stand in a header.
    public init?(
        variable: String = defaultVariable, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(EndpointError) {
        let value = (environment[variable] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        guard !value.isEmpty else { return nil }
        guard value.unicodeScalars.allSatisfy({ $0.isASCII && $0.value > 0x20 && $0.value < 0x7F }) else {
            throw .unusableKey(variable: variable)
        }
        secret = value
    }

    var authorization: String { "Bearer \(secret)" }

    /// `text` with every appearance of the key replaced: servers quote keys in their messages.
    func redacting(_ text: String) -> String { text.replacingOccurrences(of: secret, with: "<key>") }

    public var description: String { "<key>" }
    public var debugDescription: String { "<key>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
