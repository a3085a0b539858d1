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
        let systems = names.map { name in
            SystemResult(
                name: name, label: name, kind: name == "original" ? .original : name == "dpo" ? .dpo : .prompted,
                round: 0, experiment: "baseline", runID: "run",
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
        return StudyResults(
            title: "Test", provenance: [], systems: systems, originalSystem: "original", trainings: [], sweeps: [],
            calibration: [], questionDrops: [], pairTypes: [], deviations: [], rootSeed: 1)
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
        #expect(result.standardOutput.hasSuffix("numbers of 4 systems agree\n"), "\(result)")
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
