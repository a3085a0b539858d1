import Foundation
import Preferences
import Tokenization

/// Reads an answer from the log-probabilities of its first token.
///
/// A chat API cannot begin the assistant's turn, so the opening is asked for in words after the conversation, and each
/// continuation's probability is that of the alternatives which begin it. A continuation that is in no
/// alternative gets the smallest log-probability shown: at most twenty alternatives are returned, and A to E and
/// "Unsure" are among them for any model that follows the request.
public struct EndpointLetterScorer: ContinuationScorer, Sendable {
    public let endpoint: ChatEndpoint
    /// The most that OpenAI's API gives.
    public static let alternatives = 20

    public init(endpoint: ChatEndpoint) { self.endpoint = endpoint }

    public var identity: String { endpoint.identity + " first-token letters 1" }

    /// - Throws: `EndpointError`; `.noLogProbabilities` where the server's answers have none.
    nonisolated(nonsending) public func logProbabilities(_ requests: [ContinuationRequest]) async throws -> [[Double]] {
        let answers = try await endpoint.client.answers(
            to: requests.map { request in
                ChatRequest(
                    model: endpoint.client.address.model, messages: Self.conversation(request), temperature: 0, maximumTokens: 1,
                    seed: endpoint.seed, topLogProbabilities: Self.alternatives)
            })
        return try zip(requests, answers).map { request, answer in
            guard let first = answer.firstToken, let shown = first.alternatives, !shown.isEmpty else {
                throw EndpointError.noLogProbabilities(
                    endpoint: endpoint.client.address.description,
                    reason: "its answer to a request with \"logprobs\": true has none for the first token")
            }
            return Self.scores(request.continuations, among: shown)
        }
    }

    static func conversation(_ request: ContinuationRequest) -> [Message] {
        let choices = request.continuations.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: ", ")
        let ask = "\n\nGive only what follows \"\(request.opening)\" in your answer: one of \(choices)."
        var conversation = request.conversation
        if let last = conversation.indices.last, conversation[last].role == .user {
            conversation[last].content += ask
        } else {
            conversation.append(Message(role: .user, content: ask.trimmingCharacters(in: .newlines)))
        }
        return conversation
    }

    /// Natural-log probability per continuation: the sum over alternatives that spell its beginning and that of no
    /// other ("A", " A", and "Un" for "Unsure").
    static func scores(_ continuations: [String], among shown: [ChatResponse.TokenLogProbability.Alternative]) -> [Double] {
        let names = continuations.map { $0.trimmingCharacters(in: .whitespaces) }
        let floor = shown.map(\.logprob).min() ?? -.infinity
        var sums = [Double](repeating: 0, count: names.count)
        for alternative in shown {
            let token = alternative.token.trimmingCharacters(in: CharacterSet(charactersIn: " \n\t\u{2581}\u{0120}().*\"'"))
            guard !token.isEmpty else { continue }
            let begun = names.indices.filter { names[$0] == token || (token.count > 1 && names[$0].hasPrefix(token)) || (names[$0].count > 1 && names[$0].hasPrefix(token)) }
            if begun.count == 1, let index = begun.first { sums[index] += exp(alternative.logprob) }
        }
        return sums.map { $0 > 0 ? log($0) : floor }
    }
}
