import Foundation

extension CorpusReader {
    /// RFC 4180: a header, comma-separated fields, quoted fields with doubled quotes, commas and line breaks;
    /// lines end with LF or CRLF.
    func csvArticles(in bytes: Data) throws(CorpusError) -> [Article] {
        var parser = CSVParser(file: path, bytes: bytes)
        guard let header = try parser.nextRecord() else { return [] }
        let names = header.fields
        guard let textColumn = Self.textKeys.lazy.compactMap({ names.firstIndex(of: $0) }).first else {
            throw CorpusError(file: path, line: header.line, reason: .missingColumn(found: names))
        }
        let idColumn = names.firstIndex(of: Self.idKey)
        var result: [Article] = []
        while let record = try parser.nextRecord() {
            // A line without anything on it, at the end as a rule.
            if record.fields == [""] { continue }
            guard record.fields.count == names.count else {
                throw CorpusError(
                    file: path, line: record.line,
                    reason: .fieldCount(expected: names.count, found: record.fields.count))
            }
            let id = idColumn.map { record.fields[$0] }
            result.append(Article(id: id?.isEmpty == false ? id : nil, text: record.fields[textColumn]))
        }
        return result
    }
}

/// Splits CSV into records, without looking at what they mean.
struct CSVParser {
    struct Record {
        var fields: [String]
        /// Line on which the record starts.
        var line: Int
    }

    let file: String
    private let bytes: Data
    private var position: Data.Index
    private var line = 1

    init(file: String, bytes: Data) {
        self.file = file
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func nextRecord() throws(CorpusError) -> Record? {
        guard position < bytes.endIndex else { return nil }
        var record = Record(fields: [], line: line)
        while true {
            record.fields.append(try nextField())
            guard position < bytes.endIndex else { return record }
            let separator = bytes[position]
            position += 1
            if separator == UInt8(ascii: ",") { continue }
            line += 1
            return record
        }
    }

    /// Stops before the comma or line feed that ends the field.
    private mutating func nextField() throws(CorpusError) -> String {
        guard position < bytes.endIndex, bytes[position] == UInt8(ascii: "\"") else { return try plainField() }
        position += 1
        return try quotedField()
    }

    private mutating func plainField() throws(CorpusError) -> String {
        let start = position
        while position < bytes.endIndex {
            switch bytes[position] {
            case UInt8(ascii: ","): return try text(bytes[start..<position], line: line)
            case UInt8(ascii: "\n"):
                let end = position > start && bytes[position - 1] == UInt8(ascii: "\r") ? position - 1 : position
                return try text(bytes[start..<end], line: line)
            case UInt8(ascii: "\""): throw CorpusError(file: file, line: line, reason: .quoteInUnquotedField)
            default: position += 1
            }
        }
        let end = position > start && bytes[position - 1] == UInt8(ascii: "\r") ? position - 1 : position
        return try text(bytes[start..<end], line: line)
    }

    private mutating func quotedField() throws(CorpusError) -> String {
        let openingLine = line
        var content = Data()
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            if byte != UInt8(ascii: "\"") {
                if byte == UInt8(ascii: "\n") { line += 1 }
                content.append(byte)
            } else if position < bytes.endIndex, bytes[position] == byte {
                position += 1
                content.append(byte)
            } else {
                if position < bytes.endIndex, bytes[position] == UInt8(ascii: "\r") { position += 1 }
                guard position == bytes.endIndex || [UInt8(ascii: ","), UInt8(ascii: "\n")].contains(bytes[position])
                else { throw CorpusError(file: file, line: line, reason: .textAfterQuote) }
                return try text(content, line: openingLine)
            }
        }
        throw CorpusError(file: file, line: openingLine, reason: .unterminatedQuote)
    }

    private func text(_ content: Data, line: Int) throws(CorpusError) -> String {
        guard let text = String(validating: content, as: UTF8.self) else {
            throw CorpusError(file: file, line: line, reason: .notUTF8)
        }
        return text
    }
}
