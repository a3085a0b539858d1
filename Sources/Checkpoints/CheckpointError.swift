/// Why a checkpoint could not be read or written: which file, where in it, what is wrong, what to do.
public struct CheckpointError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: String, Sendable, Hashable {
        /// The file cannot be opened, mapped or listed.
        case unreadable
        /// The file ends before what it announces.
        case truncated
        /// The file is not of the expected format at all.
        case wrongFormat
        /// The format is right, its version or a type in it is not supported.
        case unsupported
        /// A field has a value that the format does not allow.
        case malformed
        case duplicateName
        /// A tensor or metadata key that the model needs is not in the file.
        case missing
        /// A tensor has another shape than the configuration calls for.
        case shapeMismatch
        case notEnoughMemory
        case writeFailed
    }

    public var kind: Kind
    public var file: String
    /// Byte offset of the offending field, where there is one.
    public var offset: Int?
    public var reason: String
    public var remedy: String

    public init(_ kind: Kind, file: String, offset: Int? = nil, reason: String, remedy: String) {
        self.kind = kind
        self.file = file
        self.offset = offset
        self.reason = reason
        self.remedy = remedy
    }

    public var description: String {
        let place = offset.map { " (byte \($0))" } ?? ""
        return "\(file)\(place): \(reason). \(remedy)"
    }
}

extension CheckpointError {
    static let redownload = "Download or export the file again; it is incomplete or damaged."

    static func truncated(_ file: String, at offset: Int, need bytes: Int, of total: Int, for what: String) -> Self {
        CheckpointError(
            .truncated, file: file, offset: offset,
            reason: "\(what) needs \(bytes) bytes, \(max(0, total - offset)) are left of \(total)", remedy: redownload)
    }

    static func malformed(_ file: String, at offset: Int? = nil, _ reason: String) -> Self {
        CheckpointError(.malformed, file: file, offset: offset, reason: reason, remedy: redownload)
    }
}
