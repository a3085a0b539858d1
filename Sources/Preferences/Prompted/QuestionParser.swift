/// Reads five multiple-choice questions out of a judge's text.
public struct QuestionParser: Sendable, Hashable {
    public let mode: ParserMode

    public init(mode: ParserMode) { self.mode = mode }

    /// - Throws: `QuestionDrop`, the first reason found.
    public func questions(in text: String) throws(QuestionDrop) -> [Question] {
        if text.allSatisfy(\.isWhitespace) { throw .noOutput }
        return switch mode {
        case .faithful: try faithful(text)
        case .strict: try strict(text)
        }
    }

    /// A question as the lines gave it.
    struct Draft {
        var text: String
        /// Option text by the letter it was listed under.
        var options: [Character: String] = [:]
        var answer: Character?
    }

    // MARK: Faithful

    private func faithful(_ text: String) throws(QuestionDrop) -> [Question] {
        var drafts: [Draft] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let body = line.drop(while: \.isWhitespace)
            if Self.opensQuestion(line) {
                // Only what stands between the first two ") ".
                let pieces = String(line).split(separator: ") ", omittingEmptySubsequences: false)
                drafts.append(Draft(text: String(pieces[1])))
            } else if let letter = body.first, Letters.index(of: letter) != nil, body.dropFirst().hasPrefix(". ") {
                guard let first = line.first, !drafts.isEmpty else { throw .misplacedLine }
                // Kept under the line's first character, a space where the option is indented.
                drafts[drafts.count - 1].options[first] = String(body.dropFirst(3))
            } else if let marker = line.ranges(of: "Answer: ").last {
                guard !drafts.isEmpty else { throw .misplacedLine }
                guard let letter = line[marker.upperBound...].first else { throw .answerMissing }
                drafts[drafts.count - 1].answer = letter
            }
        }
        return try Self.checked(drafts)
    }

    private static func opensQuestion(_ line: Substring) -> Bool {
        let start = Array(line.prefix(4))
        return start.count == 4 && start[0] == "Q" && start[1].isNumber && start[2] == ")" && start[3] == " "
    }

    static func checked(_ drafts: [Draft]) throws(QuestionDrop) -> [Question] {
        guard drafts.count == Question.countPerArticle else { throw .questionCount }
        var result: [Question] = []
        for draft in drafts {
            // Five lines under other letters than A to E would leave the answer without its option.
            let options = Letters.all.compactMap { draft.options[$0] }
            guard draft.options.count == Question.optionCount, options.count == Question.optionCount else { throw .optionCount }
            guard let letter = draft.answer else { throw .answerMissing }
            guard let answer = Letters.index(of: letter) else { throw .answerNotALetter }
            result.append(Question(kind: .written, text: draft.text, options: options, answer: answer))
        }
        return result
    }
}
