import Foundation
import Reporting
import Testing

/// The report of experiments on instructions.
@Suite struct ResponseReportTests {
    private static let ranker = RankerDescription(key: "0123456789abcdef", name: "PairRM", isRelative: true)
    private static let reward = RankerDescription(key: "fedcba9876543210", name: "the model's own reward", isRelative: false)
    private static let hostile = "<script>alert(1)</script> | \u{202E}`*_[x](javascript:y)\n\nnext"

    /// Three instructions with three responses each; the third instruction's scores are equal.
    private static func round(_ number: Int, by ranker: RankerDescription) -> ResponseRound {
        let responses = (0..<9).map { index in
            ScoredResponses.Response(
                instructionID: "i\(index / 3)", words: 20 + 7 * index, isCutOff: index % 4 == 3,
                score: index == 4 ? nil : index / 3 == 2 ? 2 : Double(index % 3) + 0.5 * Double(number),
                readings: ranker.isRelative ? [] : [Double(index % 6), nil, 3], measures: ranker.isRelative ? [:] : ["digit mass": 0.25, "expected": Double(index % 3), "unread: no score": index < 3 ? 1 : 0])
        }
        return ResponseRound(
            round: number, startLabel: number == 1 ? "original" : "M\(number - 1)", trainedLabel: "M\(number)", diverged: false,
            scored: ScoredResponses(ranker: ranker, responses: responses),
            pairs: [
                RankedPair(instructionID: "i0", chosenPlace: 2, rejectedPlace: 0, chosenScore: 2, rejectedScore: 0, chosenWords: 34, rejectedWords: 20),
                RankedPair(instructionID: "i1", chosenPlace: 0, rejectedPlace: 2, chosenScore: 2, rejectedScore: 0, chosenWords: 41, rejectedWords: 55),
            ],
            pairDrops: [CountedReason(reason: "tie", count: 1)],
            instructionDrops: number == 1 ? [] : [CountedReason(reason: "too similar", count: 4)])
    }

    /// The challenger is scored higher on the first `wins` of ten instructions and lower on the others.
    private static func comparison(
        _ name: String, round: Int, wins: Int, by ranker: RankerDescription, ties: Int = 0
    ) -> ResponseComparison {
        ResponseComparison(
            name: name, round: round, challenger: "M\(round)", opponent: "original", ranker: ranker,
            rows: (0..<10).map { index in
                ResponseComparison.Row(
                    instructionID: "h\(index)", instruction: "Held-out instruction \(index)",
                    challenger: .init(text: index == 0 ? hostile : "after \(index)", words: 30 + index, isCutOff: index == 3, score: index < wins ? 3 : index < wins + ties ? 2 : 1),
                    opponent: .init(text: "before \(index)", words: 20, isCutOff: false, score: 2))
            })
    }

    /// Ten instructions: the first worse text always scores below, the second above, the third half of the times; one
    /// response has no score.
    private static let check = RewardCheck(
        foils: ["another's", "its first half", "its words scrambled"],
        modes: [
            .init(
                name: "recall", label: "likelihood gain", isChosen: true,
                rows: (0..<10).map { .init(instructionID: "i\($0)", scores: [2, 1, 3, $0.isMultiple(of: 2) ? 1 : 3]) }),
            .init(
                name: "text", label: "written scores", isChosen: false,
                rows: (0..<10).map { .init(instructionID: "i\($0)", scores: [$0 == 0 ? nil : 1, 1, nil, 1]) }),
        ])

    private static func experiments() -> [ResponseExperiment] {
        [
            ResponseExperiment(
                experiment: "pairrm", runID: "pairrm-abc123", model: "model.gguf", instructions: "the embedded instructions",
                rootSeed: 21, shown: 4, rounds: [round(1, by: ranker)], comparisons: [comparison("M1 against original", round: 1, wins: 10, by: ranker)]),
            ResponseExperiment(
                experiment: "self-rewarding", runID: "self-rewarding-abc123", model: "model.gguf",
                instructions: "the embedded instructions", rootSeed: 21, shown: 4, rounds: [round(1, by: reward), round(2, by: reward)],
                comparisons: [
                    comparison("M1 against original", round: 1, wins: 5, by: reward),
                    comparison("M2 against original", round: 2, wins: 0, by: reward, ties: 1),
                ], rewardCheck: check, deviations: ["M0 is the model as it came."]),
        ]
    }

    private func alone() throws -> StudyResults {
        var study = try Study.empty()
        study.title = "Preference tuning on instructions"
        study.notebooks = []
        study.judge = nil
        study.responses = Self.experiments()
        return study
    }

    /// Byte for byte; PRECIS_RECORD_GOLDEN=1 writes new goldens.
    @Test func goldenReportOfInstructionsAlone() throws {
        let files = try Study.report(try alone())
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/golden")
        for name in ["report.html", "report.md"] {
            let content = try #require(files[name])
            if ProcessInfo.processInfo.environment["PRECIS_RECORD_GOLDEN"] == "1" {
                try Data(content.utf8).write(to: source.appendingPathComponent("instructions-" + name))
                continue
            }
            let url = try #require(Bundle.module.url(forResource: "Fixtures/golden/instructions-\(name)", withExtension: nil))
            #expect(try content == String(contentsOf: url, encoding: .utf8), "\(name)")
        }
    }

    @Test func findingsSayWhatTheIntervalsSay() throws {
        let markdown = try #require(try Study.report(try alone())["report.md"])
        // 10 of 10: the whole interval is above a half. 5 of 10: a half is inside. 0 of 9 and a tie: below.
        #expect(markdown.contains("Ranked by PairRM, M1 is preferred to original"))
        #expect(markdown.contains("Ranked by the model's own reward, M2 loses against original"))
        #expect(markdown.contains("Ranked by the model's own reward, M1 cannot be told apart from original"))
        #expect(markdown.contains("(10 wins, 0 ties, 0 losses; sign test p = 0.002)"))
        // 30...39 words after, 20 before: 14.5 more on average.
        #expect(markdown.contains("Its responses are longer (+14.5 words"))
        // One of three instructions tied; the chosen of two pairs is longer once.
        #expect(markdown.contains("3 instructions gave 2 pairs, with 1 of 3"))
        #expect(markdown.contains("the chosen response is the longer one in 1 of 2"))
        // 18 of 27 readings.
        #expect(markdown.contains("18 of 27"))
    }

    /// All ties by identity have no interval worth showing.
    @Test func sameTextsAreSaidToBeTheSame() throws {
        var study = try alone()
        var experiment = Self.experiments()[0]
        for index in experiment.comparisons[0].rows.indices {
            experiment.comparisons[0].rows[index].challenger = experiment.comparisons[0].rows[index].opponent
        }
        study.responses = [experiment]
        let markdown = try #require(try Study.report(study)["report.md"])
        #expect(markdown.contains("M1 answers all 10 held-out instructions as original does, word for word"))
        #expect(!markdown.contains("[50.0, 50.0") && !markdown.contains("\\[50.0, 50.0"))
    }

    /// A notebook page, a model card and the report show the same rows with the same intervals.
    @Test func pagesAndReportSayTheSameOfTheSameRows() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("precis-report-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try ReportBuilder(try alone(), options: .init(gnuplot: nil)).write(to: folder)
        let report = try String(contentsOf: folder.appendingPathComponent("report.md"), encoding: .utf8)
        for experiment in Self.experiments() {
            let page = try ResponseTables.comparisons(experiment.comparisons, rootSeed: experiment.rootSeed).markdown()
            let rows = page.split(separator: "\n").filter { $0.hasPrefix("| M") }
            #expect(rows.count == experiment.comparisons.count)
            for row in rows { #expect(report.contains(row), "\(row)") }
        }
        let round = Self.round(1, by: Self.reward)
        for table in try ResponseTables.scores(round.scored, rootSeed: 21) where table.id == "scores" {
            for name in ["Words", "Cut off at the token limit", "Score", "Readings understood"] {
                let row = try #require(table.rows.first { $0.cells[0].text == name })
                let value = row.cells[1].text + (row.cells[1].detail.map { " " + $0 } ?? "")
                #expect(report.contains("| \(value.replacing("[", with: "\\[").replacing("]", with: "\\]")) |") || report.contains("| \(value) |"), "\(name): \(value)")
            }
        }
    }

    /// Responses to one instruction are one draw: a share that is the same within each has the interval of instructions.
    @Test func sharesTakeInstructionsAsIndependent() throws {
        func cutOff(_ isCutOff: @escaping (Int, Int) -> Bool) throws -> Table.Cell {
            let scored = ScoredResponses(
                ranker: Self.reward,
                responses: (0..<20).flatMap { instruction in
                    (0..<5).map {
                        .init(instructionID: "i\(instruction)", words: 1, isCutOff: isCutOff(instruction, $0), score: 1)
                    }
                })
            let table = try #require(try ResponseTables.scores(scored, rootSeed: 1).first)
            return try #require(table.rows.first { $0.cells[0].text == "Cut off at the token limit" }).cells[1]
        }
        func width(_ cell: Table.Cell) throws -> Double {
            let bounds = try #require(cell.detail?.firstMatch(of: /\[([\d.]+), ([\d.]+)\]/))
            return try #require(Double(bounds.2)) - #require(Double(bounds.1))
        }
        let together = try cutOff { instruction, _ in instruction < 10 }
        #expect(together.text == "50 of 100" && together.value == 0.5)
        // Twenty draws of a coin, 95 %: about 0.5 +- 0.22; a hundred would give +- 0.1.
        #expect(try (40...48).contains(width(together)))
        // The same number within every instruction: never an interval without width.
        #expect(try (15...25).contains(width(try cutOff { _, response in response < 2 })))
        // Wilson's bound for none of twenty, not of a hundred.
        #expect(try cutOff { _, _ in false }.detail == "(<= 16 %)")
    }

    /// Each round states the expected score, every text by its score or by why it has none, and ties under each.
    @Test func roundsShowTheScoresOfTheDigits() throws {
        let html = try #require(try Study.report(try alone())["report.html"])
        let markdown = try #require(try Study.report(try alone())["report.md"])
        #expect(markdown.contains("Expected score"))
        // 0, 1 and 2 for each instruction, whatever is resampled.
        #expect(markdown.contains("| 1.0 \\[1.0, 1.0\\] |") || markdown.contains("| 1.0 [1.0, 1.0] |"))
        // Readings are index % 6, none and 3: 0 1 2 twice, 3 ten times, 4 5 once; 9 unread, 3 of them with a reason.
        for row in ["| 0 | 2 | 2 |", "| 3 | 10 | 10 |", "| 5 | 1 | 1 |", "| unread: for no recorded reason | 6 | 6 |"] {
            #expect(markdown.contains(row), "\(row)")
        }
        #expect(html.contains("id=\"instructions-self-rewarding-equal\""))
        // The third instruction's scores are equal; the expected ones never are.
        #expect(markdown.contains("| The score | 1 of 3 (") && markdown.contains("| Expected score | 0 of 3 ("))
    }

    /// Texts without a score are counted by reason, of all readings.
    @Test func unreadableTextsAreCountedOfAllReadings() throws {
        let markdown = try #require(try Study.report(try alone())["report.md"])
        #expect(markdown.contains("| unread: no score | 3 of 27 ("))
        #expect(markdown.contains("Resolvable with 10 instructions") && markdown.contains("Training variance not estimated: one training seed."))
    }

    @Test func relativeScoresAreNotAveragedOverInstructions() throws {
        let html = try #require(try Study.report(try alone())["report.html"])
        #expect(html.contains("instructions-self-rewarding-policies"))
        #expect(!html.contains("instructions-pairrm-policies"))
    }

    @Test func whatAModelWroteIsNotMarkup() throws {
        for study in [try alone(), try withSummaries()] {
            let files = try Study.report(study)
            let html = try #require(files["report.html"]), markdown = try #require(files["report.md"])
            for text in ["<script>alert", "\u{202E}"] { #expect(!html.contains(text) && !markdown.contains(text), "\(text)") }
            #expect(!markdown.contains("[x](javascript"))
            #expect(html.contains("alert(1)") && markdown.contains("alert(1)"))
        }
    }

    private func withSummaries() throws -> StudyResults {
        var study = try Study.small()
        study.responses = Self.experiments()
        return study
    }

    @Test func theSectionStandsBesideTheSummaries() throws {
        let files = try Study.report(try withSummaries())
        let html = try #require(files["report.html"])
        #expect(html.contains("id=\"verdict\"") && html.contains("id=\"instructions\"") && html.contains("href=\"#instructions\""))
        let results = try #require(files["results.json"])
        let json = try #require(try JSONSerialization.jsonObject(with: Data(results.utf8)) as? [String: Any])
        let responses = try #require(json["responses"] as? [[String: Any]])
        #expect(responses.compactMap { $0["experiment"] as? String } == ["pairrm", "self-rewarding"])
        // Ids name places of links, so none may stand there twice.
        let ids = html.matches(of: /\ id="([^"]+)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count)
    }

    @Test func theCheckOfTheRewardIsReported() throws {
        let files = try Study.report(try alone())
        let markdown = try #require(files["report.md"])
        #expect(
            markdown.contains(
                "The chosen reward (likelihood gain) tells a response from another's, and cannot be shown to tell it from its words "
                    + "scrambled, and prefers its first half to it."))
        #expect(markdown.contains("Deviations of self-rewarding") && markdown.contains("M0 is the model as it came."))
        let results = try #require(files["results.json"])
        let json = try #require(try JSONSerialization.jsonObject(with: Data(results.utf8)) as? [String: Any])
        let responses = try #require(json["responses"] as? [[String: Any]])
        #expect(responses[0]["rewardCheck"] == nil)
        let checks = try #require(responses[1]["rewardCheck"] as? [[String: Any]])
        let own = try #require(checks[0]["preferredTo"] as? [String: [String: Double]])
        #expect(own["another's"]?["value"] == 1 && own["its first half"]?["value"] == 0 && own["its words scrambled"]?["value"] == 0.5)
        // Wilson's bound for ten of ten, not an interval without width.
        #expect(abs((own["another's"]?["lower"] ?? 0) - 0.7225) < 0.001 && own["another's"]?["upper"] == 1)
        let texts = try #require(checks[1]["preferredTo"] as? [String: [String: Double]])
        #expect(checks[1]["scored"] as? Int == 29 && checks[1]["texts"] as? Int == 40)
        #expect(texts["another's"]?["count"] == 9 && texts["another's"]?["lower"] == nil && texts["its first half"] == nil)
    }

    /// Responses that are shorter where the long ones lose by rule: both are said.
    @Test func brevityIsNotAscribedToTheRewardAlone() throws {
        var study = try alone()
        var experiment = Self.experiments()[1]
        for index in experiment.comparisons[1].rows.indices { experiment.comparisons[1].rows[index].challenger.words = 5 }
        study.responses = [experiment]
        // Of i1's places 0, 1, 2 the first is cut off: it is chosen, so the limit bars nothing.
        #expect(try !#require(try Study.report(study)["report.md"]).contains("the token limit together"))
        for round in experiment.rounds.indices {
            for index in experiment.rounds[round].scored.responses.indices {
                experiment.rounds[round].scored.responses[index].isCutOff = index == 5
            }
        }
        study.responses = [experiment]
        let markdown = try #require(try Study.report(study)["report.md"])
        #expect(markdown.contains("That is the ranker's preference and the token limit together: in 2 of 4 pairs"))
    }

    @Test func everyRoundIsInTheResultsWithItsRows() throws {
        let files = try Study.report(try alone())
        let results = try #require(files["results.json"])
        let json = try #require(try JSONSerialization.jsonObject(with: Data(results.utf8)) as? [String: Any])
        let responses = try #require(json["responses"] as? [[String: Any]])
        let round = try #require((responses[1]["rounds"] as? [[String: Any]])?.first)
        func value(_ name: String) -> Double? { (round[name] as? [String: Double])?["value"] }
        #expect(value("ties").map { abs($0 - 1.0 / 3) < 1e-12 } == true && value("expected") == 1 && value("chosenIsLonger") == 0.5)
        #expect(value("unscored").map { abs($0 - 1.0 / 9) < 1e-12 } == true)
        #expect((round["readings"] as? [String: Int])?["3"] == 10)
        let bins = try #require(round["histogram"] as? [[String: Any]])
        #expect(bins.reduce(0) { $0 + ($1["responses"] as? Int ?? 0) } == 8)
        #expect((responses[1]["policies"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == ["original", "M1", "M2"])
        let lines = try #require(files["responses.csv"]).split(separator: "\n")
        // Three rounds of nine, and three comparisons of ten pairs.
        #expect(lines.count == 1 + 27 + 60)
    }

    /// Without such experiments the report has nothing of them: not in the pages, nor in the results.
    @Test func withoutInstructionsNothingIsSaidOfThem() throws {
        let files = try Study.report(try Study.small())
        #expect(try !#require(files["report.html"]).contains("id=\"instructions\""))
        #expect(try !#require(files["results.json"]).contains("\"responses\""))
    }

    @Test func aTableOfTextsFitsATerminal() throws {
        let table = ResponseTables.beforeAndAfter(Self.comparison("c", round: 1, wins: 3, by: Self.reward), count: 4)
        let text = table.wrappedText(width: 60)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2)
        #expect(lines.prefix { !$0.hasPrefix("The first") }.allSatisfy { $0.count <= 60 })
        for word in ["Held-out", "before", "after", "(cut", "First".lowercased()] { #expect(text.contains(word), "\(word)") }
        #expect(text.contains("The first 4 of 10 held-out instructions"))
    }

    @Test func scoresFallIntoAtMostTenBinsAndNoneIsLost() throws {
        for (low, high) in [(0.0, 5), (-3.2, 4.1), (-0.014, 0.0099), (2, 2), (0.001, 0.0012), (-1000, 1)] {
            let scores = (0...40).map { low + (high - low) * Double($0) / 40 }
            let scored = ScoredResponses(
                ranker: Self.reward,
                responses: scores.enumerated().map { .init(instructionID: "i\($0.offset)", words: 1, isCutOff: false, score: $0.element) })
            let tables = try ResponseTables.scores(scored, rootSeed: 1)
            let histogram = try #require(tables.first { $0.id == "score-histogram" })
            #expect(!histogram.rows.contains { $0.cells[0].text.contains("e-1") }, "an end is 0: \(low) to \(high)")
            #expect((1...11).contains(histogram.rows.count), "\(low) to \(high): \(histogram.rows.count)")
            #expect(histogram.rows.reduce(0) { $0 + ($1.cells[1].value ?? 0) } == 41)
        }
    }
}
