import Preferences
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

    /// The goal of 15 to 25 % holds of the whole interval or of none of it.
    @Test(arguments: ["another article", "nothing"])
    func guessesAreApartAndMeasuredAgainstChance(passage: String) throws {
        func goal(_ correct: Int, of count: Int) throws -> String? {
            let rows = (0..<count).map { reading("a\($0)", 0, passage: passage, reader: .forced, choice: $0 < correct ? 0 : 1) }
            #expect(try table("judge-validity", rows) == nil)
            #expect(try table("judge-agreement", rows) == nil)
            let guesses = try #require(try table("judge-guesses", rows)?.rows.first)
            #expect(guesses.cells[4].value == Double(correct) / Double(count))
            return guesses.cells[5].text
        }
        // 95 % intervals by the normal approximation: [0.175, 0.225], [0.12, 0.28], [0.37, 0.43], [0, 0.08], and Wilson's
        // [0, 0.037].
        #expect(try goal(200, of: 1000) == "met")
        #expect(try goal(20, of: 100) == "cannot be told")
        #expect(try goal(400, of: 1000) == "missed")
        #expect(try goal(4, of: 100) == "missed")
        #expect(try goal(0, of: 100) == "missed")
        #expect(try goal(26, of: 100) == "cannot be told")
    }

    /// Candidates where there are any: correct, wrong and unsure from the full article and from another.
    @Test func kindsShowWhatIsAnsweredFromBothPassages() throws {
        let choices: [(String, Int?)] = [("full article", 0), ("full article", 0), ("full article", 2), ("full article", nil), ("another article", nil), ("another article", 1)]
        let rows = choices.enumerated().map { reading("a\($0.offset)", 0, passage: $0.element.0, questions: .candidates, choice: $0.element.1) }
            + [reading("a0", 0, passage: "full article", choice: 0), reading("a0", 1, passage: "nothing", questions: .candidates, choice: 3)]
        let table = try #require(try table("judge-kinds", rows))
        #expect(table.rows.count == 1 && table.rows[0].cells.map(\.value) == [nil, 4, 0.5, 0.25, 0.25, 0, 0.5, 0.5])
        // A judge that can ask only what it asks.
        let asked = try #require(try self.table("judge-kinds", [reading("a0", 0, choice: 0), reading("a1", 0, choice: nil)]))
        #expect(asked.rows[0].cells.map(\.value) == [nil, 2, 0.5, 0, 0.5, nil, nil, nil])
    }

    /// Of ten answers of the second reader from the article four are right; of fifteen in all, nine name C.
    @Test func theSecondReadersAbilityIsSaid() throws {
        var rows = (0..<10).map { reading("a\($0)", 0, answer: $0 < 4 ? 2 : 0, choice: 0) }
        rows += (0..<10).map { reading("a\($0)", 0, reader: .letters, answer: $0 < 4 ? 2 : 0, choice: $0 < 9 ? 2 : nil) }
        rows += (0..<5).map { reading("b\($0)", 0, passage: "nothing", reader: .letters, choice: $0 == 0 ? 1 : nil) }
        let note = try #require(try table("judge-agreement", rows)?.notes.last)
        #expect(note == "Letters answers 40 % of these questions right from the full article (a guess: 20 %) and gives C in 60 % of its answers.")
    }

    @Test func aGoodSummaryStandsAfterTheArticle() throws {
        let rows = ["nothing", "best sample", "full article", "first 3 sentences"].map { reading("a", 0, passage: $0, choice: 0) }
        #expect(try table("judge-validity", rows)?.rows.map { $0.cells[0].text } == ["full article", "best sample", "first 3 sentences", "nothing"])
    }
}

/// What section 9 says of the judge in sentences.
@Suite struct ValidityProseTests {
    /// 40 articles: `correct` of five right, failures on the first `failed`.
    private func system(_ name: String, _ kind: SystemResult.Kind, correct: Int, words: Int, failed: Int = 0) -> SystemResult {
        SystemResult(
            name: name, label: name, kind: kind, round: 0, experiment: "e", runID: "r",
            outcomes: (0..<40).map { index in
                ArticleOutcome(
                    articleID: "a\(index)", article: "text", articleWords: 100, summary: "text", summaryWords: words + index % 3,
                    correct: correct - (index % 5 == 0 ? 1 : 0), questions: [], failures: index < failed ? [.tooLong] : [])
            })
    }

    private func report(_ evidence: JudgeEvidence) throws -> String {
        let study = StudyResults(
            title: "t", provenance: [], systems: [system("original", .original, correct: 3, words: 40)], originalSystem: "original", trainings: [],
            sweeps: [], questionDrops: [], pairTypes: [], deviations: [], rootSeed: 1, judge: evidence)
        return try #require(try Study.report(study)["report.md"])
    }

    @Test func gamingTextsAreCountedAndRivalsNamed() throws {
        let gaming = [
            system("copy", .gaming, correct: 5, words: 90, failed: 40), system("mixed", .gaming, correct: 1, words: 60, failed: 13),
            system("names", .gaming, correct: 4, words: 20), system("word", .gaming, correct: 1, words: 1),
        ]
        let fluency = JudgeEvidence.Fluency(
            threshold: 6, quantile: 0.99, passageCount: 9,
            summaries: (0..<40).map { .init(system: "names", label: "names", articleID: "a\($0)", perWord: $0 < 31 ? 7 : 5) })
        let text = try report(JudgeEvidence(readings: [], gaming: gaming, fluency: fluency))
        #expect(text.contains("Texts that fail by rule, whatever they answer: \"copy\": 40 of 40 and \"mixed\": 13 of 40."))
        #expect(text.contains("No rule stops \"names\" (76 % correct) and \"word\" (16 % correct)."))
        // "names" wins and is rarely fluent; neither "mixed" nor "word" reaches half the wins or the original's accuracy.
        #expect(text.contains("\"names\" answers 76 %, wins 100") && text.contains(", and fluency finds 31 of 40."), "\(text)")
        #expect(!text.contains("\"mixed\" answers") && !text.contains("\"word\" answers") && !text.contains("\"copy\" answers"))
    }

    @Test func withoutRivalsThatIsSaid() throws {
        let text = try report(JudgeEvidence(readings: [], gaming: [system("word", .gaming, correct: 1, words: 1)], fluency: nil))
        #expect(text.contains("None of them can be taken for as good as the original model"))
        #expect(!text.contains("fail by rule"))
    }

    @Test func answersThatCouldNotBeReadAreCountedByReason() throws {
        let reading = JudgeReading(
            split: "test", reader: .letters, questions: .asked, passage: "full article", articleID: "a0", question: 0, kind: "person", answer: 0,
            choice: nil, defect: "withheld")
        let defects = JudgeEvidence.Defects(answers: 200, reasons: [CountedReason(reason: "no answer", count: 7)])
        let text = try report(JudgeEvidence(readings: [reading], gaming: [], fluency: nil, defects: defects))
        #expect(text.contains("Answers the judge could not give, by reason"))
        #expect(text.contains("| no answer | 7 | 0 |") && text.contains("| withheld | 0 | 1 |"), "\(text)")
        let none = try report(JudgeEvidence(readings: [], gaming: [], fluency: nil, defects: .init(answers: 200, reasons: [])))
        #expect(none.contains("Answers the judge could not give: none of 200 about summaries"))
    }

    @Test func theRuleAndItsOriginAreShown() throws {
        func tuning(_ fallback: String?) throws -> ClozeRuleTuning {
            var tuning = ClozeRuleTuning(on: [], articleCount: 12)
            tuning.fallback = fallback
            tuning.rule.minimumAdvantage = 4.5
            tuning.fullArticle.correct = 150
            tuning.fullArticle.unsure = 10
            return tuning
        }
        let tuned = try report(JudgeEvidence(readings: [], gaming: [], fluency: nil, rule: try tuning(nil)))
        #expect(tuned.contains("4.5 nats beyond") && tuned.contains("Chosen on 12 development articles"))
        #expect(tuned.contains("| full article | 160 | 93.8 % |"), "\(tuned)")
        let standard = try report(JudgeEvidence(readings: [], gaming: [], fluency: nil, rule: try tuning("too few questions")))
        #expect(standard.contains("standard thresholds, not tuned on this study's articles: too few questions."))
    }

    @Test func cutArticlesAreCounted() throws {
        func text(_ cut: Int) throws -> String {
            try report(JudgeEvidence(readings: [], gaming: [], fluency: nil, reading: .init(prompted: 40, cutInPrompt: cut, judged: 38, cutForJudge: 0)))
        }
        #expect(try text(0).contains("Prompts for summaries hold the whole text of all 40 articles; the judge reads the whole text of all 38 articles that have questions."))
        #expect(try text(3).contains("only the beginning of 3 of 40 articles"))
    }
}
