import Checkpoints
import Foundation
import LanguageModel
import Notebook
import Reporting

extension Study {
    /// Folders that `precis publish` uploads as they are, in the workspace.
    private func publishableFolder(_ name: String) throws -> (url: URL, relative: String) {
        let relative = "published/\(notebook?.runID ?? experiment)/\(name)"
        let url = options.workspaceURL.appendingPathComponent(relative, isDirectory: true)
        try makeFolder(url.deletingLastPathComponent())
        return (url, relative)
    }

    /// Writes a round's pairs as a data set folder with its card.
    public func writeDataset(round: Int = 1, pairs: ResponsePairs, line: Int = #line) async throws {
        let inputs: [String: KeyValue] = ["pairs": .string(pairs.key), "round": .int(round)]
        try await step("data set folder, round \(round)", inputs: inputs, line: line) { cell in
            guard let runID = notebook?.runID, let record = try store.responseRounds(runID: runID).first(where: { $0.round == round })
            else {
                throw UserFailure(
                    "cannot write the data set", why: "round \(round) was not recorded before", exitStatus: .internalError)
            }
            let folder = try publishableFolder(round == 1 ? "dataset" : "dataset-round-\(round)")
            let dataset = try ResponseDataset(record, in: store)
            try dataset.write(to: folder.url)
            cell.show(
                "\(dataset.rows.count) pairs and their card are in `\(folder.relative)` of the workspace. To publish them: "
                    + "`precis publish WORKSPACE/\(folder.relative) --to hf:OWNER/NAME`.")
        }
    }

    /// Writes a trained adapter as a PEFT folder with a model card that holds what this run measured of it.
    public func writeAdapter(_ policy: PolicyModel, pairs: ResponsePairs, line: Int = #line) async throws {
        let base = BaseModel(options)
        let inputs: [String: KeyValue] = [
            "training": .string(policy.key), "pairs": .string(pairs.key),
            "baseModel": base.hubName.map(KeyValue.string) ?? .null,
        ]
        try await step("adapter folder", inputs: inputs, line: line) { cell in
            guard case .adapter(let name) = policy.weights else {
                throw UserFailure(
                    "cannot write the adapter of \(policy.label)", why: "all of its weights were trained", exitStatus: .internalError)
            }
            try await ensureWeights(of: policy, cell: cell)
            let folder = try publishableFolder("adapter")
            let adapter = try LowRankAdapter(peftFolder: weightsPath(name), layout: originalModel.layout, precision: precision)
            try adapter.writePEFT(
                to: folder.url.path, baseModel: base.hubName ?? base.fileName,
                isRankStabilised: settings.lora.rankStabilized)
            let card = try adapterCard(policy, of: base, pairs: pairs).markdown
            do {
                try Data(card.utf8).write(to: folder.url.appendingPathComponent("README.md"), options: .atomic)
            } catch {
                throw UserFailure(
                    "cannot write the model card", location: folder.url.path, why: error.localizedDescription,
                    remedy: "give a writable --workspace", exitStatus: .cannotWrite)
            }
            cell.show(
                "The adapter and its card are in `\(folder.relative)` of the workspace. To publish them: "
                    + "`precis publish WORKSPACE/\(folder.relative) --to hf:OWNER/NAME`.")
        }
    }

    /// Every setting by its path.
    private static func flattened(_ value: KeyValue, path: String) -> [(String, String)] {
        switch value {
        case .object(let members):
            members.flatMap { flattened($0.value, path: path.isEmpty ? $0.key : path + "." + $0.key) }
        case .string(let text): [(path, text)]
        default: [(path, value.canonicalJSON)]
        }
    }

    private func adapterCard(_ policy: PolicyModel, of base: BaseModel, pairs: ResponsePairs) throws -> ModelCard {
        let runID = notebook?.runID ?? ""
        let comparisons = try store.responseComparisons(runID: runID).filter { $0.challengerLabel == policy.label }.compactMap {
            record in try record.id.map { try store.responseComparison(record, id: $0) }
        }
        let training = try store.training(key: policy.key)
        let steps = try store.trainingSteps(key: policy.key)
        var recipe = training?.settings ?? policy.details
        recipe["recipe"] = try responseAdapter().keyValue
        recipe["responses"] = try KeyValue(encoding: settings.responses)
        var rows = Self.flattened(.object(recipe), path: "")
        rows += [
            ("updates", "\(steps.count)"), ("ranker", pairs.ranked.ranker.name), ("numeric mode", precision.numericMode),
            ("seed", "\(settings.seed)"), ("run", runID),
        ]
        for (name, key) in [("last loss", "loss"), ("last reward margin", "rewards/margins"), ("last reward accuracy", "rewards/accuracies")] {
            if let value = steps.last?.metrics[key], value.isFinite { rows.append((name, String(format: "%.4f", value))) }
        }
        let table = rows.sorted { $0.0 < $1.0 }.map { "| \(MarkdownEscaping.inline($0.0)) | \(MarkdownEscaping.inline($0.1)) |" }
        let measured =
            comparisons.isEmpty
            ? "Nothing was compared in this run.\n" : try ResponseTables.comparisons(comparisons, rootSeed: settings.seed).markdown()
        let name = base.hubName ?? "PATH OF THE BASE MODEL"
        let body = """
            A LoRA adapter for \(MarkdownEscaping.inline(base.fileName)), trained with DPO on \(try pairs.rows().count) pairs of \
            the model's own responses to \(pairs.ranked.set.instructions.count) instructions \
            (\(MarkdownEscaping.inline(options.instructions.name))), ranked by \(MarkdownEscaping.inline(pairs.ranked.ranker.name)).

            ## How to load

            ```python
            from peft import PeftModel
            from transformers import AutoModelForCausalLM, AutoTokenizer

            tokenizer = AutoTokenizer.from_pretrained("\(name)")
            model = AutoModelForCausalLM.from_pretrained("\(name)")
            model = PeftModel.from_pretrained(model, "THIS FOLDER OR REPOSITORY")
            ```

            The adapter was trained on the weights of \(MarkdownEscaping.inline(base.fileName)), SHA-256 `\(loaded.contentHash)`; on \
            other weights of that model, such as those before quantisation, results differ a little. \
            `precis convert --model FILE --to FOLDER` writes exactly these weights as a folder for transformers.

            ## Training

            | | |
            |---|---|
            \(table.joined(separator: "\n"))

            ## Measured

            \(measured)
            The ranker's preference is what was measured; it is not a person's. Intervals are 95 % over instructions.
            """
        return ModelCard(
            name: "\(URL(fileURLWithPath: base.fileName).deletingPathExtension().lastPathComponent), DPO on ranked responses",
            baseModel: base.hubName, license: base.license, tags: ["dpo", "lora", "peft", "precis"], library: "peft", body: body)
    }
}
