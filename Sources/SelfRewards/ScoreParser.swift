/// Why a judge's text gave no score.
public enum ScoreFailure: String, Error, Sendable, Hashable, Codable, CaseIterable {
    /// The instruction and the response leave no room in the model's context.
    case noRoom = "no room"
    case empty = "no text"
    /// The token limit came before a score.
    case cutOff = "cut off"
    case noScore = "no score"
    /// `Score: <points>`, `Score: good`.
    case noNumber = "no number"
    /// `Score: 3.5`, `Score: 3-4`.
    case notWhole = "not a whole number"
    /// `Score: 7`, `Score: 4/10`.
    case outOfRange = "not from 0 to 5"
}

/// Reads the grade of the additive rubric out of a judge's text: the last `Score: N`, N a whole number from 0 to 5.
///
/// Capitals do not matter, nor do Markdown's emphasis and `/5`, `out of 5` or `points` after the number. Everything
/// else is a failure with its reason, never a guess.
public enum ScoreParser {
    public static let range = 0...5

    /// - Throws: `ScoreFailure`.
    public static func score(in text: String) throws(ScoreFailure) -> Int {
        let marks: Set<Character> = ["*", "_", "`", "#"]
        let plain = text.filter { !marks.contains($0) }
        guard !plain.allSatisfy(\.isWhitespace) else { throw .empty }
        guard let rest = afterLastMarker(plain) else { throw .noScore }
        return try number(rest.drop { $0 == " " || $0 == "\t" })
    }

    /// What follows the last "score:" that is a word of its own.
    private static func afterLastMarker(_ text: String) -> Substring? {
        var found: Substring?
        var rest = text[...]
        while let marker = rest.firstRange(of: /score:/.ignoresCase()) {
            let before = marker.lowerBound == text.startIndex ? nil : text[text.index(before: marker.lowerBound)]
            if !(before?.isLetter ?? false) { found = text[marker.upperBound...] }
            rest = rest[marker.upperBound...]
        }
        return found
    }

    private static func number(_ text: Substring) throws(ScoreFailure) -> Int {
        let isNegative = text.first == "-"
        let digits = text.drop { $0 == "-" }.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty else { throw .noNumber }
        var rest = text[digits.endIndex...]
        if let mark = rest.first, ".,-–".contains(mark), let next = rest.dropFirst().first, next.isNumber {
            guard mark == "." else { throw .notWhole }
            let fraction = rest.dropFirst().prefix(while: \.isNumber)
            guard fraction.allSatisfy({ $0 == "0" }) else { throw .notWhole }
            rest = rest[fraction.endIndex...]
        }
        if rest.first?.isLetter == true { throw .noNumber }
        if let scale = try? /^\s*(?:\/|out of)\s*(\d+)/.firstMatch(in: rest), scale.1 != "5" { throw .outOfRange }
        guard !isNegative, let value = Int(digits), range.contains(value) else { throw .outOfRange }
        return value
    }
}
