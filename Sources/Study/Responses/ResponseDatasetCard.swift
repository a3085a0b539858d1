import Notebook
import Reporting

/// The README that a folder of pairs of responses needs to be a Hugging Face data set.
struct ResponseDatasetCard {
    var round: ResponseRound
    var record: ResponseRoundRecord
    var run: RunRecord
    var rowCount: Int

    var markdown: String {
        let subjects = run.provenance.subjects ?? [:]
        let drops = round.pairDrops.map { "| no pair: \(cell($0.reason)) | \($0.count) |" }
        let settings = (run.settings["responses"]?.members ?? [:]).sorted { $0.key < $1.key }
            .map { "| \(cell($0.key)) | \(cell($0.value.canonicalJSON)) |" }
        return """
            ---
            configs:
            - config_name: default
              data_files:
              - split: train
                path: \(ResponseDataset.rowsFile)
            task_categories:
            - text-generation
            language:
            - en
            tags:
            - preference
            - dpo
            - trl
            - synthetic
            size_categories:
            - \(Self.size(rowCount))
            ---
            # Preference pairs of responses, ranked by \(cell(round.scored.ranker.name))

            The best of \(record.responsesPerInstruction) responses to each instruction against the worst, all sampled from the
            same model through its own chat template. `prompt`, `chosen` and `rejected` are conversations, as TRL's
            `DPOTrainer` takes them; the remaining columns are the ranker's scores, the lengths in words and the
            instruction's name.

                from datasets import load_dataset
                pairs = load_dataset("FOLDER OR REPOSITORY", split="train")

            | | count |
            |---|---|
            | instructions | \(rowCount + round.pairDrops.reduce(0) { $0 + $1.count }) |
            | responses | \(round.scored.responses.count) |
            | pairs | \(rowCount) |
            \(drops.isEmpty ? "" : drops.joined(separator: "\n") + "\n")
            | made with | |
            |---|---|
            | model | \(cell(subjects["model"] ?? "unknown")), SHA-256 \(text(run.settings["model"])) |
            | answered by | \(cell(round.startLabel)) |
            | instructions | \(cell(subjects["instructions"] ?? "unknown")) |
            | ranker | \(cell(round.scored.ranker.name)), key \(record.rankerKey) |
            | numeric mode | \(text(run.settings["numericMode"])) |
            | seed | \(run.settings["seed"]?.canonicalJSON ?? "unknown") |
            \(settings.joined(separator: "\n"))

            ## Licence

            None is stated here. The responses were written by the model above and the instructions come from the file above:
            state a licence that the terms of both allow before you publish this.

            """
    }

    /// The Hub's name for a number of rows.
    private static func size(_ count: Int) -> String { count < 1_000 ? "n<1K" : count < 10_000 ? "1K<n<10K" : "10K<n<100K" }

    private func text(_ value: KeyValue?) -> String {
        if case .string(let text)? = value { "`\(cell(text))`" } else { "unknown" }
    }

    private func cell(_ text: String) -> String { MarkdownEscaping.inline(text) }
}
