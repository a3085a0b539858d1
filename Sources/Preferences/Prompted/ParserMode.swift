/// How a judge's text is read.
public enum ParserMode: String, Sendable, Hashable, Codable, CaseIterable {
    /// As the study's code reads it, with its defects: "Q4) Apparently not stated" is an A, "Q1: A" is unsure, an
    /// echoed "A/B/C/D/E" is an A, the text after a second ") " is lost.
    case faithful
    /// Repairs these and says what it could not read.
    case strict
}

/// Why a judge's questions about an article cannot be used.
public enum QuestionDrop: String, Error, Sendable, Hashable, Codable, CaseIterable {
    case noOutput = "the judge wrote nothing"
    case questionCount = "not exactly five questions"
    case optionCount = "a question without exactly five options"
    case answerMissing = "a question without an answer"
    case answerNotALetter = "an answer that is no letter from A to E"
    case answerEchoed = "an answer that repeats the format's A/B/C/D/E"
    case duplicateOptions = "a question with two equal options"
    case misplacedLine = "an option or answer before any question"
    case emptyText = "an empty question or option"
}

enum Letters {
    static let all: [Character] = ["A", "B", "C", "D", "E"]

    static func index(of letter: Character) -> Int? { all.firstIndex(of: letter) }

    /// Index of the likeliest option; `nil` where "Unsure", which stands behind the options, is.
    static func choice(_ scores: [Double]) -> Int? {
        let best = scores.indices.max { scores[$0] < scores[$1] }
        return best.flatMap { $0 < Question.optionCount ? $0 : nil }
    }
}
