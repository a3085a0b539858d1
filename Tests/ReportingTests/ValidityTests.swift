import Reporting
import Testing

@Suite struct JudgeTablesTests {
    private func reading(
        _ article: String, _ question: Int, passage: String = "full article", reader: JudgeReading.Reader = .judge,
        questions: JudgeReading.Questions = .asked, answer: Int = 0, choice: Int?
    ) -> JudgeReading {
        JudgeReading(
            split: "test", reader: reader, questions: questions, passage: passage, articleID: article, question: question,
            kind: "person", answer: answer, choice: choice)
    }

    private func table(_ id: String, _ readings: [JudgeReading]) throws -> Table? {
        try JudgeTables(readings, rootSeed: 1, draws: 200).all().first { $0.id == id }
    }

    @Test func nothingGivesNoTables() throws { #expect(try JudgeTables([], rootSeed: 1).all().isEmpty) }

    @Test func sharesAreOfAllQuestions() throws {
        // Article a: right, wrong; article b: right, unsure. 2, 1 and 1 of 4.
        let rows = [
            reading("a", 0, choice: 0), reading("a", 1, choice: 3), reading("b", 0, choice: 0), reading("b", 1, choice: nil),
        ]
        let row = try #require(try table("judge-validity", rows)?.rows.first)
        #expect(row.cells[3].value == 4)
        #expect(row.cells[4].value == 0.5 && row.cells[5].value == 0.25 && row.cells[6].value == 0.25)
        // Every resample of a and b has one right answer in two.
        #expect(row.cells[4].detail?.contains("50") == true)
    }

    @Test func goalsAreJudgedOnTestCandidates() throws {
        func goal(correct: Int, of count: Int) throws -> String? {
            let rows = (0..<count).map { reading("a\($0)", 0, questions: .candidates, choice: $0 < correct ? 0 : nil) }
            return try table("judge-validity", rows)?.rows.first?.cells[7].text
        }
        #expect(try goal(correct: 88, of: 100) == "met")
        #expect(try goal(correct: 87, of: 100) == "missed")
    }

    @Test func agreementComparesTheSameQuestions() throws {
        // Judge and paraphrase agree on 3 of 4; the fourth is asked of the judge only with another passage.
        var rows = (0..<4).map { reading("a\($0)", 0, choice: $0 % 2) }
        rows += (0..<4).map { reading("a\($0)", 0, reader: .paraphrase, choice: $0 == 3 ? 0 : $0 % 2) }
        rows.append(reading("a0", 0, passage: "nothing", choice: nil))
        let row = try #require(try table("judge-agreement", rows)?.rows.first)
        #expect(row.cells[1].value == 4)
        #expect(row.cells[2].value == 0.75)
        // Judge: 0 and 1 twice each; paraphrase: 0 three times. Chance (2 * 3 + 2 * 1) / 16 = 0.5; (0.75 - 0.5) / 0.5.
        #expect(row.cells[3].value == 0.5 && row.cells[4].value == 0.5)
    }

    @Test func positionsCountRightAndChosen() throws {
        let rows = [
            reading("a", 0, answer: 4, choice: 4), reading("a", 1, answer: 1, choice: 4),
            reading("b", 0, answer: 1, choice: nil), reading("b", 1, answer: 0, choice: 0),
        ]
        let shares = try #require(try table("judge-positions", rows)).rows
        #expect(shares.map { $0.cells[1].value } == [0.25, 0.5, 0, 0, 0.25])
        // Of three choices, one is A and two are E.
        #expect(shares[4].cells[2].value == 2.0 / 3 && shares[0].cells[2].value == 1.0 / 3)
    }

    @Test func guessesAreApartAndMeasuredAgainstChance() throws {
        // 20 of 100 right is chance; 26 of 100 is too far above it.
        func goal(_ correct: Int) throws -> String? {
            let rows = (0..<100).map { reading("a\($0)", 0, passage: "another article", reader: .forced, choice: $0 < correct ? 0 : 1) }
            #expect(try table("judge-validity", rows) == nil)
            #expect(try table("judge-agreement", rows) == nil)
            let guesses = try #require(try table("judge-guesses", rows)?.rows.first)
            #expect(guesses.cells[4].value == Double(correct) / 100)
            return guesses.cells[5].text
        }
        #expect(try goal(20) == "met")
        #expect(try goal(26) == "missed")
        #expect(try goal(14) == "missed")
    }

    @Test func aGoodSummaryStandsAfterTheArticle() throws {
        let rows = ["nothing", "best sample", "full article", "first 3 sentences"].map { reading("a", 0, passage: $0, choice: 0) }
        #expect(try table("judge-validity", rows)?.rows.map { $0.cells[0].text } == ["full article", "best sample", "first 3 sentences", "nothing"])
    }
}
