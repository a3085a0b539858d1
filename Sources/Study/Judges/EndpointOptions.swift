import ArgumentParser
import Endpoints

/// Options of remote models, for `--judge openai:...` and `--baseline openai:...`.
public struct EndpointOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Compare with a remote model's 2-, 3- and 4-sentence summaries; may be repeated.", valueName: "openai:MODEL@URL"))
    public var baseline: [String] = []

    @Option(help: "Environment variable with the API key.")
    public var apiKeyVariable = APIKey.defaultVariable

    @Flag(help: "Allow plain http:// to other machines.")
    public var allowInsecureHttp = false

    @Option(help: "Calls under way at once.")
    public var endpointConcurrency = 8

    @Option(help: "Seconds for one call.")
    public var endpointTimeout = 120.0

    @Option(help: "Tries per call.")
    public var endpointAttempts = 6

    @Option(help: "Most calls a minute.")
    public var requestsPerMinute: Double?

    @Option(help: "Most tokens a minute.")
    public var tokensPerMinute: Double?

    @Option(help: ArgumentHelp("Dollars per million prompt and answer tokens; may be repeated per model.", valueName: "[MODEL=]IN,OUT"))
    public var endpointPrices: [String] = []

    @Option(help: "Stop before calls of this command cost more, in dollars. Needs --endpoint-prices.")
    public var maxCost: Double?

    public init() {}

    public func validate() throws {
        guard (1...256).contains(endpointConcurrency) else { throw ValidationError("--endpoint-concurrency is between 1 and 256") }
        guard endpointTimeout > 0, endpointTimeout <= 3600 else { throw ValidationError("--endpoint-timeout is between 0 and 3600 s") }
        guard (1...100).contains(endpointAttempts) else { throw ValidationError("--endpoint-attempts is between 1 and 100") }
        for (name, value) in [("requests-per-minute", requestsPerMinute), ("tokens-per-minute", tokensPerMinute), ("max-cost", maxCost)] {
            if let value, !(value > 0 && value.isFinite) { throw ValidationError("--\(name) is above 0") }
        }
        for text in baseline where !text.hasPrefix(Self.prefix) { throw ValidationError("--baseline \(text): give openai:MODEL@URL") }
    }

    static let prefix = "openai:"

    var settings: ChatClient.Settings {
        ChatClient.Settings(
            concurrency: endpointConcurrency, timeout: endpointTimeout, retries: RetryPolicy(attempts: endpointAttempts),
            rate: RateLimit(requestsPerMinute: requestsPerMinute, tokensPerMinute: tokensPerMinute))
    }
}
