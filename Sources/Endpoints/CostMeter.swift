import Foundation
import Synchronization

/// Prices in dollars per million tokens.
public struct TokenPrices: Sendable, Hashable {
    public var prompt: Double
    public var completion: Double

    public init(prompt: Double, completion: Double) {
        self.prompt = prompt
        self.completion = completion
    }

    /// "2.50,10": prompt, answer.
    /// - Throws: `EndpointError.malformedPrices`.
    public init(_ text: String) throws(EndpointError) {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0.trimmingCharacters(in: .whitespaces)) }
        guard numbers.count == 2, let prompt = numbers[0], let completion = numbers[1], prompt >= 0, completion >= 0,
            prompt.isFinite, completion.isFinite
        else { throw .malformedPrices(text) }
        self.init(prompt: prompt, completion: completion)
    }

    /// Dollars.
    public func cost(promptTokens: Int, completionTokens: Int) -> Double {
        (Double(promptTokens) * prompt + Double(completionTokens) * completion) / 1_000_000
    }
}

/// Prices by model.
public struct PriceList: Sendable, Hashable {
    private var byModel: [String: TokenPrices] = [:]
    private var others: TokenPrices?

    public init(_ prices: TokenPrices? = nil) { others = prices }

    /// - Parameter entries: "IN,OUT" for every model, or "MODEL=IN,OUT".
    /// - Throws: `EndpointError.malformedPrices`.
    public init(_ entries: [String]) throws(EndpointError) {
        for entry in entries {
            if let equals = entry.lastIndex(of: "=") {
                byModel[String(entry[..<equals])] = try TokenPrices(String(entry[entry.index(after: equals)...]))
            } else {
                others = try TokenPrices(entry)
            }
        }
    }

    public subscript(model: String) -> TokenPrices? { byModel[model] ?? others }
}

/// What this run's calls were, and what they cost. A call is set aside at its worst price before it is sent, so
/// that calls under way cannot add up to more than the limit.
public final class CostMeter: Sendable {
    public struct Totals: Sendable, Hashable {
        /// Calls that were answered.
        public var calls = 0
        public var promptTokens = 0
        public var completionTokens = 0
        /// Dollars; 0 without prices.
        public var cost = 0.0
        var reserved = 0.0
    }

    public let prices: PriceList
    public let limit: Double?
    private let state = Mutex(Totals())

    /// - Parameter limit: dollars for every client that shares the meter; calls of models without prices count nothing.
    public init(prices: PriceList = PriceList(), limit: Double? = nil) {
        self.prices = prices
        self.limit = limit
    }

    public var totals: Totals { state.withLock { $0 } }

    /// Dollars set aside for a call, or `nil` where they would go over the limit. Twice the estimated prompt: the
    /// estimate is of English.
    func reserve(_ request: ChatRequest) -> Double? {
        guard let prices = prices[request.model] else { return 0 }
        let worst = prices.cost(promptTokens: 2 * request.estimatedPromptTokens, completionTokens: request.maximumTokens)
        return state.withLock { totals in
            if let limit, totals.cost + totals.reserved + worst > limit { return nil }
            totals.reserved += worst
            return worst
        }
    }

    func release(_ reserved: Double) { state.withLock { $0.reserved -= reserved } }

    /// Replaces what was set aside by what the server counted.
    func settle(_ reserved: Double, _ usage: ChatResponse.Usage, model: String) {
        let cost = prices[model]?.cost(promptTokens: usage.promptTokens, completionTokens: usage.completionTokens) ?? 0
        state.withLock { totals in
            totals.reserved -= reserved
            totals.cost += cost
            totals.calls += 1
            totals.promptTokens += usage.promptTokens
            totals.completionTokens += usage.completionTokens
        }
    }
}
