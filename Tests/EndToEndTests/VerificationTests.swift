import Foundation
import Reporting
import Testing

/// A report's numbers, recomputed by `Tests/verify_results.py`, which shares no code with the package.
struct VerificationTests {
    private static let env = Program(path: "/usr/bin/env")

    /// Systems with every kind of outcome: ties, failures, unanswered judges, equal lengths.
    private static func results(seed: UInt64) -> StudyResults {
        var generator = LinearCongruential(state: seed)
        let names = ["original", "dpo", "lead-2", "sft"]
        let articles = (0..<60).map { (id: "news-\($0)", words: Int.random(in: 80...400, using: &generator)) }
        let question = JudgedQuestion(question: "?", options: ["a", "b", "c", "d", "e"], answer: 0, given: nil)
        func system(_ name: String, _ kind: SystemResult.Kind) -> SystemResult {
            SystemResult(
                name: name, label: name, kind: kind, round: 0, experiment: "baseline", runID: "run",
                outcomes: articles.map { article in
                    // Few different lengths, so that equal ones and differences below 3 are common.
                    let words = Int.random(in: 0...1, using: &generator) * 30 + Int.random(in: 10...14, using: &generator)
                    let failures = ArticleOutcome.Failure.allCases.filter { _ in
                        Int.random(in: 0..<25, using: &generator) == 0
                    }
                    return ArticleOutcome(
                        articleID: article.id, article: "text", articleWords: article.words, summary: "text",
                        summaryWords: words,
                        correct: failures.contains(.judgeFailed) ? nil : Int.random(in: 0...5, using: &generator),
                        questions: Array(repeating: question, count: 5), failures: failures)
                })
        }
        let systems = names.map { system($0, $0 == "original" ? .original : $0 == "dpo" ? .dpo : .prompted) }
        let gaming = [system("gaming-name-list", .gaming)]
        let fluency = JudgeEvidence.Fluency(
            threshold: 6, quantile: 0.99, passageCount: 9,
            summaries: (systems + gaming).flatMap { system in
                articles.map { .init(system: system.name, label: system.label, articleID: $0.id, perWord: Double.random(in: 3...7, using: &generator)) }
            })
        return StudyResults(
            title: "Test", provenance: [], systems: systems, originalSystem: "original", trainings: [], sweeps: sweeps(systems[0], systems[1]),
            questionDrops: [], pairTypes: [], deviations: [], rootSeed: 1,
            judge: JudgeEvidence(readings: readings(articles.map(\.id), &generator), gaming: gaming, fluency: fluency))
    }

    /// Four settings, of which the one that wins most is chosen: all right in the fewest words, and one that is as good
    /// and diverged.
    private static func sweeps(_ original: SystemResult, _ other: SystemResult) -> [SweepCell] {
        [(0.03, 1e-5), (0.03, 4e-5), (0.1, 1e-5), (0.1, 4e-5)].enumerated().map { index, setting in
            let isBest = index >= 2
            let outcomes = other.outcomes.map { outcome in
                guard isBest else { return outcome }
                var best = outcome
                best.correct = 5
                best.summaryWords = 5
                best.failures = []
                return best
            }
            return SweepCell(
                method: "dpo", beta: setting.0, learningRate: setting.1, rank: nil, diverged: index == 2, isChosen: index == 3,
                outcomes: outcomes, originalOutcomes: original.outcomes)
        }
    }

    /// Two readers that agree more often than chance has it, and one that guesses.
    private static func readings(_ articles: [String], _ generator: inout LinearCongruential) -> [JudgeReading] {
        var readings: [JudgeReading] = []
        for article in articles {
            for passage in ["full article", "best sample", "nothing"] {
                for question in 0..<5 {
                    func choice() -> Int? {
                        let drawn = Int.random(in: -1...4, using: &generator)
                        return drawn < 0 ? nil : drawn
                    }
                    let answer = Int.random(in: 0...4, using: &generator)
                    let own = choice()
                    let follows = Int.random(in: 0...2, using: &generator) > 0
                    let choices: [(JudgeReading.Reader, Int?)] = [(.judge, own), (.paraphrase, follows ? own : choice()), (.letters, choice())]
                    for (reader, choice) in choices {
                        readings.append(
                            JudgeReading(
                                split: "test", reader: reader, questions: .asked, passage: passage, articleID: article,
                                question: question, kind: "person", answer: answer, choice: choice))
                    }
                }
            }
        }
        return readings
    }

    private func report(seed: UInt64 = 1) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try ReportBuilder(Self.results(seed: seed), options: .init(draws: 200, gnuplot: nil)).write(to: folder.url)
        return folder
    }

    private func verify(_ folder: TemporaryFolder) async throws -> ProgramResult {
        try await Self.env.run(
            ["python3", Repository.file("Tests/verify_results.py").path, "results.csv", "--against", "results.json"],
            in: folder.url)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func aReportAgreesWithItsRows(seed: UInt64) async throws {
        let result = try await verify(try report(seed: seed))
        #expect(result.exitCode == 0, "\(result)")
        let expected = "numbers of 4 systems, 1 texts that game the metric and 9 readings of the judge agree\n"
        #expect(result.standardOutput.hasSuffix(expected), "\(result)")
    }

    @Test(arguments: ["accuracy", "median_compression", "win_rate_evaluation", "failed", "compression_difference"])
    func oneChangedNumberIsFound(metric: String) async throws {
        let folder = try report()
        let file = folder.url.appendingPathComponent("results.json")
        var document = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        var systems = try #require(document["systems"] as? [[String: Any]])
        let index = try #require(systems.firstIndex { $0["name"] as? String == "dpo" })
        var metrics = try #require(systems[index]["metrics"] as? [String: [String: Any]])
        let value = try #require(metrics[metric]?["value"] as? Double)
        metrics[metric]?["value"] = value + 0.001
        systems[index]["metrics"] = metrics
        document["systems"] = systems
        try JSONSerialization.data(withJSONObject: document).write(to: file)
        let result = try await verify(folder)
        #expect(result.exitCode == 1 && result.standardOutput.contains("dpo \(metric): recomputed"), "\(result)")
    }

    /// A report of one experiment on instructions alone: a round of three responses to each of six instructions, by a
    /// reward with texts, and a comparison.
    private func instructionReport() throws -> TemporaryFolder {
        let ranker = RankerDescription(key: "0123456789abcdef", name: "the model's own reward", isRelative: false)
        let responses = (0..<18).map { index in
            ScoredResponses.Response(
                instructionID: "i\(index / 3)", words: 10 + 7 * index % 11, isCutOff: index % 5 == 2,
                score: index == 4 ? nil : index / 3 == 2 ? 0.25 : Double(index * index % 7) / 3,
                readings: [Double(index % 6), nil], measures: ["expected": Double(index % 4), "unread: no score": 1])
        }
        let round = ResponseRound(
            round: 1, startLabel: "M0", trainedLabel: "M1", diverged: false, scored: ScoredResponses(ranker: ranker, responses: responses),
            pairs: [
                RankedPair(
                    instructionID: "i0", chosenPlace: 2, rejectedPlace: 0, chosenScore: 4 / 3, rejectedScore: 0,
                    chosenWords: responses[2].words, rejectedWords: responses[0].words),
                RankedPair(
                    instructionID: "i3", chosenPlace: 0, rejectedPlace: 2, chosenScore: 4 / 3, rejectedScore: 2 / 3,
                    chosenWords: responses[9].words, rejectedWords: responses[11].words),
            ], pairDrops: [CountedReason(reason: "tie", count: 1)], instructionDrops: [])
        let comparison = ResponseComparison(
            name: "M1 against M0", round: 1, challenger: "M1", opponent: "M0", ranker: ranker,
            rows: (0..<7).map { index in
                .init(
                    instructionID: "h\(index)", instruction: "?",
                    challenger: .init(text: "a", words: 3 * index, isCutOff: index == 1, score: index == 6 ? nil : Double(index)),
                    opponent: .init(text: "b", words: 5, isCutOff: false, score: 2))
            })
        let results = StudyResults(
            title: "Instructions", provenance: [], systems: [], originalSystem: "original", trainings: [], sweeps: [], questionDrops: [],
            pairTypes: [], deviations: [], rootSeed: 1,
            responses: [
                ResponseExperiment(
                    experiment: "self-rewarding", runID: "run", model: "m", instructions: "i", rootSeed: 1, shown: 2, rounds: [round],
                    comparisons: [comparison])
            ])
        let folder = try TemporaryFolder()
        try ReportBuilder(results, options: .init(draws: 200, gnuplot: nil)).write(to: folder.url)
        return folder
    }

    @Test func whatIsStatedOfInstructionsAgreesWithItsRows() async throws {
        let result = try await verify(try instructionReport())
        #expect(result.exitCode == 0 && result.standardOutput.hasSuffix("1 experiments on instructions agree\n"), "\(result)")
    }

    @Test(arguments: [
        ("rounds.0.spread", "self-rewarding round 1 spread: recomputed"), ("rounds.0.score.value", "self-rewarding round 1 score"),
        ("rounds.0.expected.value", "round 1 expected"), ("rounds.0.parsed.value", "round 1 parsed"),
        ("rounds.0.ties.value", "round 1 ties"), ("rounds.0.readings.3", "round 1 reading 3"),
        ("rounds.0.histogram.0.responses", "round 1 bin"), ("rounds.0.rejectedCutOff", "round 1 rejectedCutOff"),
        ("rounds.0.chosenIsLonger.value", "round 1 chosenIsLonger"), ("rounds.0.cutOff.value", "round 1 cutOff"),
        ("rounds.0.measures.unread: no score.value", "round 1 measure unread: no score"),
        ("rounds.0.equal.The score.value", "round 1 equal The score"), ("comparisons.0.wins", "M1 against M0 wins"),
        ("comparisons.0.wordDifference.value", "M1 against M0 wordDifference"), ("policies.1.score.value", "M1 by the model's own reward score"),
    ])
    func oneChangedNumberOfInstructionsIsFound(place: String, finding: String) async throws {
        let folder = try instructionReport()
        let file = folder.url.appendingPathComponent("results.json")
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        let changed = try #require(Self.raised(document, (["responses", "0"] + place.split(separator: "."))[...]), "\(place)")
        try JSONSerialization.data(withJSONObject: changed).write(to: file)
        let result = try await verify(folder)
        #expect(result.exitCode == 1 && result.standardOutput.contains(finding), "\(result)")
    }

    /// Places in results.json, and what the script says of a number changed there.
    @Test(arguments: [
        ("judge.passages.0.correct.value", "judge test, judge, asked, full article correct: recomputed"),
        ("judge.agreement.0.kappa.value", "agreement with paraphrase kappa: recomputed"),
        ("judge.agreement.0.kappa.lower", "agreement with paraphrase lower end of kappa: recomputed"),
        ("judge.agreement.1.chance", "agreement with letters chance: recomputed"),
        ("gaming.0.metrics.accuracy.value", "gaming-name-list accuracy: recomputed"),
        ("gaming.0.wins.evaluation.wins", "gaming-name-list evaluation wins wins: recomputed"),
        ("systems.1.winsByReason.evaluation.moreAccurate", "dpo evaluation winsByReason moreAccurate: recomputed"),
        ("fluency.systems.0.notFluent", "fluency of original notFluent: recomputed"),
        ("sweeps.1.winRate.value", "sweep dpo 0.03 4e-05 winRate: recomputed"),
        ("sweeps.3.accuracy.value", "sweep dpo 0.1 4e-05 accuracy: recomputed"),
        ("systems.1.metrics.at_least_3.lower", "dpo at_least_3 lower end: recomputed"),
        ("systems.2.metrics.failed.upper", "lead-2 failed upper end: recomputed"),
    ])
    func oneChangedNumberOfTheJudgeIsFound(place: String, finding: String) async throws {
        let folder = try report()
        let file = folder.url.appendingPathComponent("results.json")
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        let changed = try #require(Self.raised(document, place.split(separator: ".")[...]))
        try JSONSerialization.data(withJSONObject: changed).write(to: file)
        let result = try await verify(folder)
        #expect(result.exitCode == 1 && result.standardOutput.contains(finding), "\(result)")
    }

    /// The document with the number at a place raised by one; `nil` where there is none.
    private static func raised(_ value: Any, _ place: ArraySlice<Substring>) -> Any? {
        guard let step = place.first else { return (value as? Double).map { $0 + 1 } }
        if var list = value as? [Any], let index = Int(step), list.indices.contains(index) {
            guard let inner = raised(list[index], place.dropFirst()) else { return nil }
            list[index] = inner
            return list
        }
        if var object = value as? [String: Any], let old = object[String(step)], let inner = raised(old, place.dropFirst()) {
            object[String(step)] = inner
            return object
        }
        return nil
    }

    /// The setting that won less, and one that diverged, are no choice.
    @Test(arguments: [0, 2])
    func anotherChoiceOfSettingIsFound(chosen: Int) async throws {
        let folder = try TemporaryFolder()
        var results = Self.results(seed: 1)
        for index in results.sweeps.indices { results.sweeps[index].isChosen = index == chosen }
        try ReportBuilder(results, options: .init(draws: 200, gnuplot: nil)).write(to: folder.url)
        let result = try await verify(folder)
        #expect(result.exitCode == 1 && result.standardOutput.contains("chosen, and another setting wins"), "\(result)")
    }

    @Test(arguments: ["judge.csv", "gaming.csv", "fluency.csv", "sweeps.csv"])
    func aChangedOrMissingFileOfRowsIsFound(name: String) async throws {
        let folder = try report()
        let file = folder.url.appendingPathComponent(name)
        var lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        lines.removeLast()
        try folder.write(lines.joined(separator: "\n") + "\n", to: name)
        // A system without one of the articles cannot be compared at all.
        #expect(try await verify(folder).exitCode == (["gaming.csv", "sweeps.csv"].contains(name) ? 2 : 1))
        try FileManager.default.removeItem(at: file)
        let missing = try await verify(folder)
        #expect(missing.exitCode == 2 && missing.standardError.contains(name), "\(missing)")
    }

    @Test func oneChangedRowIsFound() async throws {
        let folder = try report()
        let file = folder.url.appendingPathComponent("results.csv")
        var lines = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline).map(String.init)
        let index = try #require(lines.firstIndex { $0.contains(",dpo,") && $0.hasSuffix(",5,") })
        lines[index].removeLast(2)
        lines[index] += "0,"
        try folder.write(lines.joined(separator: "\n") + "\n", to: "results.csv")
        #expect(try await verify(folder).exitCode == 1)
    }

    @Test(arguments: ["a,dpo,12,200,six,\n", "a,dpo,12,200,6,\n", "a,dpo,12,-1,3,\n", ",dpo,12,200,3,\n"])
    func unusableRowsAreRefused(row: String) async throws {
        let folder = try report()
        let header = "article,system,words,article_words,correct,failures\n"
        try folder.write(header + "a,original,12,200,3,\n" + row, to: "results.csv")
        let result = try await verify(folder)
        #expect(result.exitCode == 2 && result.standardError.contains("row 2"), "\(result)")
    }
}

/// Knuth's MMIX generator; its upper half is random enough to make test data.
private struct LinearCongruential: RandomNumberGenerator {
    var state: UInt64

    private mutating func step() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 32
    }

    mutating func next() -> UInt64 { step() << 32 | step() }
}
