import Foundation
import Notebook
import Preferences
import Study
import Testing

@Suite struct PairDatasetTests {
    /// A store with judged samples of six articles, and the pairs that the builder makes of them.
    private func pairSet(in workspace: URL) async throws -> (store: Store, key: String, pairs: [PreferencePair]) {
        let store = try Store(workspace: workspace, access: .readWrite)
        let notebook = try Notebook(
            store: store, experiment: "baseline", preset: "smoke",
            settings: ["model": "weights", "articles": "corpus", "numericMode": "float32"],
            provenance: .current(numericMode: "float32", seeds: ["root": 7]), console: Console(format: .json))
        let builder = PairBuilder(choice: .balanced, seed: 7)
        let inputs: [String: KeyValue] = ["judge": "judge", "builder": try KeyValue(encoding: builder)]
        let key = ContentKey(step: "pairs", version: 1, inputs: inputs).hex
        var made: [PreferencePair] = []
        try await notebook.cell("pairs", inputs: inputs) { _ in
            var articles: [(articleID: String, candidates: [PairCandidate])] = []
            for article in 0..<6 {
                let id = "article \(article)"
                var candidates: [PairCandidate] = []
                for sample in 0..<4 {
                    let correct = (article + 2 * sample) % 6, words = 8 + (5 * sample + article) % 30
                    let text = "\(id)|\(sample) " + (0..<words - 2).map { "wörd\($0)" }.joined(separator: " ")
                    try store.save(
                        samples: [
                            SampleRecord(
                                setKey: "set", articleID: id, sampleIndex: sample, tokens: [1], text: text, words: words,
                                finishReason: "stop", logProbability: -1)
                        ],
                        prompts: [PromptRecord(setKey: "set", articleID: id, messages: [PromptMessage(role: "user", content: "Summarise \"\(id)\".\n")])])
                    try store.save(judgements: [
                        JudgementRecord(
                            judgeKey: "judge", articleID: id, summaryHash: Store.summaryHash(text), answers: [], correct: correct)
                    ])
                    candidates.append(PairCandidate(index: sample, score: ScoredSummary(correct: correct, words: words), isUsable: true))
                }
                articles.append((id, candidates))
            }
            made = builder.pairs(of: articles).pairs
            try store.save(
                pairs: made.enumerated().map { position, pair in
                    PairRecord(
                        pairSetKey: key, position: position, setKey: "set", articleID: pair.articleID,
                        chosenIndex: pair.chosenIndex, rejectedIndex: pair.rejectedIndex, reason: pair.reason.rawValue)
                }, pairSetKey: key)
        }
        return (store, key, made)
    }

    private func inTemporaryFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("precis-pairs-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    @Test func pairsBuiltTwiceAreTheSameBytes() async throws {
        try await inTemporaryFolder { folder in
            var files: [[Data]] = []
            for name in ["first", "second"] {
                let (store, key, _) = try await pairSet(in: folder.appendingPathComponent(name))
                let target = folder.appendingPathComponent(name + "-export")
                try PairDataset(pairSetKey: key, in: store).write(to: target)
                files.append(try ["train.jsonl", "README.md"].map { try Data(contentsOf: target.appendingPathComponent($0)) })
            }
            #expect(files[0] == files[1])
            #expect(files[0][0].count > 1000)
        }
    }

    @Test func rowsSayWhyTheChosenOneWasPreferred() async throws {
        try await inTemporaryFolder { folder in
            let (store, key, made) = try await pairSet(in: folder)
            let dataset = try PairDataset(pairSetKey: key, in: store)
            #expect(dataset.pairs.count == made.count && made.count > 6)
            for (row, pair) in zip(dataset.pairs, made) {
                #expect(row.article_id == pair.articleID && row.reason == pair.reason.rawValue)
                #expect(row.correct_chosen == pair.chosen.correct && row.correct_rejected == pair.rejected.correct)
                #expect(row.words_chosen == pair.chosen.words && row.words_rejected == pair.rejected.words)
                #expect(row.prompt.map(\.content) == ["Summarise \"\(pair.articleID)\".\n"])
                #expect(row.chosen[0].content.hasPrefix("\(pair.articleID)|\(pair.chosenIndex) "))
            }
            for (reason, count) in Dictionary(grouping: made, by: \.reason).mapValues(\.count) {
                #expect(dataset.card.markdown.contains("| \(reason.rawValue) | \(count) |"))
            }
        }
    }

    @Test func anUnknownSetIsMissingInput() async throws {
        try await inTemporaryFolder { folder in
            let (store, _, _) = try await pairSet(in: folder)
            #expect(throws: UserFailure.self) { try PairDataset(pairSetKey: "nothing", in: store) }
        }
    }
}
