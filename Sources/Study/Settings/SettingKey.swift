import Foundation
import Alignment
import LanguageModel
import Notebook
import Preferences

/// A value that a configuration file or `--set` can give.
protocol SettingValue: SendableMetatype {
    /// What a reader is told to write, e.g. "a number".
    static var form: String { get }
    init?(setting: SettingText)
    var keyValue: KeyValue { get }
}

/// A YAML value as it was written.
enum SettingText {
    case scalar(String)
    case list([String])
}

/// One key of the configuration: how it is spelled, what it means, and where it lies in the settings.
struct SettingKey: Sendable {
    let name: String
    let help: String
    let form: String
    let read: @Sendable (StudySettings) -> KeyValue
    /// False when the text is not of the key's form or outside its range.
    let write: @Sendable (SettingText, inout StudySettings) -> Bool

    init<Value: SettingValue>(
        _ name: String, _ path: WritableKeyPath<StudySettings, Value> & Sendable, _ help: String,
        form: String = Value.form, where isValid: @escaping @Sendable (Value) -> Bool = { _ in true }
    ) {
        self.name = name
        self.help = help
        self.form = form
        read = { $0[keyPath: path].keyValue }
        write = { text, settings in
            guard let value = Value(setting: text), isValid(value) else { return false }
            settings[keyPath: path] = value
            return true
        }
    }

    /// Keys of the study's own YAML first (its names are kept), then this package's.
    static let all: [SettingKey] = study + rewards

    private static let study: [SettingKey] = [
        SettingKey(
            "preference_tuning_config.beta", \.training.beta, "DPO beta: strength of the tie to the reference",
            form: "a number above 0", where: { $0 > 0 }),
        SettingKey(
            "learning_rate", \.training.learningRate, "peak learning rate of DPO", form: "a number above 0",
            where: { $0 > 0 }),
        SettingKey("num_epochs", \.training.epochs, "passes over the pairs", form: "1 or more", where: { $0 > 0 }),
        SettingKey(
            "train_batch_size_per_device", \.training.batchSize, "pairs per optimizer step", form: "1 or more",
            where: { $0 > 0 }),
        SettingKey(
            "context_length", \.articles.maximumTokens, "tokens of an article in the prompt; 0 for no limit",
            form: "0 or more", where: { $0 >= 0 }),
        SettingKey(
            "gradient_checkpointing", \.training.gradientCheckpointing, "recompute activations on the way back"),
        SettingKey("lora_config.r", \.lora.rank, "LoRA rank", form: "1 or more", where: { $0 > 0 }),
        SettingKey("lora_config.lora_alpha", \.lora.alpha, "LoRA alpha; the scale is alpha / r"),
        SettingKey(
            "lora_config.lora_dropout", \.lora.dropout, "dropout of the adapter's input",
            form: "a number from 0 to below 1", where: { $0 >= 0 && $0 < 1 }),
        SettingKey("lora_config.target_modules", \.lora.targets, "projections that get an adapter"),
        SettingKey("lora_config.use_rslora", \.lora.rankStabilized, "scale alpha / sqrt(r)"),
        SettingKey("lora.learning_rates", \.lora.learningRates, "learning rates tried for LoRA"),
        SettingKey("lora.beta", \.lora.beta, "DPO beta for LoRA", form: "a number above 0", where: { $0 > 0 }),
        SettingKey("seed", \.seed, "root of every random stream"),
        SettingKey("rounds", \.rounds, "on-policy rounds of iteration2", form: "1 or more", where: { $0 > 0 }),
        SettingKey("articles.minimum_words", \.articles.minimumWords, "shorter articles are left out"),
        SettingKey("articles.maximum_words", \.articles.maximumWords, "longer articles are left out"),
        SettingKey("articles.train", \.articles.train, "training articles; 0 for all", form: "0 or more", where: { $0 >= 0 }),
        SettingKey(
            "articles.development", \.articles.development, "development articles; 0 for all", form: "0 or more",
            where: { $0 >= 0 }),
        SettingKey("articles.test", \.articles.test, "test articles; 0 for all", form: "0 or more", where: { $0 >= 0 }),
        SettingKey(
            "articles.development_share", \.articles.developmentShare, "share of the corpus for development",
            form: "a number between 0 and 1", where: { $0 > 0 && $0 < 1 }),
        SettingKey(
            "articles.test_share", \.articles.testShare, "share of the corpus for test",
            form: "a number between 0 and 1", where: { $0 > 0 && $0 < 1 }),
        SettingKey(
            "sampling.samples_per_article", \.sampling.samplesPerArticle, "summaries per training article",
            form: "2 or more", where: { $0 >= 2 }),
        SettingKey(
            "sampling.temperature", \.sampling.temperature, "temperature of training samples",
            form: "a number of 0 or more", where: { $0 >= 0 }),
        SettingKey(
            "sampling.top_p", \.sampling.topP, "nucleus of training samples", form: "a number above 0, at most 1",
            where: { $0 > 0 && $0 <= 1 }),
        SettingKey(
            "sampling.maximum_tokens", \.sampling.maximumTokens, "token limit of a summary", form: "1 or more",
            where: { $0 > 0 }),
        SettingKey(
            "sampling.batch_size", \.sampling.batchSize, "samples decoded together", form: "1 or more",
            where: { $0 > 0 }),
        SettingKey(
            "judge.mode", \.judge.mode,
            "a prompted judge's answers: from the text it writes, or from the probabilities of the letters"),
        SettingKey(
            "judge.parser", \.judge.parser, "a prompted judge's text: read as the study's code does, or with its defects mended"),
        SettingKey(
            "judge.questions", \.judge.questions,
            "a prompted judge's questions: written by its model as in the study, or cut from the article as the embedded judge does"),
        SettingKey(
            "judge.calibration_articles", \.judge.calibrationArticles,
            "articles of each split on which a calibration asks more than the judge's own questions; 0 takes all",
            form: "0 or more", where: { $0 >= 0 }),
        SettingKey(
            "judge.tuning_articles", \.judge.tuningArticles,
            "development articles on which the embedded judge's rule is tuned; 0 takes all",
            form: "0 or more", where: { $0 >= 0 }),
        SettingKey("pairs.variant", \.pairs.variant, "preference function that builds pairs"),
        SettingKey(
            "pairs.per_article", \.pairs.perArticle, "pairs kept per article", form: "1 or more", where: { $0 > 0 }),
        SettingKey("pairs.balanced", \.pairs.balanced, "draw evenly over the reasons for a preference"),
        SettingKey("pairs.truncated", \.pairs.truncated, "samples that hit the token limit: in no pair, only rejected, or like any other"),
        SettingKey(
            "pairs.minimum_accuracy_gap", \.pairs.minimumAccuracyGap,
            "correct answers by which pairs decided by accuracy differ", form: "1 or more", where: { $0 > 0 }),
        SettingKey("training.loss", \.training.form, "preference objective"),
        SettingKey(
            "training.label_smoothing", \.training.labelSmoothing, "share of labels taken to be wrong",
            form: "a number from 0 to below 0.5", where: { $0 >= 0 && $0 < 0.5 }),
        SettingKey("training.sft_weight", \.training.supervisedWeight, "weight of the added SFT term"),
        SettingKey("training.schedule", \.training.schedule, "learning-rate schedule"),
        SettingKey("training.warmup_steps", \.training.warmupSteps, "warm-up steps", form: "0 or more", where: { $0 >= 0 }),
        SettingKey("training.weight_decay", \.training.weightDecay, "decoupled weight decay of matrices"),
        SettingKey("training.max_grad_norm", \.training.maximumGradientNorm, "gradients are scaled down to this norm"),
        SettingKey("training.shuffle", \.training.shuffles, "visit the pairs in a seeded order; otherwise as they come"),
        SettingKey(
            "training.maximum_pairs", \.training.maximumPairs, "pairs used; 0 for all", form: "0 or more",
            where: { $0 >= 0 }),
        SettingKey(
            "training.token_budget", \.training.tokenBudget, "tokens of one forward and backward pass",
            form: "1 or more", where: { $0 > 0 }),
        SettingKey(
            "training.checkpoint_seconds", \.training.checkpointSeconds, "seconds between checkpoints",
            form: "0 or more", where: { $0 >= 0 }),
        SettingKey(
            "training.checkpoint_steps", \.training.checkpointSteps, "updates between checkpoints; 0 for by time only",
            form: "0 or more", where: { $0 >= 0 }),
        SettingKey(
            "training.eval_steps", \.training.evaluationSteps,
            "updates between measurements on development articles; 0 for none", form: "0 or more", where: { $0 >= 0 }),
        SettingKey(
            "training.eval_articles", \.training.evaluationArticles, "development articles of each measurement",
            form: "1 or more", where: { $0 > 0 }),
        SettingKey(
            "training.eval_pairs", \.training.evaluationPairs, "development pairs of each measurement",
            form: "1 or more", where: { $0 > 0 }),
        SettingKey("sft.learning_rate", \.sft.learningRate, "peak learning rate of SFT"),
        SettingKey("sft.num_epochs", \.sft.epochs, "passes over the chosen summaries", form: "1 or more", where: { $0 > 0 }),
        SettingKey("sft.batch_size", \.sft.batchSize, "summaries per optimizer step", form: "1 or more", where: { $0 > 0 }),
        SettingKey("sft.warmup_steps", \.sft.warmupSteps, "warm-up steps of SFT", form: "0 or more", where: { $0 >= 0 }),
        SettingKey("sweep.betas", \.sweep.betas, "betas of the sweep"),
        SettingKey("sweep.learning_rates", \.sweep.learningRates, "learning rates of the sweep"),
        SettingKey("sweep.maximum_pairs", \.sweep.maximumPairs, "pairs used by each cell; 0 for all"),
        SettingKey(
            "responses.instructions", \.responses.instructions, "training instructions; 0 for all", form: "0 or more",
            where: { $0 >= 0 }),
        SettingKey(
            "responses.held_out", \.responses.heldOut, "held-out instructions; 0 for all", form: "0 or more", where: { $0 >= 0 }),
        SettingKey(
            "responses.shown", \.responses.shown, "held-out instructions shown before and after", form: "1 or more",
            where: { $0 > 0 }),
        SettingKey(
            "responses.per_instruction", \.responses.perInstruction, "responses sampled per instruction", form: "2 or more",
            where: { $0 >= 2 }),
        SettingKey(
            "responses.temperature", \.responses.temperature, "temperature of responses", form: "a number above 0",
            where: { $0 > 0 }),
        SettingKey(
            "responses.top_p", \.responses.topP, "nucleus of responses", form: "a number above 0, at most 1",
            where: { $0 > 0 && $0 <= 1 }),
        SettingKey(
            "responses.maximum_tokens", \.responses.maximumTokens, "token limit of a response", form: "1 or more",
            where: { $0 > 0 }),
        SettingKey(
            "responses.truncated", \.responses.truncated,
            "responses that hit the token limit: in no pair, only rejected, or like any other"),
        SettingKey(
            "responses.minimum_gap", \.responses.minimumGap, "least difference of the scores of a pair", form: "0 or more",
            where: { $0 >= 0 }),
        SettingKey(
            "responses.beta", \.responses.beta, "DPO beta on pairs of responses", form: "a number above 0", where: { $0 > 0 }),
        SettingKey(
            "responses.learning_rate", \.responses.learningRate, "peak learning rate on pairs of responses",
            form: "a number above 0", where: { $0 > 0 }),
        SettingKey(
            "responses.epochs", \.responses.epochs, "passes over pairs of responses", form: "1 or more", where: { $0 > 0 }),
        SettingKey(
            "responses.batch_size", \.responses.batchSize, "pairs of responses per optimizer step", form: "1 or more",
            where: { $0 > 0 }),
    ]
}

extension Int: SettingValue {
    static var form: String { "a whole number" }
    init?(setting: SettingText) {
        guard case .scalar(let text) = setting, let value = Int(text.replacing("_", with: "")) else { return nil }
        self = value
    }
    var keyValue: KeyValue { .int(self) }
}

extension UInt64: SettingValue {
    static var form: String { "a whole number of 0 or more" }
    init?(setting: SettingText) {
        guard case .scalar(let text) = setting, let value = UInt64(text) else { return nil }
        self = value
    }
    var keyValue: KeyValue { KeyValue(self) }
}

extension Double: SettingValue {
    static var form: String { "a number" }
    init?(setting: SettingText) {
        guard case .scalar(let text) = setting, let value = Double(text), value.isFinite else { return nil }
        self = value
    }
    var keyValue: KeyValue { .double(self) }
}

extension Float: SettingValue {
    static var form: String { "a number" }
    init?(setting: SettingText) {
        guard case .scalar(let text) = setting, let value = Float(text), value.isFinite else { return nil }
        self = value
    }
    var keyValue: KeyValue { .double(Double("\(self)") ?? Double(self)) }
}

extension Bool: SettingValue {
    static var form: String { "true or false" }
    init?(setting: SettingText) {
        guard case .scalar(let text) = setting, let value = Bool(text.lowercased()) else { return nil }
        self = value
    }
    var keyValue: KeyValue { .bool(self) }
}

extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    static var form: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }
    init?(setting: SettingText) {
        guard case .scalar(let text) = setting else { return nil }
        self.init(rawValue: text)
    }
    var keyValue: KeyValue { .string(rawValue) }
}

extension JudgeMode: SettingValue {}
extension QuestionSource: SettingValue {}
extension ParserMode: SettingValue {}
extension PreferenceFunction: SettingValue {}
extension TruncatedSamples: SettingValue {}
extension PreferenceObjective.Form: SettingValue {}
extension LearningRateSchedule.Shape: SettingValue {}
extension AdapterTarget: SettingValue {}

extension Array: SettingValue where Element: SettingValue {
    static var form: String { "a list; each entry \(Element.form)" }
    init?(setting: SettingText) {
        let texts: [String]
        switch setting {
        case .scalar(let text): texts = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        case .list(let list): texts = list
        }
        let values = texts.compactMap { Element(setting: .scalar($0)) }
        guard !values.isEmpty, values.count == texts.count else { return nil }
        self = values
    }
    var keyValue: KeyValue { .array(map(\.keyValue)) }
}
