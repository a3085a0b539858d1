import Endpoints
import Notebook
import Preferences
import Tokenization

extension Study {
    /// Measures every model of `--baseline`: its 2-, 3- and 4-sentence summaries of the part's articles, as the study
    /// prompts its stronger model. Nothing without the option.
    @discardableResult
    public func evaluateEndpointBaselines(
        on part: ArticleSplit.Part, of articles: ArticleSets, with bank: QuestionBank, line: Int = #line
    ) async throws -> [Evaluation] {
        var evaluations: [Evaluation] = []
        for address in endpoints.baselines {
            for sentences in 2...4 {
                evaluations.append(
                    try await evaluate(address, sentences: sentences, on: part, of: articles, with: bank, line: line))
            }
        }
        return evaluations
    }

    private func evaluate(
        _ address: EndpointAddress, sentences: Int, on part: ArticleSplit.Part, of articles: ArticleSets,
        with bank: QuestionBank, line: Int
    ) async throws -> Evaluation {
        let client = endpoints.client(address, store: store)
        let requests = try articles[part].map { article in
            ChatRequest(
                model: address.model,
                messages: [Message(role: .user, content: try SummaryPrompt.text(article: article.text, sentences: sentences))],
                temperature: 0, maximumTokens: settings.sampling.maximumTokens)
        }
        let inputs: [String: KeyValue] = ["requests": .array(try requests.map { .string(try $0.key()) })]
        let name = "summarise \(part.rawValue) articles with \(address.model), \(sentences) sentences"
        try await step(
            name, inputs: inputs, line: line,
            calls: {
                PlannedCalls(
                    model: address.model, count: requests.count, promptTokens: requests.reduce(0) { $0 + $1.estimatedPromptTokens },
                    completionTokens: requests.count * 40 * sentences)
            }
        ) { cell in
            try await summarise(requests, with: client, cell: cell)
        }
        let slug = String(address.model.map { $0.isLetter || $0.isNumber ? $0 : "-" })
        let system = SystemDescription(
            name: "endpoint-\(slug)-\(sentences)", label: "\(address.model), \(sentences) sentences", kind: SystemKind.endpoint.rawValue,
            details: ["model": .string(address.model), "sentences": .int(sentences)])
        return try await evaluate(system, source: .object(inputs), part: part, articles: articles, bank: bank, line: line) {
            try requests.map { request in
                let answer = try client.answer(to: request)
                return (answer?.text ?? "", answer?.finishReason == "length")
            }
        }
    }

    private func summarise(_ requests: [ChatRequest], with client: ChatClient, cell: Cell) async throws {
        let missing = try requests.filter { try client.answer(to: $0) == nil }
        let progress = try cell.progress(total: requests.count, completed: requests.count - missing.count, unit: "summaries")
        let batch = max(1, 4 * client.settings.concurrency)
        var open = OpenCalls()
        for start in stride(from: 0, to: missing.count, by: batch) {
            let some = Array(missing[start..<min(start + batch, missing.count)])
            guard try await open.answers({ try await client.answers(to: some) }) != nil else { continue }
            try progress.advance(by: some.count)
            try cell.checkInterruption()
        }
        try open.check()
        let answered = try requests.compactMap { try client.answer(to: $0) }
        let models = Dictionary(grouping: answered, by: \.reportedModel).map { "\($0.key): \($0.value.count)" }.sorted()
        cell.show("Answers by the model that the server reported: \(models.joined(separator: ", ")).")
    }
}
