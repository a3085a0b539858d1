import Preferences
import Testing

@Suite struct QuestionParserTests {
    /// Five well-formed questions; the right answers are A, B, C, D, E.
    static let wellFormed = (1...5).map { number in
        let options = "ABCDE".map { "\($0). Option \($0)\(number)" }.joined(separator: "\n")
        return "Q\(number)) What is number \(number)?\n\(options)\n\nQ\(number) Answer: \(Array("ABCDE")[number - 1])\n"
    }.joined(separator: "\n")

    private func read(_ text: String, _ mode: ParserMode) -> Result<[Question], QuestionDrop> {
        Result { () throws(QuestionDrop) in try QuestionParser(mode: mode).questions(in: text) }
    }

    private func drop(_ text: String, _ mode: ParserMode) -> QuestionDrop? {
        if case .failure(let reason) = read(text, mode) { reason } else { nil }
    }

    private func changed(_ old: String, _ new: String) -> String {
        precondition(Self.wellFormed.contains(old))
        return Self.wellFormed.replacing(old, with: new)
    }

    @Test(arguments: ParserMode.allCases) func wellFormedText(mode: ParserMode) throws {
        let questions = try read("Here are the questions:\n\n" + Self.wellFormed, mode).get()
        #expect(questions.map(\.text) == (1...5).map { "What is number \($0)?" })
        #expect(questions.map(\.answer) == [0, 1, 2, 3, 4])
        #expect(questions[2].options == ["Option A3", "Option B3", "Option C3", "Option D3", "Option E3"])
    }

    // The faithful parser's known defects, each with what the strict one makes of the same text.

    @Test func textAfterASecondParenthesisIsLost() throws {
        let text = changed("What is number 1?", "What did (Mr) Smith say (twice) today?")
        #expect(try read(text, .faithful).get()[0].text == "What did (Mr")
        #expect(try read(text, .strict).get()[0].text == "What did (Mr) Smith say (twice) today?")
    }

    @Test func indentedOptionsDropTheArticle() throws {
        let text = changed("\nB. Option B2", "\n  B. Option B2")
        #expect(drop(text, .faithful) == .optionCount)
        #expect(try read(text, .strict).get()[1].options[1] == "Option B2")
    }

    @Test func boldHeadingsDropTheArticle() throws {
        let text = changed("Q3) What", "**Q3)** What").replacing("Q4 Answer: D", with: "**Q4 Answer:** D. Option D4")
        #expect(drop(text, .faithful) == .questionCount)
        #expect(try read(text, .strict).get().map(\.answer) == [0, 1, 2, 3, 4])
    }

    @Test func echoedFormatReadsAsA() throws {
        let text = changed("Q5 Answer: E", "Q5 Answer: A/B/C/D/E")
        #expect(try read(text, .faithful).get()[4].answer == 0)
        #expect(drop(text, .strict) == .answerEchoed)
    }

    @Test func wordsAfterAnswerReadAsLetters() throws {
        let text = changed("Q2 Answer: B", "Q2 Answer: Apparently B")
        #expect(try read(text, .faithful).get()[1].answer == 0)
        #expect(drop(text, .strict) == .answerNotALetter)
    }

    // Other reasons.

    @Test func dropReasons() {
        let half = String(Self.wellFormed.prefix(Self.wellFormed.count / 2))
        for mode in ParserMode.allCases {
            #expect(drop(" \n", mode) == .noOutput)
            #expect(drop("I cannot help with that.", mode) == .questionCount)
            #expect(drop(half, mode) == .questionCount)
            #expect(drop(changed("\nE. Option E2", ""), mode) == .optionCount)
            #expect(drop(changed("Q4 Answer: D", ""), mode) == .answerMissing)
            #expect(drop(changed("Q4 Answer: D", "Q4 Answer: F"), mode) == .answerNotALetter)
            #expect(drop("A. Option first\n" + Self.wellFormed, mode) == .misplacedLine)
        }
        #expect(drop(changed("Option A1", "Option B1"), .strict) == .duplicateOptions)
        #expect(drop(changed("A. Option A1", "A. "), .strict) == .emptyText)
    }

    @Test func strictReadsOtherLayouts() throws {
        let text = (1...5).map { number in
            "### Question \(number): What is\nnumber \(number)?\n"
                + "abcde".map { "  (\($0)) Option \($0)\(number)" }.joined(separator: "\n") + "\nCorrect answer: (\(Array("abcde")[5 - number])) because\n"
        }.joined(separator: "\n")
        let questions = try read(text, .strict).get()
        #expect(questions.map(\.answer) == [4, 3, 2, 1, 0])
        #expect(questions[0].text == "What is number 1?")
        #expect(drop(text, .faithful) == .questionCount)
    }
}

@Suite struct AnswerParserTests {
    private func choices(_ text: String, _ mode: ParserMode) -> [Int?] {
        AnswerParser(mode: mode).judgement(in: text, questionCount: 5).choices
    }

    @Test func plainAnswers() {
        let text = "Q1) A\n Q2) B.\nQ3) C. Because of it\nQ4) Unsure.\nQ5) E"
        for mode in ParserMode.allCases { #expect(choices(text, mode) == [0, 1, 2, nil, 4]) }
    }

    @Test func proseStartingWithALetterReadsAsIt() {
        let text = "Q1) B\nQ4) Apparently not stated"
        #expect(choices(text, .faithful) == [1, nil, nil, 0, nil])
        let strict = AnswerParser(mode: .strict).judgement(in: text, questionCount: 5)
        #expect(strict.choices == [1, nil, nil, nil, nil])
        #expect(strict.remarks == ["Q4: unreadable answer", "Q2: no answer", "Q3: no answer", "Q5: no answer"])
        #expect(strict.failure == nil)
    }

    @Test func otherMarksReadAsUnsure() {
        let text = "Q1: A\nQ2. [B]\n**Q3) C.**\nQ4) a.\n5) (e)"
        #expect(choices(text, .faithful) == [nil, nil, nil, nil, nil])
        #expect(choices(text, .strict) == [0, 1, 2, 0, 4])
    }

    @Test func contradictionsAndStrayNumbers() {
        let text = "Q1) A\nQ1) B\nQ7) C\nQ0) D"
        #expect(choices(text, .faithful) == [1, nil, nil, nil, nil])
        let strict = AnswerParser(mode: .strict).judgement(in: text, questionCount: 5)
        #expect(strict.choices == [nil, nil, nil, nil, nil])
        #expect(strict.remarks.contains("Q1: answers contradict each other"))
    }

    @Test func nothingReadableFailsStrictOnly() {
        let text = "The text does not say."
        #expect(AnswerParser(mode: .faithful).judgement(in: text, questionCount: 5).failure == nil)
        #expect(AnswerParser(mode: .strict).judgement(in: text, questionCount: 5).failure == "no answer could be read")
        #expect(AnswerParser(mode: .strict).judgement(in: "Q1) Unsure.", questionCount: 5).failure == nil)
    }
}
