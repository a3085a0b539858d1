import Foundation
import Tokenization

/// A pair in the conversational preference format with an explicit prompt, which TRL's trainers and Hugging Face
/// `datasets` load as it is, and what is known about the pair besides.
public struct ExportedPair: Sendable, Hashable, Codable {
    public var prompt: [Message]
    public var chosen: [Message]
    public var rejected: [Message]
    public var article_id: String
    public var reason: String
    public var correct_chosen: Int
    public var correct_rejected: Int
    public var words_chosen: Int
    public var words_rejected: Int

    public init(_ pair: PreferencePair, prompt: [Message], chosen: String, rejected: String) {
        self.prompt = prompt
        self.chosen = [Message(role: .assistant, content: chosen)]
        self.rejected = [Message(role: .assistant, content: rejected)]
        article_id = pair.articleID
        reason = pair.reason.rawValue
        correct_chosen = pair.chosen.correct
        correct_rejected = pair.rejected.correct
        words_chosen = pair.chosen.words
        words_rejected = pair.rejected.words
    }

    /// One JSON object on one line, keys in alphabetical order: the same pair gives the same bytes.
    public func jsonLine() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

/// The README that a folder of exported pairs needs to be a Hugging Face data set.
public struct DatasetCard: Sendable, Hashable {
    public var title: String
    /// Files by split, e.g. `["train": "train.jsonl"]`.
    public var files: [String: String]
    /// Chosen pairs by reason.
    public var pairTypes: [PreferenceOutcome.Reason: Int]
    public var builder: PairBuilder
    public var judgeIdentity: String
    /// What else a reader needs to make the pairs again, e.g. the model and the corpus.
    public var provenance: [String: String]

    public init(
        title: String, files: [String: String], pairTypes: [PreferenceOutcome.Reason: Int], builder: PairBuilder,
        judgeIdentity: String, provenance: [String: String]
    ) {
        self.title = title
        self.files = files
        self.pairTypes = pairTypes
        self.builder = builder
        self.judgeIdentity = judgeIdentity
        self.provenance = provenance
    }

    public var markdown: String {
        let dataFiles = files.sorted { $0.key < $1.key }.map { "  - split: \($0.key)\n    path: \($0.value)" }
        let types = pairTypes.sorted { $0.key.rawValue < $1.key.rawValue }.map { "| \($0.key.rawValue) | \($0.value) |" }
        let rows = provenance.sorted { $0.key < $1.key }.map { "| \(cell($0.key)) | \(cell($0.value)) |" }
        return """
            ---
            configs:
            - config_name: default
              data_files:
            \(dataFiles.joined(separator: "\n"))
            task_categories:
            - summarization
            language:
            - en
            tags:
            - preference
            - dpo
            - trl
            ---
            # \(title)

            Preferences between two summaries of one news article, both sampled from the same model. `prompt`, `chosen`
            and `rejected` are conversations, as TRL's `DPOTrainer` takes them; the remaining columns say why the chosen
            one was preferred: correct answers of five that a judge gave from each summary, their lengths in words, and
            the rule that decided.

            Preference function: `\(builder.function.rawValue)`. At most \(builder.maximumPerArticle) pairs per article,
            chosen `\(builder.choice.rawValue)` with seed \(builder.seed); least accuracy gap \(builder.minimumAccuracyGap).

            | reason | pairs |
            |---|---|
            \(types.joined(separator: "\n"))

            | made with | |
            |---|---|
            | judge | \(judgeIdentity) |
            \(rows.joined(separator: "\n"))

            """
    }

    private func cell(_ text: String) -> String {
        text.replacingOccurrences(of: "|", with: "\\|").replacingOccurrences(of: "\n", with: " ")
    }
}
