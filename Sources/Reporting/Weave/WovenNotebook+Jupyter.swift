import Foundation

extension WovenNotebook {
    /// The notebook as `.ipynb`, nbformat 4.5, for Jupyter and GitHub.
    public func jupyter() throws -> String {
        var count = 0
        var entries: [JupyterDocument.Entry] = []
        for (index, cell) in cells.enumerated() {
            let id = "cell-\(index + 1)"
            switch cell.source.kind {
            case .markdown: entries.append(.markdown(id: id, source: cell.source.text))
            case .code:
                let outputs = cell.steps.map { step in
                    JupyterDocument.Output(
                        markdown: "**\(MarkdownEscaping.inline(step.name))** \(MarkdownEscaping.inline(step.reason))\n\n\(step.output)",
                        plain: "\(step.name) \(step.reason)\n\n\(step.output)")
                }
                if !outputs.isEmpty { count += 1 }
                entries.append(.code(
                    id: id, title: cell.source.title, source: cell.source.text, count: outputs.isEmpty ? nil : count, outputs: outputs))
            }
        }
        for (index, step) in unplaced.enumerated() {
            entries.append(.markdown(id: "unplaced-\(index + 1)", source: "**\(MarkdownEscaping.inline(step.name))**\n\n\(step.output)"))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(JupyterDocument(cells: entries)), as: UTF8.self) + "\n"
    }
}

/// The parts of nbformat 4.5 that a static notebook needs
/// (https://nbformat.readthedocs.io/en/latest/format_description.html).
private struct JupyterDocument: Encodable {
    struct Output: Encodable {
        var markdown: String
        var plain: String

        private enum Keys: String, CodingKey { case outputType = "output_type", data, metadata }
        private enum DataKeys: String, CodingKey { case markdown = "text/markdown", plain = "text/plain" }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode("display_data", forKey: .outputType)
            try container.encode([String: String](), forKey: .metadata)
            var data = container.nestedContainer(keyedBy: DataKeys.self, forKey: .data)
            try data.encode(JupyterDocument.lines(markdown), forKey: .markdown)
            try data.encode(JupyterDocument.lines(plain), forKey: .plain)
        }
    }

    enum Entry: Encodable {
        case markdown(id: String, source: String)
        case code(id: String, title: String?, source: String, count: Int?, outputs: [Output])

        private enum Keys: String, CodingKey {
            case cellType = "cell_type", id, metadata, source, outputs, executionCount = "execution_count"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            switch self {
            case .markdown(let id, let source):
                try container.encode("markdown", forKey: .cellType)
                try container.encode(id, forKey: .id)
                try container.encode([String: String](), forKey: .metadata)
                try container.encode(JupyterDocument.lines(source), forKey: .source)
            case .code(let id, let title, let source, let count, let outputs):
                try container.encode("code", forKey: .cellType)
                try container.encode(id, forKey: .id)
                try container.encode(title.map { ["name": $0] } ?? [:], forKey: .metadata)
                try container.encode(JupyterDocument.lines(source), forKey: .source)
                try container.encode(outputs, forKey: .outputs)
                if let count { try container.encode(count, forKey: .executionCount) } else { try container.encodeNil(forKey: .executionCount) }
            }
        }
    }

    struct Metadata: Encodable {
        var kernelspec = ["name": "swift", "display_name": "Swift", "language": "swift"]
        var languageInfo = ["name": "swift", "file_extension": ".swift", "mimetype": "text/x-swift"]
        private enum CodingKeys: String, CodingKey { case kernelspec, languageInfo = "language_info" }
    }

    var cells: [Entry]
    var metadata = Metadata()
    var nbformat = 4
    var nbformatMinor = 5
    private enum CodingKeys: String, CodingKey { case cells, metadata, nbformat, nbformatMinor = "nbformat_minor" }

    /// Lines with their ends, as notebooks keep text so that versions compare line by line.
    static func lines(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { "\($0)\n" }
        if let last = lines.popLast(), last != "\n" { lines.append(String(last.dropLast())) }
        return lines
    }
}
