import Alignment
import Checkpoints
import Foundation
import LanguageModel
import Notebook
import Preferences

extension Study {
    /// Pairs as the trainer wants them: sampled token ids, never text encoded again.
    ///
    /// - Parameter rows: article (or instruction) and samples of each pair; the samples are those of `set`.
    func trainingData(
        _ method: TrainingRecipe.Method, rows: [(articleID: String, chosen: Int, rejected: Int)], of set: any SampleSet,
        reference: PolicyModel
    ) throws -> TrainingData {
        let samples = Dictionary(
            uniqueKeysWithValues: try store.samples(setKey: set.key).map { (SampleID($0.articleID, $0.sampleIndex), $0) })
        let promptTokens = set.prompts(in: self)
        var prompts: [String: [Int32]] = [:]
        var triples: [(prompt: [Int32], chosen: [Int32], rejected: [Int32])] = []
        for row in rows {
            guard let prompt = try prompts[row.articleID] ?? promptTokens(row.articleID),
                let chosen = samples[SampleID(row.articleID, row.chosen)],
                let rejected = samples[SampleID(row.articleID, row.rejected)]
            else {
                throw UserFailure(
                    "the pairs do not belong to the samples", location: store.workspace.path,
                    why: "\(row.articleID) or one of its samples is missing",
                    remedy: "start with a fresh --workspace", exitStatus: .badData)
            }
            prompts[row.articleID] = prompt
            triples.append((prompt, chosen.tokens, rejected.tokens))
        }
        switch method {
        case .sft:
            return .supervised(triples.map { SupervisedExample(prompt: $0.prompt, completion: $0.chosen) })
        case .dpo(let objective), .lora(let objective, _):
            let references = try referenceLogProbabilities(triples, reference: reference)
            return .preference(
                zip(triples, references).map { triple, reference in
                    PreferenceExample(
                        prompt: triple.prompt, chosen: triple.chosen, rejected: triple.rejected,
                        referenceChosen: reference.chosen, referenceRejected: reference.rejected)
                }, objective)
        }
    }

    private struct SampleID: Hashable {
        var article: String
        var index: Int
        init(_ article: String, _ index: Int) {
            self.article = article
            self.index = index
        }
    }

    /// Reference log-probabilities of every completion, from the store where another beta, rate, seed or
    /// experiment computed them; keyed by content.
    private func referenceLogProbabilities(
        _ triples: [(prompt: [Int32], chosen: [Int32], rejected: [Int32])], reference: PolicyModel
    ) throws -> [(chosen: Double, rejected: Double)] {
        let modelKey = reference.key + " " + precision.numericMode
        var known = try store.referenceLogProbabilities(modelKey: modelKey).mapValues(\.sum)
        let keys = triples.map { (Self.contentKey($0.prompt, $0.chosen), Self.contentKey($0.prompt, $0.rejected)) }
        var gathered = PromptTrees()
        // Keys per tree and scored segment.
        var missing: [[String]] = []
        for (triple, key) in zip(triples, keys) {
            for (completion, key) in [(triple.chosen, key.0), (triple.rejected, key.1)] where known[key] == nil {
                let place = gathered.add(prompt: triple.prompt, completions: [completion])
                if place.tree == missing.count { missing.append([]) }
                if place.segments[0] > missing[place.tree].count { missing[place.tree].append(key) }
            }
        }
        if !missing.isEmpty {
            let model = try model(reference)
            for start in stride(from: 0, to: missing.count, by: 16) {
                let batch = start..<min(start + 16, missing.count)
                var records: [ReferenceLogProbabilityRecord] = []
                for (keys, score) in zip(missing[batch], try model.score(Array(gathered.trees[batch]))) {
                    for (segment, key) in zip(1..., keys) {
                        known[key] = score.sum(segment)
                        records.append(
                            ReferenceLogProbabilityRecord(
                                modelKey: modelKey, contentKey: key, sum: score.sum(segment),
                                tokenCount: score.logProbabilities[segment].count))
                    }
                }
                try store.save(referenceLogProbabilities: records)
                try notebook?.interruption.check()
            }
        }
        return keys.map { (known[$0.0] ?? .nan, known[$0.1] ?? .nan) }
    }

    /// Identity of token ids and the span that is scored.
    private static func contentKey(_ prompt: [Int32], _ completion: [Int32]) -> String {
        var hash = SHA256()
        for tokens in [prompt, completion] {
            hash.update("\(tokens.count):")
            hash.update(tokens.map(String.init).joined(separator: ","))
            hash.update(";")
        }
        return hash.hexDigest()
    }
}
