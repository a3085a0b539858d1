import Foundation
import LanguageModel
import Notebook
import Preferences
import Tokenization

/// Summaries of articles: which model wrote them, from which prompt, how. Rows are read from the store.
public struct SummarySet: Sendable {
    public var key: String
    public var policy: PolicyModel
    public var articles: [Article]
    public var samplesPerArticle: Int
    /// Sentences asked for.
    public var sentences: Int
    let store: Store

    /// Samples by article id, in sample order.
    public func samples() throws -> [String: [SampleRecord]] {
        Dictionary(grouping: try store.samples(setKey: key), by: \.articleID)
    }

    /// Articles of which the prompt holds only the beginning, by the prompts that were answered.
    func cutArticles() throws -> [Article] {
        let prompts = try store.prompts(setKey: key)
        return articles.filter { article in prompts[article.id].map { !$0.holdsAll(of: article.text) } ?? false }
    }
}

extension [PromptMessage] {
    /// Whether an article's text is in the prompt, and not only its beginning.
    func holdsAll(of text: String) -> Bool { contains { $0.content.contains(text) } }
}

extension SummarySet: SampleSet {
    public func prompts(in study: Study) -> (_ id: String) throws -> [Int32]? {
        let articles = Dictionary(uniqueKeysWithValues: articles.map { ($0.id, $0) })
        return { try articles[$0].map { try study.prompt($0, sentences: sentences).ids } }
    }
}

extension Study {
    /// Several summaries per article, as for training: the study's prompt, temperature and top-p.
    public func trainingSummaries(
        of articles: [Article], by policy: PolicyModel, part: ArticleSplit.Part = .train, step name: String? = nil,
        line: Int = #line
    ) async throws -> SummarySet {
        try await summaries(
            name ?? "sample \(part.rawValue) summaries\(policy.stepSuffix)", of: articles, by: policy,
            count: settings.sampling.samplesPerArticle, sentences: SummaryPrompt.studySentences,
            settings: SamplingSettings(
                temperature: settings.sampling.temperature, topP: settings.sampling.topP,
                maximumTokens: settings.sampling.maximumTokens),
            line: line)
    }

    /// One greedy summary per article, for measuring.
    public func evaluationSummaries(
        of articles: [Article], part: ArticleSplit.Part, by policy: PolicyModel,
        sentences: Int = SummaryPrompt.studySentences, step name: String? = nil, line: Int = #line
    ) async throws -> SummarySet {
        let asked = sentences == SummaryPrompt.studySentences ? "" : ", \(sentences)-sentence prompt"
        return try await summaries(
            name ?? "summarise \(part.rawValue) articles\(policy.stepSuffix)\(asked)", of: articles, by: policy, count: 1,
            sentences: sentences, settings: .greedy(maximumTokens: settings.sampling.maximumTokens), line: line)
    }

    /// Tokens of the prompt that asks for a summary of `article`.
    func prompt(_ article: Article, sentences: Int) throws -> FittedPrompt {
        let room = loaded.configuration.contextLength - settings.sampling.maximumTokens
        let limit = settings.articles.maximumTokens == 0 ? room : min(room, settings.articles.maximumTokens)
        let template = try PromptTemplate.summarization(sentenceCount: sentences)
        return try loaded.chatTemplate.prompt(article: article.text, maximumTokens: limit) {
            [Message(role: .user, content: template.filled(["text": $0]))]
        }
    }

    private func summaries(
        _ name: String, of articles: [Article], by policy: PolicyModel, count: Int, sentences: Int,
        settings sampling: SamplingSettings, line: Int
    ) async throws -> SummarySet {
        // One article's samples do not depend on the other articles, so the key names none of them:
        // a larger study finds the samples of a smaller one.
        var inputs: [String: KeyValue] = [
            "policy": .string(policy.key), "prompt": .string(try SummaryPrompt.text(article: "{article}", sentences: sentences)),
            "contextTokens": .int(settings.articles.maximumTokens), "temperature": sampling.temperature.keyValue,
            "topP": sampling.topP.keyValue, "maximumTokens": .int(sampling.maximumTokens),
            "seed": KeyValue(settings.seed), "numericMode": .string(precision.numericMode),
        ]
        let set = SummarySet(
            key: Self.summarySetKey(ofStep: inputs), policy: policy, articles: articles,
            samplesPerArticle: count, sentences: sentences, store: store)
        inputs["articles"] = .array(articles.map { .string($0.id) })
        inputs["samplesPerArticle"] = .int(count)
        try await step(
            name, inputs: inputs, line: line, work: { samplingWork(articles, by: policy, samplesPerArticle: count) }
        ) { cell in
            try await draw(set, sampling: sampling, cell: cell)
        }
        return set
    }

    /// Key of the samples that a step with these inputs draws.
    static func summarySetKey(ofStep inputs: [String: KeyValue]) -> String {
        let own = inputs.filter { $0.key != "articles" && $0.key != "samplesPerArticle" }
        return ContentKey(step: "summaries", version: 1, inputs: own).hex
    }

    private func draw(_ set: SummarySet, sampling: SamplingSettings, cell: Cell) async throws {
        let subjects = set.articles.map { article in
            SamplingSubject(id: article.id) {
                let fitted = try self.prompt(article, sentences: set.sentences)
                let text = try SummaryPrompt.text(article: fitted.article, sentences: set.sentences)
                return (fitted.ids, [PromptMessage(role: "user", content: text)])
            }
        }
        let drawn = try await draw(
            set.samplesPerArticle, of: subjects, setKey: set.key, by: set.policy, purpose: "summary by " + set.policy.key,
            sampling: sampling, unit: "summaries", cell: cell)
        if let drawn { cell.show("\(set.articles.count * set.samplesPerArticle) summaries; \(drawn).") }
        let cut = try set.cutArticles().count
        if cut > 0 { cell.show("\(cut) of \(set.articles.count) articles are cut to fit the prompt.") }
    }
}

extension Study {
    /// One greedy summary per article by a model under training; not kept.
    func greedySummaries(of articles: [Article], by model: LanguageModel) throws -> [(text: String, isCutOff: Bool)] {
        let template = loaded.chatTemplate
        let requests = try articles.map {
            SamplingRequest(
                prompt: try prompt($0, sentences: SummaryPrompt.studySentences).ids,
                settings: .greedy(maximumTokens: settings.sampling.maximumTokens), seeds: [settings.seed])
        }
        var summaries = [(text: String, isCutOff: Bool)](repeating: ("", false), count: articles.count)
        try model.sample(
            requests, stopTokens: Set(template.stopTokens), batchSize: settings.sampling.batchSize
        ) { request, _, sequence in
            summaries[request] = (
                template.tokenizer.decode(sequence.tokens).trimmingCharacters(in: .whitespacesAndNewlines),
                sequence.finishReason == .length
            )
        }
        return summaries
    }
}

extension PolicyModel {
    /// Names a step after its model, nothing for the original.
    var stepSuffix: String { round == 0 && weights == .original ? "" : ", " + label }
}
