import Foundation
import Notebook
import Testing

@Suite("Store")
struct StoreTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(workspace: folder.url, access: .readWrite)
    }

    private func sample(_ index: Int, article: String = "a1", text: String = "A summary.") -> SampleRecord {
        SampleRecord(
            setKey: "set", articleID: article, sampleIndex: index, tokens: [Int32(index), -1, 49151], text: text,
            words: 2, finishReason: "endOfTurn", logProbability: -12.5)
    }

    @Test("hostile text survives unchanged", arguments: [
        "", "plain", "a\u{0}b\u{0}", "\u{0}", "<script>'\"; DROP TABLE sample; --", "\u{202E}bidi\u{2066}", "e\u{301}",
        "\u{FFFD}\u{FEFF}", "😀\r\n\t|",
    ])
    func text(text: String) throws {
        try store.save(samples: [sample(0, text: text)])
        let stored = try store.samples(setKey: "set")
        #expect(stored.map { Array($0.text.utf8) } == [Array(text.utf8)])
        #expect(stored.map(\.tokens) == [[0, -1, 49151]])
    }

    @Test("a row that is stored again replaces itself")
    func idempotence() throws {
        try store.save(samples: [sample(0), sample(1)])
        try store.save(samples: [sample(1), sample(2)])
        #expect(try store.sampleIndices(setKey: "set") == ["a1": [0, 1, 2]])
        #expect(try store.sampleCount(setKey: "set") == 3)
        #expect(try store.samples(setKey: "other").isEmpty)
    }

    @Test("one bad row of a unit of work keeps the whole unit out")
    func atomicity() throws {
        var bad = sample(1)
        bad.words = -1
        let error = #expect(throws: StoreError.self) { try store.save(samples: [sample(0), bad]) }
        #expect(error?.kind == .constraint)
        #expect(error?.exitStatus == .internalError)
        #expect(try store.sampleCount(setKey: "set") == 0)
    }

    @Test("a log-probability that is not a number is refused")
    func notANumber() throws {
        var bad = sample(0)
        bad.logProbability = .nan
        #expect(throws: StoreError.self) { try store.save(samples: [bad]) }
    }

    @Test("a pair needs both of its samples")
    func pairsReferToSamples() throws {
        let pair = PairRecord(
            pairSetKey: "pairs", position: 0, setKey: "set", articleID: "a1", chosenIndex: 0, rejectedIndex: 1,
            reason: "shorter")
        try store.save(samples: [sample(0)])
        #expect(throws: StoreError.self) { try store.save(pairs: [pair], pairSetKey: "pairs") }
        try store.save(samples: [sample(1)])
        try store.save(pairs: [pair], pairSetKey: "pairs")
        #expect(try store.pairs(pairSetKey: "pairs") == [pair])
        var same = pair
        same.rejectedIndex = 0
        #expect(throws: StoreError.self) { try store.save(pairs: [same], pairSetKey: "pairs") }
        #expect(try store.pairs(pairSetKey: "pairs") == [pair], "a refused set leaves the stored one")
    }

    @Test func articlesKeepTheirOrder() throws {
        let articles = ["z", "b", "a"].enumerated().map {
            ArticleRecord(
                corpusKey: "c", id: $1, position: $0, split: $0 == 0 ? "test" : "train", words: 3, text: "a b c")
        }
        try store.save(articles: articles.reversed())
        #expect(try store.articles(corpusKey: "c") == articles)
        #expect(try store.articles(corpusKey: "c", split: "train").map(\.id) == ["b", "a"])
    }

    @Test func aQuestionSetHasQuestionsOrAReason() throws {
        struct Question: Codable, Equatable { var text: String, answer: Int }
        let questions = [Question(text: "Who?", answer: 2)]
        let kept = QuestionSetRecord(judgeKey: "j", articleID: "a", questions: try JSONText(encoding: questions))
        let dropped = QuestionSetRecord(judgeKey: "j", articleID: "b", dropReason: "too few names")
        try store.save(questionSets: [kept, dropped])
        let stored = try store.questionSets(judgeKey: "j")
        #expect(try stored["a"]?.questions?.decode([Question].self) == questions)
        #expect(stored["b"] == dropped)
        let neither = QuestionSetRecord(judgeKey: "j", articleID: "c")
        #expect(throws: StoreError.self) { try store.save(questionSets: [neither]) }
    }

    @Test func judgementsAreFoundByTheSummary() throws {
        let judgement = JudgementRecord(
            judgeKey: "j", articleID: "a", summaryHash: Store.summaryHash("text"), answers: [0, nil, 4], correct: 2)
        let failed = JudgementRecord(judgeKey: "j", articleID: "a", summaryHash: Store.summaryHash("other"), answers: [])
        try store.save(judgements: [judgement, failed])
        #expect(
            try store.judgement(judgeKey: "j", articleID: "a", summaryHash: Store.summaryHash("text")) == judgement)
        #expect(try store.judgements(judgeKey: "j", articleID: "a").count == 2)
        #expect(try store.judgements(judgeKey: "j")["a"]?[failed.summaryHash]?.correct == nil)
    }

    @Test func trainingMetricsMayBeInfinite() throws {
        let training = TrainingRecord(
            key: "t", experiment: "beta-sweep", label: "beta 0.1", settings: ["beta": 0.1], state: .diverged, seconds: 3)
        try store.save(training: training)
        try store.save(trainingSteps: [
            TrainingStepRecord(trainingKey: "t", step: 1, metrics: ["loss": .nan, "grad_norm": .infinity]),
            TrainingStepRecord(trainingKey: "t", step: 0, metrics: ["loss": 0.6931471805599453]),
        ])
        let steps = try store.trainingSteps(key: "t")
        #expect(steps.map(\.step) == [0, 1])
        #expect(steps[0].metrics == ["loss": 0.6931471805599453])
        #expect(steps[1].metrics["loss"]?.isNaN == true && steps[1].metrics["grad_norm"] == .infinity)
        #expect(try store.training(key: "t") == training)
        try store.removeTrainingSteps(key: "t", from: 1)
        #expect(try store.trainingSteps(key: "t").count == 1)
        // A training that is done names its weights.
        var done = training
        done.state = .done
        #expect(throws: StoreError.self) { try store.save(training: done) }
        #expect(throws: StoreError.self, "steps belong to a training") {
            try store.save(trainingSteps: [TrainingStepRecord(trainingKey: "none", step: 0, metrics: [:])])
        }
    }

    @Test func evaluationsGoWithTheirRun() throws {
        let notebook = try makeNotebook(store)
        let evaluation = EvaluationRecord(
            runID: notebook.runID, systemName: "lead-2", label: "First two sentences", kind: "extractive", round: 0,
            split: "test", articleSetKey: "c", judgeKey: "j")
        let rows = (0..<3).map {
            EvaluationRowRecord(
                position: $0, articleID: "a\($0)", summary: "s\u{0}", words: 1, correct: $0 == 0 ? nil : $0, answers: [nil, 3],
                failures: $0 == 0 ? ["judgeFailed"] : [])
        }
        try store.save(evaluation: evaluation, rows: rows)
        let id = try store.save(evaluation: evaluation, rows: Array(rows.prefix(2)))
        #expect(try store.evaluations(runID: notebook.runID).map(\.id) == [id], "the same system replaces itself")
        #expect(try store.rows(ofEvaluation: id).map(\.articleID) == ["a0", "a1"])
        #expect(try store.rows(ofEvaluation: id)[0].summary == "s\u{0}")
        try store.save(samples: [sample(0)])
        try store.removeRun(id: notebook.runID)
        #expect(try store.evaluations().isEmpty && store.rows(ofEvaluation: id).isEmpty)
        #expect(try store.sampleCount(setKey: "set") == 1, "shared work stays")
        var orphan = evaluation
        orphan.runID = "none"
        #expect(throws: StoreError.self) { try store.save(evaluation: orphan, rows: []) }
    }

    @Test func calibrationAnswersAreKeptOncePerQuestion() throws {
        let row = CalibrationAnswerRecord(
            judgeKey: "j", split: "test", reader: "judge", questions: "asked", passage: "nothing", articleID: "a",
            question: 1, kind: "person", answer: 3, choice: nil)
        var other = row
        other.question = 0
        try store.save(calibrationAnswers: [row, other])
        #expect(try store.calibrationAnswers(judgeKey: "j") == [other, row])
        var again = row
        again.choice = 3
        try store.save(calibrationAnswers: [again])
        #expect(try store.calibrationAnswers(judgeKey: "j") == [other, again])
        #expect(try store.calibrationAnswers(judgeKey: "k").isEmpty)
        again.answer = -1
        #expect(throws: StoreError.self) { try store.save(calibrationAnswers: [again]) }
    }

    @Test func fluencyIsKeptPerModelAndText() throws {
        let row = FluencyRecord(modelKey: "m", textHash: Store.summaryHash("News."), negativeLogLikelihood: 7.5, tokenCount: 3)
        try store.save(fluency: [row])
        #expect(try store.fluency(modelKey: "m") == [Store.summaryHash("News."): row])
        #expect(try store.fluency(modelKey: "n").isEmpty)
        var empty = row
        empty.tokenCount = 0
        #expect(throws: StoreError.self) { try store.save(fluency: [empty]) }
    }

    @Test func referenceLogProbabilitiesAreExact() throws {
        let row = ReferenceLogProbabilityRecord(
            modelKey: "m", contentKey: "c", sum: -123.456_789_012_345_67, tokenCount: 45)
        try store.save(referenceLogProbabilities: [row])
        #expect(try store.referenceLogProbabilities(modelKey: "m") == ["c": row])
    }
}
