import Foundation
import Notebook

enum StandardInput {
    /// All of it, without a last line break.
    /// - Throws: `UserFailure` for bytes that are not UTF-8.
    static func text() throws -> String {
        guard let text = String(data: FileHandle.standardInput.readDataToEndOfFile(), encoding: .utf8) else {
            throw UserFailure(
                "cannot read the text", location: "standard input", why: "it is not UTF-8",
                remedy: "convert it, e.g. with iconv", exitStatus: .badData)
        }
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}
