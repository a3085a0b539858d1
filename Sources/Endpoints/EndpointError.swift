/// What can go wrong between this program and an endpoint. No case ever carries the key.
public enum EndpointError: Error, Sendable, Hashable {
    case malformedAddress(String, reason: String)
    /// Plain http to another machine.
    case insecureAddress(host: String)
    case unusableKey(variable: String)
    case malformedPrices(String)
    /// The server understood and said no; asking again would change nothing.
    case refused(status: Int, endpoint: String, message: String)
    /// Calls that had no answer after every retry. `answered` counts this run's calls that had one.
    case unanswered(open: Int, answered: Int, endpoint: String, reason: String)
    /// The next call could have cost more than what is left.
    case costLimit(limit: Double, spent: Double, open: Int)
    /// The server does not take a field without which the request would mean something else.
    case unsupportedField(String, endpoint: String, message: String)
    /// Letters were asked for and the server returns no log-probabilities.
    case noLogProbabilities(endpoint: String, reason: String)

    public var what: String {
        switch self {
        case .malformedAddress, .insecureAddress: "cannot use this endpoint"
        case .unusableKey: "cannot use the API key"
        case .malformedPrices: "cannot read the prices"
        case .refused(let status, _, _): "the endpoint refused the request (HTTP \(status))"
        case .unanswered(let open, _, _, _): "the endpoint left \(open) call\(open == 1 ? "" : "s") unanswered"
        case .costLimit: "stopped before the cost limit"
        case .unsupportedField(let field, _, _): "the endpoint does not take \"\(field)\""
        case .noLogProbabilities: "the endpoint returns no log-probabilities"
        }
    }

    public var location: String? {
        switch self {
        case .malformedAddress(let text, _), .malformedPrices(let text): text
        case .insecureAddress(let host): "http://\(host)"
        case .unusableKey(let variable): "environment variable \(variable)"
        case .refused(_, let endpoint, _), .unanswered(_, _, let endpoint, _), .unsupportedField(_, let endpoint, _),
            .noLogProbabilities(let endpoint, _):
            endpoint
        case .costLimit: nil
        }
    }

    public var why: String {
        switch self {
        case .malformedAddress(_, let reason): reason
        case .insecureAddress: "plain http would send articles and the key readable over the network"
        case .unusableKey: "it has white space or characters outside ASCII"
        case .malformedPrices: "two numbers are needed: dollars per million prompt tokens and per million answer tokens"
        case .refused(_, _, let message), .unsupportedField(_, _, let message), .noLogProbabilities(_, let message): message
        case .unanswered(_, let answered, _, let reason):
            "every retry failed, last: \(reason)" + (answered > 0 ? "; \(answered) other calls were answered and are kept" : "")
        case .costLimit(let limit, let spent, let open):
            "\(Self.dollars(spent)) of \(Self.dollars(limit)) are spent, and the next of \(open) open calls could exceed the limit"
        }
    }

    public var remedy: String {
        switch self {
        case .malformedAddress: "give openai:MODEL@URL, e.g. openai:gpt-4o@https://api.openai.com/v1"
        case .insecureAddress: "use https://, a tunnel to localhost, or --allow-insecure-http in a network you trust"
        case .unusableKey: "set the variable to the key alone"
        case .malformedPrices: "give e.g. --endpoint-prices 2.50,10"
        case .refused(let status, _, _): Self.remedy(status)
        case .unanswered: "run the same command again; answered calls are not repeated"
        case .costLimit: "run the same command with a higher --max-cost; answered calls are not repeated"
        case .unsupportedField("temperature", _, _):
            "use a model that takes a temperature: judges and baselines are asked at temperature 0, as in the study"
        case .unsupportedField: Self.remedy(400)
        case .noLogProbabilities: "use --set judge.mode=text, or a server that supports \"top_logprobs\""
        }
    }

    private static func remedy(_ status: Int) -> String {
        switch status {
        case 401: "check that the API key variable (OPENAI_API_KEY, or the one of --api-key-variable) is set to a valid key for this URL"
        case 403: "check that the key's account may use this model"
        case 404: "check the model's name and that the URL ends where the API begins, e.g. https://host/v1"
        case 300..<400: "give the URL that it redirects to; redirects are not followed, so that no key goes to another server"
        case 402: "check the account's credit"
        default: "check the model's name, its context length and that the server takes OpenAI's chat completions"
        }
    }

    /// Whether some of the work was done and the same command would continue it.
    public var isIncomplete: Bool {
        switch self {
        case .unanswered(_, let answered, _, _): answered > 0
        case .costLimit: true
        default: false
        }
    }

    static func dollars(_ amount: Double) -> String {
        let cents = (amount * 10_000).rounded() / 10_000
        return "$\(cents)"
    }
}
