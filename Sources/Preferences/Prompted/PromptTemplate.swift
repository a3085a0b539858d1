import Foundation

/// A prompt with named places, read from the study's prompt files.
public struct PromptTemplate: Sendable, Hashable {
    public let text: String

    public init(text: String) { self.text = text }

    /// The prompt with its places filled in one pass, so that braces inside a value stay what they are.
    /// - Precondition: the template has each of the places.
    public func filled(_ values: [String: String]) -> String {
        precondition(values.keys.allSatisfy { text.contains("{\($0)}") }, "the template has a place for every value")
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            rest = rest[open...]
            if let close = rest.firstIndex(of: "}"), let value = values[String(rest[rest.index(after: open)..<close])] {
                result += value
                rest = rest[rest.index(after: close)...]
            } else {
                result += "{"
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }
}

/// A prompt file that is not where it was built into.
public struct MissingPromptError: Error, Hashable, Sendable, CustomStringConvertible {
    public let file: String

    public var description: String {
        "\(file): the prompt file is missing from the program's resources. Build again, or keep the program beside its .resources folder."
    }
}

extension PromptTemplate {
    /// "...create a very short summary that is at most 2 sentences."
    /// - Throws: `MissingPromptError`.
    public static func summarization() throws(MissingPromptError) -> PromptTemplate { try load("summarization") }

    /// The same prompt for another number of sentences, as the study prompts its stronger model.
    /// - Throws: `MissingPromptError`.
    public static func summarization(sentenceCount: Int) throws(MissingPromptError) -> PromptTemplate {
        let original = try summarization().text
        let limit = sentenceCount == 1 ? "1 sentence" : "\(sentenceCount) sentences"
        return PromptTemplate(text: original.replacingOccurrences(of: "2 sentences", with: limit))
    }

    static func questionGeneration() throws(MissingPromptError) -> PromptTemplate { try load("question-generation") }
    static func questionAnswering() throws(MissingPromptError) -> PromptTemplate { try load("question-answering") }

    private static func load(_ name: String) throws(MissingPromptError) -> PromptTemplate {
        guard let url = Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "Prompts"),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { throw MissingPromptError(file: "Prompts/\(name).txt") }
        return PromptTemplate(text: text)
    }
}
