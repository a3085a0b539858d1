import Foundation
import Notebook
import Testing

@Suite("Responses in the store")
struct ResponseStoreTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(workspace: folder.url, access: .readWrite)
    }

    private static let hostile = "a\u{0}b <script>'\"; DROP TABLE sample; -- \u{202E}"

    /// A finished run with one round and one comparison.
    private func run() async throws -> (id: String, round: ResponseRoundRecord, comparison: ResponseComparisonRecord) {
        let notebook = try Notebook(
            store: store, experiment: "pairrm", preset: "smoke", settings: ["seed": 1],
            provenance: .current(numericMode: "float32", seeds: ["root": 1]), console: Console(format: .json))
        let ranker = RankerRecord(name: "a ranker", isRelative: true, identity: ["files": "abc"])
        try store.save(ranker: ranker)
        try store.save(training: TrainingRecord(key: "training", experiment: "pairrm", label: "LoRA", settings: [:], state: .running, seconds: 0))
        let round = ResponseRoundRecord(
            runID: notebook.runID, round: 1, startLabel: "original", trainedLabel: "LoRA", instructionSetKey: "instructions",
            responseSetKey: "responses", responsesPerInstruction: 3, rankerKey: ranker.key, pairSetKey: "pairs",
            pairDrops: ["tie": 2], instructionDrops: [:], trainingKey: "training")
        try store.save(responseRound: round)
        let comparison = ResponseComparisonRecord(
            runID: notebook.runID, name: "tuned against original", round: 1, challengerLabel: "LoRA", opponentLabel: "original",
            rankerKey: ranker.key, instructionSetKey: "instructions")
        try await notebook.run {}
        return (notebook.runID, round, comparison)
    }

    private func sample(_ text: String) -> SampleRecord {
        SampleRecord(
            setKey: "set", articleID: "id", sampleIndex: 0, tokens: [1], text: text, words: 3, finishReason: "length",
            logProbability: -1)
    }

    @Test func instructionsKeepTheirOrderAndTheirBytes() throws {
        let texts = ["first", Self.hostile, "third"]
        let records = texts.enumerated().map { position, text in
            InstructionRecord(
                setKey: "set", id: Store.instructionID(text), position: position, split: position == 1 ? "held-out" : "train",
                name: "line-\(position)", text: text)
        }
        try store.save(instructions: records, setKey: "set")
        #expect(try store.instructions(setKey: "set") == records)
        #expect(try store.instructions(setKey: "set", split: "train").map(\.position) == [0, 2])
        try store.save(instructions: Array(records.prefix(1)), setKey: "set")
        #expect(try store.instructions(setKey: "set").count == 1)
    }

    @Test func groupsAreKnownByTheirContentAlone() {
        let key = Store.responseGroupKey(instruction: "ab", responses: ["c", "d"])
        #expect(key.count == 64 && key == Store.responseGroupKey(instruction: "ab", responses: ["c", "d"]))
        let others = [
            Store.responseGroupKey(instruction: "a", responses: ["bc", "d"]), Store.responseGroupKey(instruction: "ab", responses: ["d", "c"]),
            Store.responseGroupKey(instruction: "ab", responses: ["c"]), Store.responseGroupKey(instruction: "ab", responses: ["c;1:d"]),
        ]
        #expect(Set(others + [key]).count == 5)
    }

    @Test func scoresKeepWhatIsMissing() throws {
        let ranker = RankerRecord(name: "self", isRelative: false, identity: ["model": "m"])
        try store.save(ranker: ranker)
        #expect(try store.ranker(key: ranker.key) == ranker)
        let group = Store.responseGroupKey(instruction: "i", responses: ["a", "b"])
        let rows = [
            ResponseScoreRecord(rankerKey: ranker.key, groupKey: group, position: 0, score: nil, readings: [nil, nil]),
            ResponseScoreRecord(
                rankerKey: ranker.key, groupKey: group, position: 1, score: 0.1 + 0.2, readings: [nil, 3], measures: ["digits": 0.25]),
        ]
        try store.save(responseScores: rows.reversed())
        #expect(try store.responseScores(rankerKey: ranker.key) == [group: rows])
    }

    @Test func aScoreNeedsItsRanker() {
        let row = ResponseScoreRecord(
            rankerKey: String(repeating: "0", count: 64), groupKey: String(repeating: "1", count: 64), position: 0, score: 1)
        #expect(throws: StoreError.self) { try store.save(responseScores: [row]) }
    }

    @Test func roundsAndComparisonsGoWithTheirRun() async throws {
        let (id, round, comparison) = try await run()
        let row = ResponseComparisonRowRecord(
            position: 0, instructionID: "i", challenger: sample(Self.hostile), challengerScore: 1.5, opponent: sample(""),
            opponentScore: nil)
        try store.save(responseComparison: comparison, rows: [row, row].enumerated().map { position, row in
            var row = row
            row.position = position
            row.instructionID += "\(position)"
            return row
        })
        // The same name again replaces it.
        let key = try store.save(responseComparison: comparison, rows: [row])
        #expect(try store.responseRounds(runID: id) == [round])
        #expect(try store.responseComparisons(runID: id).map(\.id) == [key])
        let stored = try #require(try store.rows(ofResponseComparison: key).first)
        #expect(stored.challenger == Self.hostile && stored.opponent.isEmpty && stored.opponentScore == nil)
        #expect(stored.challengerScore == 1.5 && stored.challengerFinish == "length" && stored.challengerWords == 3)
        try store.removeRun(id: id)
        #expect(try store.responseRounds(runID: id).isEmpty && store.responseComparisons(runID: id).isEmpty)
        #expect(try store.rows(ofResponseComparison: key).isEmpty)
    }
}
