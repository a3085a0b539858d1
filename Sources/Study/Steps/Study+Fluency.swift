import Notebook
import Preferences

extension Study {
    var fluencyScorer: FluencyScorer {
        FluencyScorer(
            scorer: originalModel, tokenizer: loaded.tokenizer, model: loaded.contentHash,
            numericMode: precision.numericMode)
    }

    /// Measures how likely every summary evaluated so far on test articles is under the original model, which
    /// sees nothing else, and which are less likely than nearly all passages of the development articles.
    ///
    /// A metric beside the others: it changes no win and no failure.
    public func fluency(of articles: ArticleSets, line: Int = #line) async throws {
        let measured = measuredOnTest
        let scorer = fluencyScorer
        let inputs: [String: KeyValue] = [
            "model": .string(scorer.identity), "articles": .string(articles.key),
            "systems": .array(measured.map { .string($0.systemName) }),
        ]
        let passageCount = articles.development.reduce(0) { $0 + FluencyThreshold.passages(of: $1).count }
        try await step(
            "fluency", inputs: inputs, line: line,
            work: {
                StepWork(
                    units: passageCount + measured.count * articles.test.count, unit: "texts", memoryBytes: scoringBytes)
            }
        ) { cell in
            let passages = articles.development.flatMap(FluencyThreshold.passages)
            let rows = try measured.map { ($0.label, try $0.rows()) }
            try measureFluency(of: passages + rows.flatMap { $0.1.map(\.summary) }, with: scorer, cell: cell)
            let known = try store.fluency(modelKey: scorer.identity)
            guard let threshold = FluencyThreshold(passages.compactMap(known.perWord)) else { return }
            var text = "| system | nats per word | not fluent |\n|---|---:|---:|\n"
            for (label, rows) in rows {
                let values = rows.compactMap { known.perWord($0.summary) }
                let mean = values.isEmpty ? "–" : String(format: "%.2f", values.reduce(0, +) / Double(values.count))
                text += "| \(label) | \(mean) | \(values.count { !threshold.isFluent(perWord: $0) }) of \(values.count) |\n"
            }
            cell.show(
                String(
                    format: "Not fluent: above %.2f nats per word, which %d %% of %d passages of two sentences of the development articles are not.\n\n",
                    threshold.value, Int(FluencyThreshold.share * 100), threshold.passageCount) + text)
        }
    }

    private func measureFluency(of texts: [String], with scorer: FluencyScorer, cell: Cell) throws {
        let present = try store.fluency(modelKey: scorer.identity)
        var seen: Set<String> = []
        let all = texts.filter { $0.wordCount > 0 && seen.insert(Store.summaryHash($0)).inserted }
        let missing = all.filter { present[Store.summaryHash($0)] == nil }
        let progress = try cell.progress(total: all.count, completed: all.count - missing.count, unit: "texts")
        let batch = 64
        for start in stride(from: 0, to: missing.count, by: batch) {
            let texts = Array(missing[start..<min(start + batch, missing.count)])
            try store.save(
                fluency: zip(texts, try scorer.likelihoods(of: texts)).compactMap { text, likelihood in
                    likelihood.map {
                        FluencyRecord(
                            modelKey: scorer.identity, textHash: Store.summaryHash(text),
                            negativeLogLikelihood: $0.negativeLogLikelihood, tokenCount: $0.tokenCount)
                    }
                })
            try progress.advance(by: texts.count)
            try cell.checkInterruption()
        }
    }
}

extension [String: FluencyRecord] {
    /// Nats per word of a text, by the hash of which these are keyed.
    func perWord(_ text: String) -> Double? {
        self[Store.summaryHash(text)].map { $0.negativeLogLikelihood / Double(FluencyScorer.wordCount(of: text)) }
    }
}
