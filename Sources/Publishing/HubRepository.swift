import Foundation

/// A repository of the Hugging Face Hub.
public struct HubRepository: Sendable, Hashable, CustomStringConvertible {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case model, dataset

        /// Before `OWNER/NAME` in addresses of pages and of git.
        var prefix: String { self == .dataset ? "datasets/" : "" }
    }

    public let kind: Kind
    public let owner: String
    public let name: String

    public var id: String { owner + "/" + name }
    public var description: String { "hf:" + id }

    /// - Parameter target: `hf:OWNER/NAME`.
    /// - Throws: `PublishingError` of kind `.input`.
    public init(target: String, kind: Kind) throws(PublishingError) {
        let parts = target.dropFirst(3).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard target.hasPrefix("hf:"), parts.count == 2, parts.allSatisfy(Self.isName) else {
            throw PublishingError(
                .input, "cannot publish", at: target,
                why: "is not hf:OWNER/NAME with letters, digits, -, _ and . in names of up to 96 characters",
                remedy: "Give a target such as hf:someone/preference-pairs.")
        }
        self.kind = kind
        owner = parts[0]
        name = parts[1]
    }

    /// The Hub's rule for names.
    private static func isName(_ text: String) -> Bool {
        let isAllowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return (1...96).contains(text.utf8.count) && isAllowed && !text.contains("--") && !text.contains("..")
            && !text.hasPrefix(".") && !text.hasPrefix("-") && !text.hasSuffix(".") && !text.hasSuffix("-")
            && !text.hasSuffix(".git")
    }

    /// The page of the repository.
    public func page(at address: HubAddress) -> String { address.base + "/" + kind.prefix + id }
}

/// Where the Hub is: `HF_ENDPOINT`, or huggingface.co.
public struct HubAddress: Sendable, Hashable {
    /// Without a slash at its end.
    public let base: String
    let isEncrypted: Bool

    /// - Throws: `PublishingError` for an address that is no http(s) URL, or would send the token in the clear to
    ///   another machine.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) throws(PublishingError) {
        let given = (environment["HF_ENDPOINT"] ?? "").trimmingCharacters(in: .whitespaces)
        var text = given.isEmpty ? "https://huggingface.co" : given
        while text.hasSuffix("/") { text.removeLast() }
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty, url.query == nil,
            url.user == nil, let scheme = url.scheme, scheme == "https" || scheme == "http"
        else {
            throw PublishingError(
                .input, "cannot publish", at: "HF_ENDPOINT", why: "\"\(given)\" is no http(s) address",
                remedy: "Unset it, or give an address such as https://huggingface.co.")
        }
        guard scheme == "https" || ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host) else {
            throw PublishingError(
                .input, "cannot publish", at: "HF_ENDPOINT",
                why: "\(text) is not encrypted, and the token would be readable on its way",
                remedy: "Use an https address.")
        }
        base = text
        isEncrypted = scheme == "https"
    }

    /// Whether requests to this URL may carry the token: the same scheme, host and port.
    func isHome(of url: URL) -> Bool {
        guard let home = URL(string: base) else { return false }
        return url.scheme == home.scheme && url.host == home.host && url.port == home.port
    }
}

/// The access token from `HF_TOKEN`. It reaches the Hub's own requests and nothing else: its description hides it.
public struct HubToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let secret: String

    /// - Throws: `PublishingError` of kind `.noToken`.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) throws(PublishingError) {
        let value = (environment["HF_TOKEN"] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        guard !value.isEmpty, value.unicodeScalars.allSatisfy({ $0.isASCII && $0.value > 0x20 && $0.value < 0x7F })
        else {
            throw PublishingError(
                .noToken, "cannot publish", at: "HF_TOKEN",
                why: value.isEmpty ? "is not set" : "holds characters that a token cannot have",
                remedy: "Set it to an access token with write permission, from the settings page of your account.")
        }
        secret = value
    }

    var authorization: String { "Bearer " + secret }
    /// `text` without the token: servers quote what they refuse.
    func redacting(_ text: String) -> String { text.replacingOccurrences(of: secret, with: "<token>") }
    public var description: String { "<token>" }
    public var debugDescription: String { "<token>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
