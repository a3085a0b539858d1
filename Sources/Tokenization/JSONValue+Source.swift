import JSON

extension JSONValue {
    /// - Throws: `TokenizationError.unreadable` with the byte offset of the first fault.
    init(parsing bytes: [UInt8], source: String) throws(TokenizationError) {
        do throws(JSONError) {
            self = try JSONValue(parsing: bytes)
        } catch {
            throw .unreadable(source: source, reason: error.description)
        }
    }
}
