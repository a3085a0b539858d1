import Endpoints
import Foundation
import Synchronization
import Testing

/// Servers that take other fields than the usual.
struct DialectTests {
    /// Answers requests without `refused`, and refuses the others with `body`.
    private static func server(refusing refused: String, status: Int = 400, _ body: String) throws -> FaultServer {
        try FaultServer { $0.json[refused] == nil ? .text("fine") : .status(status, body: body) }
    }

    /// As OpenAI's API words it.
    private static func unsupported(_ field: String, _ message: String, code: String = "unsupported_parameter") -> String {
        #"{"error":{"message":"\#(message)","type":"invalid_request_error","param":"\#(field)","code":"\#(code)"}}"#
    }

    private static let limit = unsupported(
        "max_tokens", "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")

    @Test("The token limit takes its newer name once it is refused, and keeps it")
    func maximumCompletionTokens() async throws {
        let server = try Self.server(refusing: "max_tokens", Self.limit)
        let store = MemoryStore()
        let asked = try client(server, store: store, concurrency: 1)
        let requests = (0..<10).map { request("prompt \($0)", maximumTokens: 33) }
        let answers = try await asked.answers(to: requests)
        #expect(answers.count == 10 && store.saved.count == 10)
        #expect(server.requests.count == 11, "one refusal")
        #expect(server.requests.dropFirst().allSatisfy { $0.json["max_completion_tokens"] as? Int == 33 && $0.json["max_tokens"] == nil })
        // A run that starts with the older name again finds the same answers.
        #expect(try await client(server, store: store).answers(to: requests) == answers)
        #expect(server.requests.count == 11)
    }

    @Test("Calls that are refused together are all made again")
    func refusedTogether() async throws {
        let server = try Self.server(refusing: "max_tokens", Self.limit)
        let answers = try await client(server, concurrency: 8).answers(to: (0..<30).map { request("prompt \($0)") })
        #expect(answers.count == 30)
        #expect(server.requests.count <= 30 + 8)
    }

    @Test(
        "A seed that is refused is left out",
        arguments: [
            (400, unsupported("seed", "Unrecognized request argument supplied: seed", code: "unknown_parameter")),
            (422, #"{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted","input":1}]}"#),
            (400, #"{"object":"error","message":"seed is not supported by this backend","code":400}"#),
        ])
    func seed(status: Int, body: String) async throws {
        let server = try Self.server(refusing: "seed", status: status, body)
        var seeded = request("hello")
        seeded.seed = 7
        let answers = try await client(server).answers(to: [seeded])
        #expect(answers.map(\.text) == ["fine"])
        #expect(server.requests.map { $0.json["seed"] as? Int } == [7, nil])
    }

    @Test(
        "Log-probabilities that are refused end the run with what to do",
        arguments: [
            (400, unsupported("logprobs", "'logprobs' is not supported with this model")),
            (500, #"{"error":{"message":"logprobs is not supported for models created with logits_all=False","type":"internal_server_error"}}"#),
            (422, #"{"detail":[{"type":"extra_forbidden","loc":["body","top_logprobs"],"msg":"Extra inputs are not permitted"}]}"#),
        ])
    func logProbabilities(status: Int, body: String) async throws {
        let server = try Self.server(refusing: "logprobs", status: status, body)
        var scored = request("hello")
        scored.topLogProbabilities = 20
        let error = await #expect(throws: EndpointError.self) { try await client(server).answers(to: [scored]) }
        guard case .noLogProbabilities = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.remedy.contains("judge.mode=text") == true)
        #expect(server.requests.count == 1, "asking again would change nothing")
    }

    @Test("A temperature that is refused is not changed in silence")
    func temperature() async throws {
        let server = try Self.server(
            refusing: "temperature",
            Self.unsupported("temperature", "Unsupported value: 'temperature' does not support 0 with this model.", code: "unsupported_value"))
        let error = await #expect(throws: EndpointError.self) { try await client(server).answers(to: [request("hello")]) }
        guard case .unsupportedField("temperature", _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isIncomplete == false)
    }

    @Test(
        "A value out of its range, or a server that takes neither name, is a refusal as any other",
        arguments: [
            unsupported("max_tokens", "max_tokens is too large: 20. This model supports at most 10 completion tokens", code: "invalid_value"),
            #"{"error":{"message":"this model's maximum context length is 10 tokens","param":null,"code":"context_length_exceeded"}}"#,
        ])
    func otherRefusals(body: String) async throws {
        let server = try FaultServer { _ in .status(400, body: body) }
        let error = await #expect(throws: EndpointError.self) { try await client(server).answers(to: [request("hello")]) }
        guard case .refused(400, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(server.requests.count == 1)

        let stubborn = try FaultServer { request in
            .status(400, body: Self.unsupported(request.json["max_tokens"] == nil ? "max_completion_tokens" : "max_tokens", "not supported"))
        }
        await #expect(throws: EndpointError.self) { try await client(stubborn).answers(to: [request("hello")]) }
        #expect(stubborn.requests.count == 2)
    }
}
