import Endpoints
import Foundation
import Notebook

/// The remote models of a command line. Everything about them that can be wrong is found before any work starts.
final class EndpointClients {
    let baselines: [EndpointAddress]
    let judge: EndpointAddress?
    let meter: CostMeter
    private let settings: ChatClient.Settings
    private let key: APIKey?
    private var clients: [EndpointAddress: ChatClient] = [:]

    /// - Throws: `EndpointError`; `UserFailure` for a cost limit without prices.
    init(_ options: StudyOptions) throws {
        let endpoint = options.endpoints
        func address(_ text: String) throws -> EndpointAddress {
            try EndpointAddress(text, allowsInsecureHTTP: endpoint.allowInsecureHttp)
        }
        baselines = try endpoint.baseline.map { try address(String($0.dropFirst(EndpointOptions.prefix.count))) }
        judge = if case .endpoint(let text) = options.judge { try address(text) } else { nil }
        let prices = try PriceList(endpoint.endpointPrices)
        meter = CostMeter(prices: prices, limit: endpoint.maxCost)
        settings = endpoint.settings
        let all = baselines + (judge.map { [$0] } ?? [])
        if endpoint.maxCost != nil, let unpriced = all.first(where: { prices[$0.model] == nil }) {
            throw UserFailure(
                "cannot limit the cost", location: "--max-cost", why: "the price of \(unpriced.model) is not known",
                remedy: "add --endpoint-prices \(unpriced.model)=IN,OUT, in dollars per million tokens", exitStatus: .usage)
        }
        key = all.isEmpty ? nil : try APIKey(variable: endpoint.apiKeyVariable)
    }

    /// Tells runs with different baselines apart; `nil` without any.
    var baselineIdentity: KeyValue? { baselines.isEmpty ? nil : .array(baselines.map { .string($0.model) }) }

    func client(_ address: EndpointAddress, store: Store) -> ChatClient {
        if let client = clients[address] { return client }
        let client = ChatClient(
            address, key: key, store: EndpointAnswers(store: store), settings: settings, meter: meter,
            checkStop: { try Interruption.signals.check() })
        clients[address] = client
        return client
    }

    /// Calls, tokens and cost of a plan; `nil` where nothing is called.
    func summary(of calls: [PlannedCalls]) -> String? {
        guard !calls.isEmpty else { return nil }
        var lines: [String] = []
        var cost = 0.0
        var isPriced = true
        for (model, calls) in Dictionary(grouping: calls, by: \.model).sorted(by: { $0.key < $1.key }) {
            let count = calls.reduce(0) { $0 + $1.count }
            let prompt = calls.reduce(0) { $0 + $1.promptTokens }
            let completion = calls.reduce(0) { $0 + $1.completionTokens }
            var line = "\(model): at most \(count) calls, about \(prompt) prompt tokens and \(completion) answer tokens"
            if let prices = meter.prices[model] {
                let dollars = prices.cost(promptTokens: prompt, completionTokens: completion)
                cost += dollars
                line += String(format: ", about $%.2f", dollars)
            } else {
                isPriced = false
            }
            lines.append(line)
        }
        if !isPriced { lines.append("Cost: unknown; give --endpoint-prices [MODEL=]IN,OUT to see it.") }
        if let limit = meter.limit, cost > limit {
            lines.append(String(format: "That is more than --max-cost %.2f: the run would stop there, and continue with a higher limit.", limit))
        }
        return lines.joined(separator: "\n")
    }
}

/// Calls that a step would make, estimated: answers that are stored already are not counted out.
struct PlannedCalls {
    var model: String
    var count: Int
    var promptTokens: Int
    var completionTokens: Int
}

/// The workspace's store as the endpoints' memory.
struct EndpointAnswers: ResponseStore {
    let store: Store

    func answer(requestKey: String) throws -> StoredAnswer? {
        guard let row = try store.endpointAnswer(requestKey: requestKey) else { return nil }
        var usage: ChatResponse.Usage?
        if let prompt = row.promptTokens, let completion = row.completionTokens {
            usage = ChatResponse.Usage(promptTokens: prompt, completionTokens: completion)
        }
        return StoredAnswer(
            requestKey: row.requestKey, model: row.model, reportedModel: row.reportedModel, text: row.text,
            finishReason: row.finishReason, firstToken: try row.firstToken?.decode(), usage: usage)
    }

    func save(_ answer: StoredAnswer) throws {
        try store.save(
            endpointAnswer: EndpointAnswerRecord(
                requestKey: answer.requestKey, reportedModel: answer.reportedModel, model: answer.model, text: answer.text,
                finishReason: answer.finishReason, firstToken: try answer.firstToken.map { try JSONText(encoding: $0) },
                promptTokens: answer.usage?.promptTokens, completionTokens: answer.usage?.completionTokens))
    }
}
