/// An error as OpenAI's API words it.
struct APIError: Error, Hashable {
    var status: Int
    var message: String
    /// `invalid_request_error`, `rate_limit_error`, `server_error`.
    var type: String
    /// The request's field concerned.
    var parameter: String?
    var code: String?
    /// Seconds.
    var retryAfter: Int?

    static func invalid(_ message: String, _ parameter: String? = nil, code: String? = nil, status: Int = 400) -> APIError {
        APIError(status: status, message: message, type: "invalid_request_error", parameter: parameter, code: code)
    }

    static func contextLength(prompt: Int, limit: Int) -> APIError {
        invalid(
            "the prompt has \(prompt) tokens and leaves no room for an answer in the model's context of \(limit)", "messages",
            code: "context_length_exceeded")
    }

    static let queueFull = APIError(
        status: 429, message: "too many requests are waiting; try again in a second", type: "rate_limit_error", code: "queue_full", retryAfter: 1)
    static let shuttingDown = APIError(
        status: 503, message: "the server is shutting down", type: "server_error", code: "shutting_down", retryAfter: 5)
}
