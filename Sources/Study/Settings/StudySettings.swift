import Alignment
import LanguageModel
import Preferences

/// Everything that decides a study's numbers. Resolved once (preset, then file, then command line),
/// stored with the run, and part of every step's key.
public struct StudySettings: Sendable, Codable, Equatable {
    /// Root of every random stream.
    public var seed: UInt64 = 21
    public var articles = Articles()
    public var sampling = Sampling()
    public var judge = Judging()
    public var pairs = Pairs()
    /// DPO with all parameters.
    public var training = Training()
    public var sft = Supervised()
    public var lora = LowRank()
    public var sweep = Sweep()
    /// Instructions and responses, in `pairrm` and `self-rewarding`.
    public var responses = Responses()
    /// What `self-rewarding` does besides.
    public var rewards = Rewards()
    /// Rounds of on-policy training in `iteration2`.
    public var rounds = 2

    public init() {}

    public struct Articles: Sendable, Codable, Equatable {
        /// Shorter and longer articles are left out and counted.
        public var minimumWords = 80
        public var maximumWords = 300
        /// Articles taken of each split; 0 takes all.
        public var train = 30
        public var development = 18
        public var test = 36
        /// Shares of the corpus that the seeded split gives to development and test.
        public var developmentShare = 0.2
        public var testShare = 0.3
        /// Tokens of an article that the prompt holds; the rest is cut inside the template. 0 for no limit.
        public var maximumTokens = 1024
    }

    public struct Sampling: Sendable, Codable, Equatable {
        public var samplesPerArticle = 8
        /// The study samples a 7B model at 0.8. A 135M model's samples at 0.8 rarely answer three questions
        /// (11 % of 840 training samples), at 0.5 a quarter do, and only then can brevity be learned from
        /// pairs: 80 instead of 34 of them had both sides at three or more.
        public var temperature: Float = 0.5
        public var topP: Float = 0.95
        /// Token limit of a summary, in training samples and in evaluation.
        public var maximumTokens = 128
        /// Samples decoded together; speed only.
        public var batchSize = 64
    }

    public struct Judging: Sendable, Codable, Equatable {
        /// How a prompted judge's text is read; the embedded judge writes none.
        public var mode = JudgeMode.text
        public var parser = ParserMode.strict
        public var questions = QuestionSource.model
        /// Articles of each split on which a judge's calibration asks more than its own questions of it: every possible
        /// question, its prompt in other words, another reader; 0 takes all.
        public var calibrationArticles = 12
        /// Development articles on which the embedded judge's rule is tuned before it asks; 0 takes all.
        public var tuningArticles = 12
    }

    public struct Pairs: Sendable, Codable, Equatable {
        public var variant = PreferenceFunction.training
        public var perArticle = 3
        /// Draw evenly over the reasons for a preference instead of over pairs.
        public var balanced = true
        public var truncated = TruncatedSamples.reject
        /// Pairs decided by accuracy differ by at least this many correct answers.
        public var minimumAccuracyGap = 2
    }

    public struct Training: Sendable, Codable, Equatable {
        public var form = PreferenceObjective.Form.sigmoid
        public var beta = 0.1
        public var labelSmoothing = 0.0
        public var supervisedWeight = 0.0
        public var learningRate = 1e-5
        public var schedule = LearningRateSchedule.Shape.cosine
        public var warmupSteps = 2
        public var epochs = 1
        public var batchSize = 8
        public var weightDecay: Float = 0
        public var maximumGradientNorm = 1.0
        /// Visit the pairs in a seeded order of each epoch's own; otherwise as they come.
        public var shuffles = true
        /// Pairs used; 0 for all.
        public var maximumPairs = 0
        public var gradientCheckpointing = false
        /// Rows of one forward and backward pass; speed and memory only.
        public var tokenBudget = 1024
        /// Seconds between checkpoints; what a kill can cost.
        public var checkpointSeconds = 120.0
        /// Updates between checkpoints, besides those by time; 0 for by time only.
        public var checkpointSteps = 0
        /// Updates between measurements on development articles; 0 measures nothing on the way.
        public var evaluationSteps = 10
        /// Development articles that are summarised and judged in each measurement, and whose pairs give the
        /// validation loss.
        public var evaluationArticles = 8
        /// Development pairs of each measurement.
        public var evaluationPairs = 16
    }

    public struct Supervised: Sendable, Codable, Equatable {
        public var learningRate = 1e-5
        public var epochs = 1
        public var batchSize = 8
        public var warmupSteps = 2
    }

    public struct LowRank: Sendable, Codable, Hashable {
        public var rank = 64
        public var alpha = 128.0
        public var dropout: Float = 0
        public var rankStabilized = false
        public var targets = AdapterTarget.allCases
        public var learningRates = [1e-4]
        public var beta = 0.1
    }

    /// Responses to instructions, the pairs that a ranker makes of them, and the adapter trained on these.
    public struct Responses: Sendable, Codable, Equatable {
        /// Training instructions taken; 0 takes all.
        public var instructions = 50
        /// Held-out instructions taken; 0 takes all.
        public var heldOut = 0
        /// Held-out instructions whose responses before and after are shown.
        public var shown = 10
        public var perInstruction = 5
        public var temperature: Float = 0.8
        public var topP: Float = 0.95
        /// Token limit of a response, in samples and in comparisons.
        public var maximumTokens = 256
        /// What may become of responses that end at the token limit.
        public var truncated = TruncatedSamples.reject
        /// Scores of the best and the worst differ by at least this; equal ones give no pair in any case.
        public var minimumGap = 0.0
        public var beta = 0.1
        public var learningRate = 1e-4
        public var epochs = 3
        public var batchSize = 8
    }

    public struct Sweep: Sendable, Codable, Equatable {
        public var betas = [0.03, 0.1]
        public var learningRates = [1e-5, 4e-5]
        /// Pairs used by each cell; 0 for all.
        public var maximumPairs = 0
    }
}

/// Sizes of a study, from a check that everything runs to the paper's own scale.
public enum Preset: String, Sendable, Codable, CaseIterable {
    /// About a minute: every step on a handful of articles; its numbers mean nothing.
    case smoke
    /// The default: a quarter of an hour on two cores.
    case quick
    /// About two hours on two cores: all articles, the whole sweep.
    case full
    /// The study's own scale and settings; needs its corpus, its model and a large machine.
    case paper

    public var settings: StudySettings {
        var settings = StudySettings()
        switch self {
        case .smoke:
            settings.articles.train = 4
            settings.articles.development = 2
            settings.articles.test = 3
            settings.articles.maximumWords = 200
            settings.sampling.samplesPerArticle = 4
            settings.sampling.maximumTokens = 48
            settings.pairs.truncated = .allow
            settings.pairs.minimumAccuracyGap = 1
            settings.training.batchSize = 4
            settings.training.warmupSteps = 1
            settings.training.evaluationSteps = 2
            settings.sft.batchSize = 4
            settings.sft.warmupSteps = 1
            settings.sweep.betas = [0.1]
            settings.sweep.learningRates = [1e-5]
            settings.lora.rank = 8
            settings.lora.alpha = 16
            settings.responses.instructions = 4
            settings.responses.heldOut = 3
            settings.responses.perInstruction = 3
            settings.responses.maximumTokens = 32
            settings.responses.truncated = .allow
            settings.responses.epochs = 1
            settings.responses.batchSize = 2
            settings.rewards.rounds = 1
            settings.rewards.instructions = 3
            settings.rewards.judgements = 1
            settings.rewards.judgementTokens = 32
            settings.rewards.checkInstructions = 3
        case .quick:
            break
        case .full:
            settings.articles.train = 0
            settings.articles.development = 0
            settings.articles.test = 0
            settings.articles.maximumWords = 700
            settings.sampling.samplesPerArticle = 10
            settings.sweep.betas = [0.01, 0.03, 0.05, 0.1]
            settings.sweep.learningRates = [1e-5, 4e-5, 1.6e-4]
            settings.sweep.maximumPairs = 128
            settings.lora.learningRates = [1e-4, 4e-4]
            settings.pairs.perArticle = 4
            settings.training.batchSize = 16
            settings.sft.batchSize = 16
            settings.judge.calibrationArticles = 0
            settings.judge.tuningArticles = 0
            settings.rewards.instructions = 96
            settings.rewards.batchSize = 8
            settings.rewards.checkInstructions = 64
            settings.responses.instructions = 0
            settings.responses.maximumTokens = 384
        case .paper:
            settings.sampling.temperature = 0.8
            settings.pairs.perArticle = 3
            settings.pairs.minimumAccuracyGap = 1
            settings.pairs.truncated = .allow
            settings.articles.train = 20_000
            settings.articles.development = 500
            settings.articles.test = 1_050
            settings.articles.minimumWords = 1
            settings.articles.maximumWords = 100_000
            settings.articles.maximumTokens = 0
            settings.articles.developmentShare = 0.024
            settings.articles.testShare = 0.05
            settings.sampling.samplesPerArticle = 10
            settings.sampling.maximumTokens = 512
            settings.pairs.balanced = false
            settings.judge.tuningArticles = 0
            settings.training.beta = 0.03
            settings.training.learningRate = 1e-7
            settings.training.batchSize = 32
            settings.sft.batchSize = 16
            settings.training.warmupSteps = 10
            settings.training.evaluationSteps = 200
            settings.training.evaluationArticles = 100
            settings.training.evaluationPairs = 256
            settings.sweep.betas = [0.01, 0.03, 0.05, 0.1]
            settings.sweep.learningRates = [3e-8, 1e-7, 3e-7, 1e-6]
            settings.lora.learningRates = [5e-6]
            settings.lora.beta = 0.03
            settings.responses.maximumTokens = 1_024
            settings.responses.truncated = .allow
            settings.responses.learningRate = 5e-6
            settings.rewards.mode = .text
            settings.rewards.instructions = 4_000
            settings.rewards.judgementTokens = 512
            settings.rewards.learningRate = 1e-6
            settings.rewards.epochs = 1
            settings.rewards.batchSize = 16
            settings.rewards.checkInstructions = 500
            settings.responses.epochs = 1
        }
        return settings
    }
}
