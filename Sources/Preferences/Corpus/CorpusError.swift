/// A corpus file that cannot be read as it is. Says where, why and what to do.
public struct CorpusError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        case unreadable(String)
        case notUTF8
        case malformedJSON(String)
        case missingColumn(found: [String])
        case wrongType(key: String)
        case unterminatedQuote
        case textAfterQuote
        case quoteInUnquotedField
        case fieldCount(expected: Int, found: Int)
        case noArticles
    }

    public let file: String
    /// From 1; `nil` where the file as a whole is meant. For a CSV record, the line it starts on, or the line
    /// of the quote at fault.
    public let line: Int?
    public let reason: Reason

    public init(file: String, line: Int?, reason: Reason) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    public var description: String {
        "\(file)\(line.map { ":\($0)" } ?? ""): \(explanation). \(remedy)."
    }

    private var explanation: String {
        switch reason {
        case .unreadable(let detail): "cannot be read (\(detail))"
        case .notUTF8: "is not valid UTF-8"
        case .malformedJSON(let detail): "is not a JSON object (\(detail))"
        case .missingColumn(let found):
            "has no \"article\" or \"text\"; it has \(found.isEmpty ? "nothing" : found.joined(separator: ", "))"
        case .wrongType(let key): "\"\(key)\" has the wrong type"
        case .unterminatedQuote: "a quoted field is never closed"
        case .textAfterQuote: "text follows a closing quote"
        case .quoteInUnquotedField: "a quote stands inside an unquoted field"
        case .fieldCount(let expected, let found): "has \(found) fields where the header has \(expected)"
        case .noArticles: "has no article left"
        }
    }

    private var remedy: String {
        switch reason {
        case .unreadable: "Check the path and its permissions"
        case .notUTF8: "Convert the file to UTF-8, for example with iconv"
        case .malformedJSON: "Write one JSON object per line, or name the file .csv or .txt if it is one"
        case .missingColumn: "Name the column that holds the article \"article\" or \"text\""
        case .wrongType(let key): key == "id" ? "Give a string or an integer" : "Give a string"
        case .unterminatedQuote: "Close the quote; a quote inside a field is written twice"
        case .textAfterQuote: "Write a quote inside a quoted field twice"
        case .quoteInUnquotedField: "Quote the whole field and write the inner quote twice (RFC 4180)"
        case .fieldCount: "Quote fields that contain commas or line breaks"
        case .noArticles: "Check the file and the length limits"
        }
    }
}
