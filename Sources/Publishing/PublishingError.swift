/// Why a folder was not published: what, where, why, and what to do.
public struct PublishingError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// The folder, the target or the kind cannot be used.
        case input
        /// There is no token, or it cannot stand in a header.
        case noToken
        /// The Hub does not accept the token for this repository.
        case rejected
        /// Files with other content stand where these would go.
        case wouldOverwrite
        /// A private repository was asked for, and the existing one is public.
        case notPrivate
        /// No answer, after all attempts.
        case unavailable
        /// An answer that the protocol does not allow, or a refusal.
        case badAnswer
    }

    public var kind: Kind
    public var what: String
    public var location: String
    public var reason: String
    public var remedy: String

    init(_ kind: Kind, _ what: String, at location: String, why reason: String, remedy: String) {
        self.kind = kind
        self.what = what
        self.location = location
        self.reason = reason
        self.remedy = remedy
    }

    public var description: String { "\(what): \(location): \(reason). \(remedy)" }
}
