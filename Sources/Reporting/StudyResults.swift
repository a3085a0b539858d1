/// Everything a report shows, read from the store and free of presentation. Pure data: the report
/// computes statistics, tables and figures from it and nothing else.
public struct StudyResults: Sendable, Codable, Equatable {
    public var title: String
    public var provenance: [ProvenanceEntry]
    public var systems: [SystemResult]
    /// Name of the system that win rates are measured against.
    public var originalSystem: String
    public var trainings: [TrainingCurve]
    public var sweeps: [SweepCell]
    /// Articles of the corpus that are used, and why the others are not.
    public var articleDrops: [CountedReason]
    /// Articles with questions, and why the others have none.
    public var questionDrops: [CountedReason]
    /// What became of the questions that the judge could ask.
    public var candidateFates: [CountedReason]
    public var pairTypes: [CountedReason]
    public var deviations: [String]
    public var rootSeed: UInt64
    /// Each experiment's source and what its cells showed.
    public var notebooks: [NotebookRecord]
    /// The rows behind what the report says of the judge; `nil` where nothing was measured.
    public var judge: JudgeEvidence?
    /// Experiments on instructions; `nil` where none ran.
    public var responses: [ResponseExperiment]?

    public init(
        title: String, provenance: [ProvenanceEntry], systems: [SystemResult], originalSystem: String,
        trainings: [TrainingCurve], sweeps: [SweepCell], articleDrops: [CountedReason] = [],
        questionDrops: [CountedReason], candidateFates: [CountedReason] = [], pairTypes: [CountedReason], deviations: [String], rootSeed: UInt64,
        notebooks: [NotebookRecord] = [], judge: JudgeEvidence? = nil, responses: [ResponseExperiment]? = nil
    ) {
        self.title = title
        self.provenance = provenance
        self.systems = systems
        self.originalSystem = originalSystem
        self.trainings = trainings
        self.sweeps = sweeps
        self.articleDrops = articleDrops
        self.questionDrops = questionDrops
        self.candidateFates = candidateFates
        self.pairTypes = pairTypes
        self.deviations = deviations
        self.rootSeed = rootSeed
        self.notebooks = notebooks
        self.judge = judge
        self.responses = responses
    }
}

/// An experiment's percent-format source, and what its steps showed when they ran.
public struct NotebookRecord: Sendable, Codable, Equatable {
    public struct Step: Sendable, Codable, Equatable {
        public var name: String
        /// Line of the source that ran it, counted from 1; `nil` where only the name is known.
        public var line: Int?
        /// Why it ran.
        public var reason: String
        /// What it showed, as Markdown.
        public var output: String
        public init(name: String, line: Int?, reason: String, output: String) {
            self.name = name
            self.line = line
            self.reason = reason
            self.output = output
        }
    }
    public var experiment: String
    public var runID: String
    public var source: String
    public var steps: [Step]
    public init(experiment: String, runID: String, source: String, steps: [Step]) {
        self.experiment = experiment
        self.runID = runID
        self.source = source
        self.steps = steps
    }
}

public struct CountedReason: Sendable, Codable, Equatable {
    public var reason: String
    public var count: Int
    public init(reason: String, count: Int) {
        self.reason = reason
        self.count = count
    }
}

/// One finished step of a run.
public struct ProvenanceEntry: Sendable, Codable, Equatable {
    public var experiment: String
    public var runID: String
    public var step: String
    public var key: String
    public var reason: String
    public var seconds: Double
    /// Resolved settings, seeds, versions, machine, numeric mode: name and value as text.
    public var details: [String: String]
    public init(
        experiment: String, runID: String, step: String, key: String, reason: String, seconds: Double,
        details: [String: String]
    ) {
        self.experiment = experiment
        self.runID = runID
        self.step = step
        self.key = key
        self.reason = reason
        self.seconds = seconds
        self.details = details
    }
}

/// A system (a model with a prompt, or an extractive baseline) measured on the test articles.
public struct SystemResult: Sendable, Codable, Equatable {
    public enum Kind: String, Sendable, Codable {
        case original, prompted, extractive, sft, dpo, lora, bestOfN, endpoint
        /// Texts that summarise nothing; in `JudgeEvidence` only.
        case gaming
    }

    /// Stable identifier, e.g. `dpo`, `lead-2`.
    public var name: String
    /// What a reader sees, e.g. "DPO (beta 0.1, lr 2e-5)".
    public var label: String
    public var kind: Kind
    /// Round of on-policy training, 0 for untrained systems.
    public var round: Int
    /// Experiment and run the rows come from.
    public var experiment: String
    public var runID: String
    /// One outcome per test article, in article order; failures included.
    public var outcomes: [ArticleOutcome]
    public init(
        name: String, label: String, kind: Kind, round: Int, experiment: String, runID: String,
        outcomes: [ArticleOutcome]
    ) {
        self.name = name
        self.label = label
        self.kind = kind
        self.round = round
        self.experiment = experiment
        self.runID = runID
        self.outcomes = outcomes
    }
}

/// One summary of one article, judged.
public struct ArticleOutcome: Sendable, Codable, Equatable {
    public enum Failure: String, Sendable, Codable, CaseIterable {
        /// The summary has at least as many characters as the article.
        case tooLong
        case invalidCharacters
        case tokenLimit
        case repetition
        case empty
        /// The judge gave no answer that could be read.
        case judgeFailed
    }
    public var articleID: String
    public var article: String
    public var articleWords: Int
    public var summary: String
    public var summaryWords: Int
    /// Questions answered correctly, 0...questions.count; `nil` when the judge failed.
    public var correct: Int?
    public var questions: [JudgedQuestion]
    public var failures: [Failure]
    public init(
        articleID: String, article: String, articleWords: Int, summary: String, summaryWords: Int, correct: Int?,
        questions: [JudgedQuestion], failures: [Failure]
    ) {
        self.articleID = articleID
        self.article = article
        self.articleWords = articleWords
        self.summary = summary
        self.summaryWords = summaryWords
        self.correct = correct
        self.questions = questions
        self.failures = failures
    }
}

public struct JudgedQuestion: Sendable, Codable, Equatable {
    public var question: String
    public var options: [String]
    /// Index of the right option, 0...4.
    public var answer: Int
    /// Index of the judge's choice, `nil` for "Unsure".
    public var given: Int?
    public init(question: String, options: [String], answer: Int, given: Int?) {
        self.question = question
        self.options = options
        self.answer = answer
        self.given = given
    }
}

/// Metrics of one training run, per step.
public struct TrainingCurve: Sendable, Codable, Equatable {
    public struct Point: Sendable, Codable, Equatable {
        public var step: Int
        public var metrics: [String: Double]
        public init(step: Int, metrics: [String: Double]) {
            self.step = step
            self.metrics = metrics
        }
    }
    public var name: String
    public var label: String
    public var experiment: String
    /// Whether the run was stopped because it diverged.
    public var diverged: Bool
    public var points: [Point]
    public init(name: String, label: String, experiment: String, diverged: Bool, points: [Point]) {
        self.name = name
        self.label = label
        self.experiment = experiment
        self.diverged = diverged
        self.points = points
    }
}

/// One setting of a sweep, measured on the development articles; the chosen one also on test.
public struct SweepCell: Sendable, Codable, Equatable {
    public var method: String
    public var beta: Double
    public var learningRate: Double
    /// Set for LoRA.
    public var rank: Int?
    public var diverged: Bool
    public var isChosen: Bool
    /// The setting's model and the original model on the same development articles.
    public var outcomes: [ArticleOutcome]
    public var originalOutcomes: [ArticleOutcome]
    public init(
        method: String, beta: Double, learningRate: Double, rank: Int?, diverged: Bool, isChosen: Bool,
        outcomes: [ArticleOutcome], originalOutcomes: [ArticleOutcome]
    ) {
        self.method = method
        self.beta = beta
        self.learningRate = learningRate
        self.rank = rank
        self.diverged = diverged
        self.isChosen = isChosen
        self.outcomes = outcomes
        self.originalOutcomes = originalOutcomes
    }
}
