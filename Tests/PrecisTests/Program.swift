import Foundation
import Notebook
import Testing

/// The built program, run as a person runs it.
enum Program {
    struct Result {
        var output: String
        var error: String
        var status: Int32

        /// The only line of output as JSON.
        func json() throws -> KeyValue { try JSONDecoder().decode(KeyValue.self, from: Data(output.utf8)) }

        /// Every line of output as JSON.
        func jsonLines() throws -> [KeyValue] {
            try output.split(separator: "\n").map { try JSONDecoder().decode(KeyValue.self, from: Data($0.utf8)) }
        }
    }

    /// It is built into the folder that the tests are.
    private static let url = URL(
        fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
    ).deletingLastPathComponent().appendingPathComponent("precis")

    static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Result {
        let process = Process()
        process.executableURL = url
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (output, error) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = error
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // Error texts are short; output is read first so that a long one cannot fill its pipe.
        let outputData = try output.fileHandleForReading.readToEnd() ?? Data()
        let errorData = try error.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Result(
            output: String(decoding: outputData, as: UTF8.self), error: String(decoding: errorData, as: UTF8.self),
            status: process.terminationStatus)
    }
}

/// A workspace with two finished runs that differ in one summary of one system.
final class FixtureWorkspace: Sendable {
    let url: URL
    let firstRun: String
    let secondRun: String

    init() async throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("precis-tests-" + UUID().uuidString)
        let store = try Store(workspace: url, access: .readWrite)
        let articles = (0..<4).map {
            ArticleRecord(
                corpusKey: "corpus", id: "a\($0)", position: $0, split: "test", words: 10,
                text: "one two three four five six seven eight nine \($0)")
        }
        try store.save(articles: articles)
        try store.save(
            questionSets: try articles.map {
                QuestionSetRecord(
                    judgeKey: "judge", articleID: $0.id,
                    questions: try JSONText(encoding: [["answer": 0], ["answer": 1]]))
            })
        firstRun = try await Self.run(store, seed: 1, summaries: ["s0", "s1 <b>", "s2\u{1B}[2J", "s3"])
        secondRun = try await Self.run(store, seed: 2, summaries: ["s0", "s1 <b>", "much longer s2", "s3"])
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    private static func run(_ store: Store, seed: Int, summaries: [String]) async throws -> String {
        let console = Console(format: .text, isTerminal: false) { _, _ in }
        let notebook = try Notebook(
            store: store, experiment: "baseline", preset: "smoke", settings: ["seed": .int(seed)],
            provenance: .current(numericMode: "float32"), console: console)
        try await notebook.run {
            try await notebook.cell("evaluate", inputs: ["seed": .int(seed)]) { cell in
                let progress = try cell.progress(total: summaries.count)
                let setKey = cell.key.hex
                var rows: [EvaluationRowRecord] = []
                for (index, summary) in summaries.enumerated() {
                    let words = summary.split(separator: " ").count
                    let answers = [0, index == 0 ? nil : 1]
                    let correct = index == 0 ? 1 : 2
                    try store.save(judgements: [
                        JudgementRecord(
                            judgeKey: "judge", articleID: "a\(index)", summaryHash: Store.summaryHash(summary),
                            answers: answers, correct: correct)
                    ])
                    try store.save(
                        samples: (0..<2).map {
                            SampleRecord(
                                setKey: setKey, articleID: "a\(index)", sampleIndex: $0, tokens: [1, 2],
                                text: $0 == 0 ? summary : "other", words: $0 == 0 ? words : 1,
                                finishReason: "endOfTurn", logProbability: -1)
                        },
                        prompts: [
                            PromptRecord(
                                setKey: setKey, articleID: "a\(index)",
                                messages: [PromptMessage(role: "user", content: "Summarize a\(index)")])
                        ])
                    rows.append(
                        EvaluationRowRecord(
                            position: index, articleID: "a\(index)", summary: summary, words: words, correct: correct,
                            answers: answers, failures: []))
                    try progress.advance()
                }
                try store.save(
                    pairs: (0..<2).map {
                        PairRecord(
                            pairSetKey: "pairs-\(seed)", position: $0, setKey: setKey, articleID: "a\($0)", chosenIndex: 0,
                            rejectedIndex: 1, reason: "accuracy")
                    }, pairSetKey: "pairs-\(seed)")
                try store.save(
                    evaluation: EvaluationRecord(
                        runID: notebook.runID, systemName: "original", label: "Original", kind: "original", round: 0,
                        split: "test", articleSetKey: "corpus", judgeKey: "judge"), rows: rows)
            }
        }
        return notebook.runID
    }
}
