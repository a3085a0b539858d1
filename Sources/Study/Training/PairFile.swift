import Foundation
import Notebook
import Tokenization

/// Preference pairs in TRL's conversational format, one JSON object a line.
public struct PairFile: Sendable {
    /// Turns before the completion, and one assistant turn each for the chosen and the rejected.
    public struct Pair: Sendable, Hashable, Decodable {
        public var prompt: [Message]
        public var chosen: [Message]
        public var rejected: [Message]
    }

    /// Token ids of one pair; completions end with the end of turn.
    public struct Tokens: Sendable, Hashable {
        public var prompt: [Int32]
        public var chosen: [Int32]
        public var rejected: [Int32]
    }

    public let path: String
    public let pairs: [Pair]

    /// Reads and checks every line.
    /// - Throws: `UserFailure` naming the line that is not a pair.
    public init(path: String) throws(UserFailure) {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else {
            throw UserFailure(
                "cannot read the pairs", location: path, why: "there is no such file",
                remedy: "check the path given with --pairs", exitStatus: .missingInput)
        }
        var pairs: [Pair] = []
        for (index, line) in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) { continue }
            pairs.append(try Self.pair(line, at: "\(path):\(index + 1)"))
        }
        guard !pairs.isEmpty else {
            throw UserFailure(
                "cannot use the pairs", location: path, why: "the file has none",
                remedy: "write one pair a line, as `precis export pairs` does", exitStatus: .badData)
        }
        self.pairs = pairs
    }

    /// Each pair in the model's own format: encode(prompt) + encode(completion) is the definition.
    /// - Throws: `TokenizationError`.
    public func tokens(_ template: ChatTemplate) throws -> [Tokens] {
        try pairs.map { pair in
            Tokens(
                prompt: try template.render(pair.prompt, addGenerationPrompt: true),
                chosen: template.completion(pair.chosen[0].content),
                rejected: template.completion(pair.rejected[0].content))
        }
    }

    private static func pair(_ line: Data, at location: String) throws(UserFailure) -> Pair {
        let why: String
        do {
            let pair = try JSONDecoder().decode(Pair.self, from: line)
            if !pair.prompt.isEmpty, pair.chosen.count == 1, pair.rejected.count == 1 { return pair }
            why = "prompt needs a turn, chosen and rejected one each"
        } catch let error as DecodingError {
            why = reason(error)
        } catch {
            why = "not valid JSON"
        }
        throw UserFailure(
            "malformed pair", location: location, why: why,
            remedy: "write one {\"prompt\": [...], \"chosen\": [...], \"rejected\": [...]} a line", exitStatus: .badData)
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "the key \"\(key.stringValue)\" is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is not a list of turns with role and content"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "not valid JSON" : "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has an unknown value"
        @unknown default: "not a preference pair"
        }
    }
}
