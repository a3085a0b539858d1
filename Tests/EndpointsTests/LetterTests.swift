import Endpoints
import Foundation
import Preferences
import Testing
import Tokenization

/// Answers by the first token's log-probabilities, in each of the forms that servers give them.
struct LetterTests {
    private static let request = ContinuationRequest(
        conversation: [Message(role: .user, content: "Pick one")], opening: "Q1)", continuations: [" A", " B", " C", " Unsure"])

    private static func scores(_ logprobs: String) async throws -> [Double] {
        let body = #"{"model":"m","choices":[{"message":{"content":"A"},"finish_reason":"length","logprobs":\#(logprobs)}]}"#
        let server = try FaultServer { _ in .status(200, body: body) }
        return try await EndpointLetterScorer(endpoint: ChatEndpoint(client: try client(server))).logProbabilities([request])[0]
    }

    @Test("The chat API's list, and the completions API's parallel lists of llama.cpp's Python server, say the same")
    func forms() async throws {
        // A: 0.5 and 0.125 as " A"; Unsure: 0.25 by its beginning; B and C are not shown: the smallest that is.
        let shown = [("A", log(0.5)), (" A", log(0.125)), ("Un", log(0.25)), ("The", log(0.0625))]
        let entries = shown.map { #"{"token":"\#($0.0)","logprob":\#($0.1),"bytes":null}"# }.joined(separator: ",")
        let pairs = shown.map { #""\#($0.0)":\#($0.1)"# }.joined(separator: ",")
        let expected = [log(0.625), log(0.0625), log(0.0625), log(0.25)]
        for form in [
            #"{"content":[{"token":"A","logprob":\#(log(0.5)),"bytes":[65],"top_logprobs":[\#(entries)]}],"refusal":null}"#,
            #"{"tokens":["A"],"text_offset":[3],"token_logprobs":[\#(log(0.5))],"top_logprobs":[{\#(pairs)}]}"#,
        ] {
            let scores = try await Self.scores(form)
            #expect(zip(scores, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(form): \(scores)")
        }
    }

    @Test("An answer without them ends the run with what to do", arguments: ["null", "{}", #"{"content":null}"#, #"{"content":[]}"#])
    func none(logprobs: String) async throws {
        let error = await #expect(throws: EndpointError.self) { try await Self.scores(logprobs) }
        #expect(error?.remedy.contains("judge.mode=text") == true)
    }
}
