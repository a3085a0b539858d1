import ArgumentParser
import LanguageModel
import Preferences
import Tokenization

/// Summaries judged as one tree each (passage, five statements, five options of each), and the same work as one
/// sequence per option.
struct JudgingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge", abstract: "Judged summaries per second, as trees and as one sequence per option.")

    @OptionGroup var options: BenchmarkOptions
    @Option(help: "Summaries.") var summaries = 12

    func run() async throws {
        let loaded = try options.loadModel()
        let model = options.engine(loaded)
        let trees = try await judgeTrees(loaded, model)
        let sequences = trees.flatMap(\.scoredPaths)
        let treeTokens = trees.reduce(0) { $0 + $1.tokenCount }
        let treeSeconds = median(try timings(repeats: options.repeats) { _ = try model.score(trees) })
        // Eight times as long, so it is measured on a part of them.
        let part = sequences.prefix(max(25, sequences.count / 3))
        let partSeconds = median(try timings(repeats: options.repeats) { _ = try model.score(Array(part)) })
        let tokens = part.reduce(0) { $0 + $1.tokenCount }
        let allTokens = sequences.reduce(0) { $0 + $1.tokenCount }
        let sequenceSeconds = partSeconds * Double(allTokens) / Double(tokens)
        var result = BenchmarkResult("judge", model: model)
        result["tokens_per_s"] = Double(treeTokens) / treeSeconds
        result["summaries_per_s"] = Double(trees.count) / treeSeconds
        result["sequence_tokens_per_s"] = Double(tokens) / partSeconds
        result["sequence_summaries_per_s"] = Double(trees.count) / sequenceSeconds
        result["tree_speedup"] = sequenceSeconds / treeSeconds
        try result.report()
    }

    /// The trees that the embedded judge scores to answer from the first summaries.
    private func judgeTrees(_ loaded: LoadedModel, _ model: LanguageModel) async throws -> [TokenTree] {
        let data = BenchmarkData(options.data)
        let pairs = try data.texts(summaries)
        let articles = try data.prompts(summaries * 3 / 2).map { Article(text: $0.article) }
        let recorder = TreeRecorder(model)
        let judge = ClozeJudge(
            scorer: recorder, tokenizer: loaded.tokenizer, modelIdentity: loaded.contentHash,
            extractor: ClozeExtractor(pool: DistractorPool(articles)))
        let sets = try judge.candidateSets(for: Array(articles.prefix(summaries)))
        let requests = zip(sets, pairs).compactMap { set, pair -> JudgeRequest? in
            guard set.questions.count >= Question.countPerArticle else { return nil }
            var asked = set
            asked.questions = Array(set.questions.prefix(Question.countPerArticle))
            asked.unaidedLogLikelihoods = set.unaidedLogLikelihoods.map { Array($0.prefix(Question.countPerArticle)) }
            return JudgeRequest(questions: asked, summary: pair.chosen[0].content)
        }
        recorder.trees = []
        _ = try judge.answers(to: requests)
        return recorder.trees
    }
}

/// Passes trees on to a model and keeps them.
private final class TreeRecorder: TreeScorer {
    var trees: [TokenTree] = []
    private let model: LanguageModel

    init(_ model: LanguageModel) { self.model = model }

    func score(_ trees: [TokenTree]) throws -> [TreeScores] {
        self.trees += trees
        return try model.score(trees)
    }
}

extension TokenTree {
    /// Each scored segment as a sequence of its own behind its ancestors.
    fileprivate var scoredPaths: [TokenTree] {
        segments.filter(\.isScored).map { segment in
            var prompt: [Int32] = []
            var ancestor = segment.parent
            while let current = ancestor {
                prompt = segments[current].tokens + prompt
                ancestor = segments[current].parent
            }
            return TokenTree(prompt: prompt, completion: segment.tokens)
        }
    }
}
