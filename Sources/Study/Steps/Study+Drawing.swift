import Foundation
import LanguageModel
import Notebook
import Preferences

/// What a policy writes texts for: an article, an instruction.
struct SamplingSubject {
    /// Under which its samples are stored.
    var id: String
    /// Token ids of the prompt and the conversation that they spell; asked only where samples are missing.
    var prompt: () throws -> (ids: [Int32], messages: [PromptMessage])
}

extension Study {
    /// Draws the samples of each subject that the store does not hold yet, each from its own random stream, and
    /// stores each when it is done.
    ///
    /// - Parameter purpose: names the random streams.
    /// - Returns: tokens and speed, for people; `nil` where nothing was missing.
    func draw(
        _ count: Int, of subjects: [SamplingSubject], setKey: String, by policy: PolicyModel, purpose: String,
        sampling: SamplingSettings, unit: String, cell: Cell
    ) async throws -> String? {
        let present = try store.sampleIndices(setKey: setKey)
        var requests: [SamplingRequest] = []
        var wanted: [(prompt: PromptRecord, indices: [Int])] = []
        for subject in subjects {
            let missing = (0..<count).filter { !(present[subject.id]?.contains($0) ?? false) }
            if missing.isEmpty { continue }
            let prompt = try subject.prompt()
            requests.append(
                SamplingRequest(
                    prompt: prompt.ids, settings: sampling,
                    seeds: missing.map {
                        SeededRandom.seed(rootSeed: settings.seed, purpose: purpose, article: subject.id, index: $0)
                    }))
            wanted.append((PromptRecord(setKey: setKey, articleID: subject.id, messages: prompt.messages), missing))
        }
        let total = subjects.count * count
        let progress = try cell.progress(
            total: total, completed: total - wanted.reduce(0) { $0 + $1.indices.count }, unit: unit)
        guard !requests.isEmpty else { return nil }
        try await ensureWeights(of: policy, cell: cell)
        let model = try model(policy)
        let template = loaded.chatTemplate
        var tokens = 0
        let start = ContinuousClock.now
        try model.sample(
            requests, stopTokens: Set(template.stopTokens), batchSize: settings.sampling.batchSize
        ) { request, sample, sequence in
            let (prompt, indices) = wanted[request]
            let text = template.tokenizer.decode(sequence.tokens).trimmingCharacters(in: .whitespacesAndNewlines)
            let record = SampleRecord(
                setKey: setKey, articleID: prompt.articleID, sampleIndex: indices[sample], tokens: sequence.tokens,
                text: text, words: text.wordCount, finishReason: sequence.finishReason.rawValue,
                logProbability: sequence.logProbability)
            try store.save(samples: [record], prompts: [prompt])
            tokens += sequence.tokens.count
            try progress.advance()
            try cell.checkInterruption()
        }
        let seconds = max(start.duration(to: .now) / .seconds(1), 1e-9)
        cell.metric("sampling", ["tokens": Double(tokens), "tokens_per_second": Double(tokens) / seconds])
        return "\(tokens) tokens sampled at \(Int(Double(tokens) / seconds)) tokens/s"
    }
}
