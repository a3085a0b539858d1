/// Why bytes are no JSON document. Layers that know the file say which one it is.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        case malformed
        /// One object has two members of the same name.
        case duplicateName
    }

    package let kind: Kind
    /// In bytes from the start of the document.
    package let offset: Int
    package let reason: String

    init(_ kind: Kind, offset: Int, reason: String) {
        self.kind = kind
        self.offset = offset
        self.reason = reason
    }

    package var description: String { "not JSON at byte \(offset): \(reason)" }
}
