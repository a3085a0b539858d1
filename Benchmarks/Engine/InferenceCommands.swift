import ArgumentParser
import LanguageModel
import Tokenization

/// Prompts as the sampler takes them in: one after another, one token drawn of each.
struct PrefillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "prefill", abstract: "Prompt tokens per second.")

    @OptionGroup var options: BenchmarkOptions
    @Option(help: "Prompts.") var prompts = 12

    func run() throws {
        let loaded = try options.loadModel()
        let model = options.engine(loaded)
        let requests = try samplingRequests(
            options, loaded, prompts: prompts, samples: 1, maximumTokens: 1)
        let tokens = requests.reduce(0) { $0 + $1.prompt.count }
        let times = try timings(repeats: options.repeats) { try model.sample(requests, stopTokens: []) { _, _, _ in } }
        var result = BenchmarkResult("prefill", model: model)
        result["tokens_per_s"] = Double(tokens) / median(times)
        try result.report()
    }
}

/// Log-probabilities of both summaries of pairs, as the reference model gives them.
struct ScoringCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Tokens per second of reference log-probabilities of preference pairs.")

    @OptionGroup var options: BenchmarkOptions
    @Option(help: "Pairs.") var pairs = 16
    @Option(help: "Keep only so many tokens of each text; 0 for all. For slow machines.") var keeping = 0

    func run() throws {
        let loaded = try options.loadModel()
        let model = options.engine(loaded)
        let limit = keeping > 0 ? keeping : .max
        let trees = try BenchmarkData(options.data).pairs(pairs, template: loaded.chatTemplate).map { pair in
            TokenTree(
                prompt: Array(pair.prompt.prefix(limit)), chosen: Array(pair.chosen.prefix(limit)),
                rejected: Array(pair.rejected.prefix(limit)))
        }
        let tokens = trees.reduce(0) { $0 + $1.tokenCount }
        var scores: [TreeScores] = []
        let times = try timings(repeats: options.repeats) { scores = try model.score(trees) }
        var result = BenchmarkResult("score", model: model)
        result["log_prob_sum"] = scores.reduce(0) { $0 + $1.sum(1) + $1.sum(2) }
        result["tokens_per_s"] = Double(tokens) / median(times)
        result["pairs_per_s"] = Double(pairs) / median(times)
        try result.report()
    }
}

/// One decoding step after another at a fixed number of sequences; prompts are not counted.
struct DecodingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Sampled tokens per second at a fixed batch, prompts not counted.")

    @OptionGroup var options: BenchmarkOptions
    @Option(help: "Sequences decoded together.") var batch = 16
    @Option(help: "Batches, of other prompts, decoded one after another.") var batches = 1
    @Option(help: "Tokens of each sequence.") var tokens = 64
    @Flag(help: "Without drafts of what follows.") var plain = false

    func run() throws {
        let loaded = try options.loadModel(storage: .temporaryFile)
        let model = options.engine(loaded)
        let samples = min(batch, 8)
        let prompts = (batch + samples - 1) / samples
        /// Requests of the batches, which are decoded one after another.
        func requests(_ maximumTokens: Int) throws -> [[SamplingRequest]] {
            let all = try samplingRequests(
                options, loaded, prompts: prompts * batches, samples: samples, maximumTokens: maximumTokens,
                total: batch * batches)
            return stride(from: 0, to: all.count, by: prompts).map { Array(all[$0..<min(all.count, $0 + prompts)]) }
        }
        let (first, all) = (try requests(1), try requests(1 + tokens))
        func sample(_ requests: [[SamplingRequest]]) throws {
            for batchRequests in requests {
                try model.sample(batchRequests, stopTokens: [], batchSize: batch, drafting: !plain) { _, _, _ in }
            }
        }
        try sample(first)
        // Prompts and the first token cost the same in both.
        let prompt = median(try (0..<options.repeats).map { _ in try seconds { try sample(first) } })
        let times = try (0..<options.repeats).map { _ in try seconds { try sample(all) } - prompt }
        var result = BenchmarkResult("decode-\(batch)", model: model)
        result["tokens_per_s"] = Double(batch * batches * tokens) / median(times)
        result["estimated_bytes"] =
            MemoryEstimate.sampling(
                configuration: loaded.configuration, precision: model.precision, batchSize: batch,
                samplesPerPrompt: samples, promptTokens: all.joined().map(\.prompt.count).max() ?? 0, maximumTokens: 1 + tokens,
                storage: .temporaryFile, codes: loaded.codes
            ).byteCount
        try result.report()
    }
}

/// What a study does: several summaries of each article, prompts included.
struct SamplingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample", abstract: "Sampled tokens per second of ten summaries per article, prompts included.")

    @OptionGroup var options: BenchmarkOptions
    @Option(help: "Articles.") var prompts = 4
    @Option(help: "Summaries of each.") var samples = 10
    @Option(help: "Tokens of each summary; none ends sooner.") var tokens = 96
    @Option(help: "Sequences decoded together.") var batch = 64

    func run() throws {
        let loaded = try options.loadModel(storage: .temporaryFile)
        let model = options.engine(loaded)
        let requests = try samplingRequests(
            options, loaded, prompts: prompts, samples: samples, maximumTokens: tokens)
        let times = try timings(repeats: options.repeats) {
            try model.sample(requests, stopTokens: [], batchSize: batch) { _, _, _ in }
        }
        var result = BenchmarkResult("sample", model: model)
        result["sampled_tokens_per_s"] = Double(prompts * samples * tokens) / median(times)
        result["sequences"] = prompts * samples
        try result.report()
    }
}

/// Requests of the first prompts; `total` limits the number of samples over all of them.
private func samplingRequests(
    _ options: BenchmarkOptions, _ loaded: LoadedModel, prompts: Int, samples: Int, maximumTokens: Int, total: Int? = nil
) throws -> [SamplingRequest] {
    var left = total ?? prompts * samples
    return try BenchmarkData(options.data).prompts(prompts).enumerated().map { index, row in
        let count = min(samples, left)
        left -= count
        return SamplingRequest(
            prompt: try loaded.chatTemplate.render(row.prompt, addGenerationPrompt: true),
            settings: SamplingSettings(temperature: 0.8, topP: 0.95, maximumTokens: maximumTokens),
            seeds: (0..<count).map { UInt64(index * samples + $0) })
    }
}
