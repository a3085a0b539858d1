import Foundation
import Notebook
import Preferences
import Reporting

extension StudyResults {
    /// Reads the newest run of each experiment that measured the same test articles with the same judge.
    ///
    /// - Parameter preset: only runs of this preset; `nil` takes the preset of the newest run.
    /// A store that holds experiments on instructions alone gives results without systems.
    /// - Throws: `StoreError`; `UserFailure` when the store holds neither an evaluation nor a round on instructions.
    public init(reading store: Store, preset: String? = nil) throws {
        let responses = try ResponseReader(store, preset: preset)
        if !responses.runs.isEmpty, try !StoreReader.hasEvaluations(store, preset: preset) {
            try self.init(only: responses)
            return
        }
        let reader = try StoreReader(store, preset: preset)
        self.init(
            title: "Preference tuning of a small summariser",
            provenance: try store.provenance(of: reader.runs + responses.runs), systems: try reader.systems(), originalSystem: "original",
            trainings: try reader.trainings(), sweeps: try reader.sweeps(), articleDrops: try reader.articleDrops(),
            questionDrops: try reader.questionDrops(), candidateFates: try reader.candidateFates(), pairTypes: try reader.pairTypes(),
            deviations: reader.deviations(), rootSeed: reader.rootSeed, notebooks: try store.notebooks(of: reader.runs + responses.runs),
            judge: try reader.judgeEvidence(), responses: try responses.results())
    }

    private init(only reader: ResponseReader) throws {
        self.init(
            title: "Preference tuning on instructions", provenance: try reader.store.provenance(of: reader.runs), systems: [],
            originalSystem: "original", trainings: [], sweeps: [], questionDrops: [], pairTypes: [],
            deviations: [], rootSeed: reader.runs.first?.provenance.seeds["root"] ?? 0,
            notebooks: try reader.store.notebooks(of: reader.runs), responses: try reader.results())
    }
}

/// The runs a report is made of, and what they hold.
struct StoreReader {
    private static let experiments = ["baseline", "beta-sweep", "sft", "lora-rank64", "iteration2"]

    let store: Store
    /// One per experiment, in reading order.
    let runs: [RunRecord]
    let evaluations: [EvaluationRecord]
    let articles: [String: ArticleRecord]
    let questions: [String: QuestionSet]
    let judgeKey: String

    /// Whether a run, of the preset where one is named, has measured a system.
    static func hasEvaluations(_ store: Store, preset: String?) throws -> Bool {
        try store.runs().contains { run in
            try (preset == nil || run.preset == preset) && !store.evaluations(runID: run.id).isEmpty
        }
    }

    init(_ store: Store, preset wanted: String?) throws {
        self.store = store
        let all = try store.runs().sorted { $0.startedAt > $1.startedAt }
        let evaluated = try all.map { ($0, try store.evaluations(runID: $0.id)) }.filter { !$0.1.isEmpty }
        guard let newest = evaluated.first(where: { wanted == nil || $0.0.preset == wanted }) else {
            throw UserFailure(
                "there is nothing to report", location: store.workspace.path,
                why: wanted.map { "no run of preset \($0) has measured a system yet" } ?? "no run has measured a system yet",
                remedy: "run an experiment first, e.g. `make reproduce`", exitStatus: .missingInput)
        }
        let (articleSet, judge) = (newest.1[0].articleSetKey, newest.1[0].judgeKey)
        var runs: [RunRecord] = []
        var evaluations: [EvaluationRecord] = []
        for experiment in Self.experiments {
            let match = evaluated.first { run, rows in
                run.experiment == experiment && run.preset == newest.0.preset
                    && rows.contains { $0.articleSetKey == articleSet && $0.judgeKey == judge }
            }
            guard let (run, rows) = match else { continue }
            runs.append(run)
            evaluations += rows.filter { $0.articleSetKey == articleSet && $0.judgeKey == judge }
        }
        self.runs = runs
        self.evaluations = evaluations
        judgeKey = judge
        articles = Dictionary(uniqueKeysWithValues: try store.articles(corpusKey: articleSet).map { ($0.id, $0) })
        questions = try QuestionBank(judgeKey: judge, store: store).sets()
    }

    var rootSeed: UInt64 { runs.first?.provenance.seeds["root"] ?? 0 }

    private func experiment(_ runID: String) -> String { runs.first { $0.id == runID }?.experiment ?? "" }

    func outcomes(_ evaluation: EvaluationRecord) throws -> [ArticleOutcome] {
        guard let id = evaluation.id else { return [] }
        return try store.rows(ofEvaluation: id).map { row in
            guard let article = articles[row.articleID] else {
                throw UserFailure(
                    "the store is incomplete", location: "\(store.workspace.path), article \(row.articleID)",
                    why: "\(evaluation.systemName) was measured on it, and its text is not there",
                    remedy: "run the experiment \(experiment(evaluation.runID)) again; it keeps what is done",
                    exitStatus: .badData)
            }
            let judged = zip(questions[row.articleID]?.questions ?? [], row.answers).map { question, given in
                JudgedQuestion(
                    question: question.displayText, options: question.options, answer: question.answer, given: given)
            }
            return ArticleOutcome(
                articleID: row.articleID, article: article.text, articleWords: article.words, summary: row.summary,
                summaryWords: row.words, correct: row.correct, questions: judged,
                failures: row.failures.compactMap(ArticleOutcome.Failure.init(rawValue:)))
        }
    }

    /// Systems measured on test articles, those that game the metric apart.
    func systems() throws -> [SystemResult] { try systems { $0 != .gaming } }

    /// Systems measured on test articles; one that several experiments measured is taken from the first.
    func systems(where isWanted: (SystemResult.Kind) -> Bool) throws -> [SystemResult] {
        var seen: Set<String> = []
        return try evaluations.filter { $0.split == ArticleSplit.Part.test.rawValue }.compactMap { evaluation in
            guard seen.insert(evaluation.systemName).inserted,
                let kind = SystemResult.Kind(rawValue: evaluation.kind), isWanted(kind)
            else { return nil }
            return SystemResult(
                name: evaluation.systemName, label: evaluation.label, kind: kind, round: evaluation.round,
                experiment: experiment(evaluation.runID), runID: evaluation.runID, outcomes: try outcomes(evaluation))
        }
    }

    func sweeps() throws -> [SweepCell] {
        let development = evaluations.filter { $0.split == ArticleSplit.Part.development.rawValue }
        guard let original = development.first(where: { $0.systemName == "original" }) else { return [] }
        let originalOutcomes = try outcomes(original)
        // By setting, not by training: the chosen one may have learned from more pairs before it met test articles.
        let onTest = evaluations.filter { $0.split == ArticleSplit.Part.test.rawValue && $0.trainingKey != nil && $0.round == 1 }
        var seen: Set<String> = []
        return try development.compactMap { evaluation in
            guard let key = evaluation.trainingKey, case .double(let rate)? = evaluation.details["learningRate"],
                seen.insert(key).inserted
            else { return nil }
            return SweepCell(
                method: evaluation.kind, beta: evaluation.details["beta"]?.number ?? .nan, learningRate: rate,
                rank: evaluation.details["rank"]?.number.map { Int($0) },
                diverged: try store.training(key: key)?.state == .diverged, isChosen: onTest.contains { $0.kind == evaluation.kind && $0.details == evaluation.details },
                outcomes: try outcomes(evaluation), originalOutcomes: originalOutcomes)
        }
    }

    func trainings() throws -> [TrainingCurve] {
        var seen: Set<String> = []
        return try evaluations.compactMap { evaluation in
            guard let key = evaluation.trainingKey, seen.insert(key).inserted, let record = try store.training(key: key)
            else { return nil }
            return TrainingCurve(
                name: String(key.prefix(12)), label: record.label, experiment: experiment(evaluation.runID),
                diverged: record.state == .diverged,
                points: try store.trainingSteps(key: key).map { .init(step: $0.step, metrics: $0.metrics) })
        }
    }

    /// Articles of the corpus: how many are used, and why the others are not.
    func articleDrops() throws -> [CountedReason] {
        guard let corpus = evaluations.first?.articleSetKey else { return [] }
        let drops = try store.articleDrops(corpusKey: corpus)
        guard !drops.isEmpty else { return [] }
        return Self.ordered(drops.map { CountedReason(reason: $0.reason, count: $0.count) } + [CountedReason(reason: "used", count: articles.count)])
    }

    /// What became of the candidate questions of all articles.
    func candidateFates() throws -> [CountedReason] {
        var counts: [String: Int] = [:]
        for record in try store.questionSets(judgeKey: judgeKey).values {
            try record.counts.map { counts.merge(try $0.decode([String: Int].self)) { $0 + $1 } }
        }
        return Self.ordered(counts.map { CountedReason(reason: $0.key, count: $0.value) })
    }

    /// The most frequent first.
    static func ordered(_ reasons: [CountedReason]) -> [CountedReason] {
        reasons.sorted { ($1.count, $0.reason) < ($0.count, $1.reason) }
    }

    func questionDrops() throws -> [CountedReason] {
        let reasons = try store.questionSets(judgeKey: judgeKey).values.map { $0.dropReason ?? "kept" }
        return Self.ordered(Dictionary(grouping: reasons) { $0 }.map { CountedReason(reason: $0.key, count: $0.value.count) })
    }

    /// Why the chosen one of each pair was preferred, over the pairs of round 1.
    func pairTypes() throws -> [CountedReason] {
        for run in runs {
            guard let cell = try store.cells(runID: run.id).first(where: { $0.name == PairSet.stepName }) else { continue }
            let pairs = try store.pairs(pairSetKey: cell.key)
            return Self.ordered(Dictionary(grouping: pairs, by: \.reason).map { CountedReason(reason: $0.key, count: $0.value.count) })
        }
        return []
    }

    /// What differs from the study, from the newest run's settings.
    func deviations() -> [String] {
        let settings = runs.first?.settings ?? [:]
        let subjects = runs.first?.provenance.subjects ?? [:]
        func setting(_ group: String, _ name: String) -> String { settings[group]?.members[name]?.canonicalJSON ?? "?" }
        let judge = subjects["judge"] ?? JudgeSelection.cloze.description
        var deviations = [
            "Policy: \(subjects["model"] ?? "a small model"), not Mistral-7B-Instruct-v0.1.",
            "Articles: \(articles.count) of \(subjects["articles"] ?? "the corpus given"), not 21,000 of CNN/DailyMail.",
            judge == JudgeSelection.cloze.description
                ? "Judge: cloze questions cut from the article and answered by the original model's likelihood, not questions and answers written by a 70B model."
                : "Judge: the study's prompts through \(judge), not through Llama-3-70B-Instruct.",
            "Samples: \(setting("sampling", "samplesPerArticle")) per training article at temperature \(setting("sampling", "temperature")) (the study: 10 at 0.8), at most \(setting("sampling", "maximumTokens")) tokens.",
            "Learning rate and beta are chosen on the development articles; the study's 1e-7 belongs to a model 50 times larger.",
            "Pairs decided by accuracy differ by at least \(setting("pairs", "minimumAccuracyGap")) answers (the study: 1), at most \(setting("pairs", "perArticle")) per article (the study: 3).",
        ]
        if setting("pairs", "balanced") == "true" {
            deviations.append("Pairs are drawn evenly over the reasons for a preference; the study draws them at random.")
        }
        switch settings["pairs"]?.members["truncated"] {
        case .string(TruncatedSamples.reject.rawValue)?:
            deviations.append("Samples that hit the token limit can be rejected but not chosen; the study has no such rule.")
        case .string(TruncatedSamples.exclude.rawValue)?:
            deviations.append("Samples that hit the token limit stand in no pair; the study has no such rule.")
        default: break
        }
        return deviations
    }
}

extension KeyValue {
    var number: Double? {
        switch self {
        case .double(let value): value
        case .int(let value): Double(value)
        default: nil
        }
    }
}
