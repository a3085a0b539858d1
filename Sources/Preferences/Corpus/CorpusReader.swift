import Foundation
import JSON

/// Reads articles from a file: JSON lines, CSV, or one article a line.
///
/// JSON lines and CSV name the article `article` or `text` and its id, optionally, `id`; other keys and
/// columns are ignored. That covers exports of CNN/DailyMail as they are.
public struct CorpusReader: Sendable {
    public enum Format: String, Sendable, Hashable, CaseIterable {
        case jsonLines, csv, plainLines

        /// By the file's extension; `.cor`, `.txt` and unknown ones are plain lines.
        public init(path: String) {
            switch (path as NSString).pathExtension.lowercased() {
            case "jsonl", "ndjson", "json": self = .jsonLines
            case "csv": self = .csv
            default: self = .plainLines
            }
        }
    }

    /// Names of the column that holds the article, in order of preference.
    static let textKeys = ["article", "text"]
    static let idKey = "id"

    public let path: String
    public let format: Format

    public init(path: String, format: Format? = nil) {
        self.path = path
        self.format = format ?? Format(path: path)
    }

    /// - Throws: `CorpusError` for a file or line that cannot be read, and for a file without any article.
    public func read() throws(CorpusError) -> Corpus {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        } catch {
            let detail = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
            throw CorpusError(file: path, line: nil, reason: .unreadable(detail.localizedDescription))
        }
        let corpus = Corpus(try articles(in: data))
        guard !corpus.articles.isEmpty else { throw CorpusError(file: path, line: nil, reason: .noArticles) }
        return corpus
    }

    /// Every record of the file, empty and duplicate ones included.
    func articles(in data: Data) throws(CorpusError) -> [Article] {
        let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
        let bytes = data.starts(with: byteOrderMark) ? data.dropFirst(3) : data
        switch format {
        case .plainLines:
            return try mapLines(of: bytes) { line, _ throws(CorpusError) in Article(text: line) }
        case .jsonLines:
            return try mapLines(of: bytes) { line, number throws(CorpusError) in
                line.allSatisfy(\.isWhitespace) ? nil : try jsonArticle(line, line: number)
            }
        case .csv: return try csvArticles(in: bytes)
        }
    }

    private func mapLines(
        of bytes: Data, _ article: (String, Int) throws(CorpusError) -> Article?
    ) throws(CorpusError) -> [Article] {
        var result: [Article] = []
        var number = 0
        var start = bytes.startIndex
        while start < bytes.endIndex {
            number += 1
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
            guard let line = String(validating: bytes[start..<end], as: UTF8.self) else {
                throw CorpusError(file: path, line: number, reason: .notUTF8)
            }
            if let value = try article(line, number) { result.append(value) }
            start = end < bytes.endIndex ? bytes.index(after: end) : end
        }
        return result
    }

    private func jsonArticle(_ line: String, line number: Int) throws(CorpusError) -> Article {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: Array(line.utf8))
        } catch {
            throw CorpusError(file: path, line: number, reason: .malformedJSON("\(error.reason), at byte \(error.offset)"))
        }
        guard let members = value.members else {
            throw CorpusError(file: path, line: number, reason: .malformedJSON("another kind of value"))
        }
        func member(_ name: String) -> JSONValue? { members.first { $0.name == name }?.value }
        guard let key = Self.textKeys.first(where: { member($0) != nil }) else {
            throw CorpusError(file: path, line: number, reason: .missingColumn(found: members.map(\.name).sorted()))
        }
        guard let text = member(key)?.string else {
            throw CorpusError(file: path, line: number, reason: .wrongType(key: key))
        }
        return Article(id: try jsonID(member(Self.idKey), line: number), text: text)
    }

    private func jsonID(_ value: JSONValue?, line number: Int) throws(CorpusError) -> String? {
        switch value {
        case nil, .null: return nil
        case .string(let text): return text.isEmpty ? nil : text
        case .integer(let integer): return String(integer)
        default: throw CorpusError(file: path, line: number, reason: .wrongType(key: Self.idKey))
        }
    }
}
