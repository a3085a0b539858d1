import Preferences

/// What is known about the judge: its answers where the right ones are known, what texts score that summarise
/// nothing, and how fluent the systems' summaries are.
public struct JudgeEvidence: Sendable, Codable, Equatable {
    public var readings: [JudgeReading]
    /// Systems that game the metric; they are in no other table and on no frontier.
    public var gaming: [SystemResult]
    public var fluency: Fluency?
    /// The embedded judge's rule; `nil` for judges that have none.
    public var rule: ClozeRuleTuning?
    /// `nil` where that was not kept.
    public var defects: Defects?
    /// `nil` where that was not kept.
    public var reading: Reading?

    public init(
        readings: [JudgeReading], gaming: [SystemResult], fluency: Fluency?, rule: ClozeRuleTuning? = nil,
        defects: Defects? = nil, reading: Reading? = nil
    ) {
        self.readings = readings
        self.gaming = gaming
        self.fluency = fluency
        self.rule = rule
        self.defects = defects
        self.reading = reading
    }

    /// Answers about summaries that could not be read.
    public struct Defects: Sendable, Codable, Equatable {
        /// All answers about summaries.
        public var answers: Int
        public var reasons: [CountedReason]

        public init(answers: Int, reasons: [CountedReason]) {
            self.answers = answers
            self.reasons = reasons
        }
    }

    /// How much of the articles the models read.
    public struct Reading: Sendable, Codable, Equatable {
        /// Articles that were summarised, and those of them that the prompt holds only the beginning of.
        public var prompted: Int
        public var cutInPrompt: Int
        /// Articles with questions, and those of them that the judge reads only the beginning of.
        public var judged: Int
        public var cutForJudge: Int

        public init(prompted: Int, cutInPrompt: Int, judged: Int, cutForJudge: Int) {
            self.prompted = prompted
            self.cutInPrompt = cutInPrompt
            self.judged = judged
            self.cutForJudge = cutForJudge
        }
    }

    /// How likely the summaries are under the original model, which is given nothing else.
    public struct Fluency: Sendable, Codable, Equatable {
        /// Negative log-likelihood per word, in nats, above which a text counts as not fluent.
        public var threshold: Double
        /// Share of the articles' own passages of two sentences that are not above it.
        public var quantile: Double
        /// Passages the threshold was taken from.
        public var passageCount: Int
        public var summaries: [Summary]

        public struct Summary: Sendable, Codable, Equatable {
            public var system: String
            public var label: String
            public var articleID: String
            /// Negative log-likelihood per word, in nats.
            public var perWord: Double

            public init(system: String, label: String, articleID: String, perWord: Double) {
                self.system = system
                self.label = label
                self.articleID = articleID
                self.perWord = perWord
            }
        }

        public init(threshold: Double, quantile: Double, passageCount: Int, summaries: [Summary]) {
            self.threshold = threshold
            self.quantile = quantile
            self.passageCount = passageCount
            self.summaries = summaries
        }
    }
}

/// One question, answered from a passage whose worth is known.
public struct JudgeReading: Sendable, Codable, Equatable {
    /// Who answered.
    public enum Reader: String, Sendable, Codable, CaseIterable {
        case judge
        /// The judge with its prompt in other words.
        case paraphrase
        /// The judge where it must choose: without a passage by the statement alone, with one by what it raises most.
        case forced
        /// The original model, asked for the letter of the answer with the study's own prompt.
        case letters
    }

    /// Which questions were answered.
    public enum Questions: String, Sendable, Codable, CaseIterable {
        /// All that the judge could ask, before any is left out.
        case candidates
        case asked
    }

    public var split: String
    public var reader: Reader
    public var questions: Questions
    /// e.g. `full article`.
    public var passage: String
    public var articleID: String
    /// Place of the question among the article's.
    public var question: Int
    public var kind: String
    /// Position of the right option.
    public var answer: Int
    /// Position of the option chosen; `nil` for "Unsure".
    public var choice: Int?
    /// Why there is no answer that could be read; `nil` where there is one, "Unsure" included.
    public var defect: String?

    public init(
        split: String, reader: Reader, questions: Questions, passage: String, articleID: String, question: Int,
        kind: String, answer: Int, choice: Int?, defect: String? = nil
    ) {
        self.split = split
        self.reader = reader
        self.questions = questions
        self.passage = passage
        self.articleID = articleID
        self.question = question
        self.kind = kind
        self.answer = answer
        self.choice = choice
        self.defect = defect
    }
}
