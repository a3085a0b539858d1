import ArgumentParser
import Foundation
import LanguageModel
import Preferences
import Tokenization

/// Writes what all workloads and peers read: prompts of news articles, and pairs of summaries that the model
/// itself wrote of them.
struct PrepareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare", abstract: "Sample the prompts and pairs that every workload and every peer reads.")

    @OptionGroup var options: BenchmarkOptions

    @Option(help: "Articles, one a line. Default: those that `make setup` fetches.")
    var articles: String?

    @Option(help: "Pairs to write, one per article.")
    var pairs = 48

    /// Words of an article as in the study: shorter and longer ones are left out.
    private static let words = 80...400

    func run() throws {
        let path = articles ?? BenchmarkOptions.cacheFolder.appendingPathComponent("lee_background.cor").path
        let corpus = try CorpusReader(path: path).read().limited(toWords: Self.words)
        let loaded = try options.loadModel()
        let template = try PromptTemplate.summarization()
        // One article in six gives no pair: both of its samples are cut off, or they are equal.
        let prompts = corpus.articles.prefix(pairs + pairs / 2).map { article in
            BenchmarkData.Prompt(
                prompt: [Message(role: .user, content: template.filled(["text": article.text]))], article: article.text)
        }
        let requests = try prompts.indices.map { index in
            SamplingRequest(
                prompt: try loaded.chatTemplate.render(prompts[index].prompt, addGenerationPrompt: true),
                settings: SamplingSettings(temperature: 0.8, topP: 0.95, maximumTokens: 128),
                seeds: (0..<4).map { UInt64(index * 4 + $0) })
        }
        var summaries = [[String?]](repeating: Array(repeating: nil, count: 4), count: requests.count)
        try options.engine(loaded).sample(requests, stopTokens: Set(loaded.chatTemplate.stopTokens)) { request, sample, sequence in
            guard sequence.finishReason == .stop else { return }
            summaries[request][sample] = loaded.tokenizer.decode(sequence.tokens)
        }
        var rows: [BenchmarkData.Pair] = []
        for (prompt, summaries) in zip(prompts, summaries) where rows.count < pairs {
            let whole = summaries.compactMap(\.self).sorted { $0.utf8.count < $1.utf8.count }
            guard let short = whole.first, let long = whole.last, short != long else { continue }
            rows.append(
                BenchmarkData.Pair(
                    prompt: prompt.prompt, chosen: [Message(role: .assistant, content: short)],
                    rejected: [Message(role: .assistant, content: long)]))
        }
        try BenchmarkData(options.data).write(prompts: Array(prompts), pairs: rows)
        print("\(rows.count) pairs and \(prompts.count) prompts in \(options.data)")
    }
}
