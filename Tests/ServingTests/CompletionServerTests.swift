import Foundation
import LanguageModel
import Serving
import Testing
import Tokenization

struct CompletionServerTests {
    static func chat(_ text: String, _ more: [String: Any] = [:]) -> [String: Any] {
        ["messages": [["role": "user", "content": text]], "max_tokens": 12, "temperature": 0].merging(more) { $1 }
    }

    @Test("Greedy chat is the engine's own answer, with its counts")
    func greedy() async throws {
        try await RunningServer.with { server in
            let expected = try server.expected("Hello", temperature: 0, maximumTokens: 12, seed: 1)
            let reply = try await server.post("/v1/chat/completions", Self.chat("Hello", ["model": "tiny"]))
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json")
            let choice = try #require(reply.choices.first)
            let message = try #require(choice["message"] as? [String: String])
            #expect(message == ["role": "assistant", "content": expected.text])
            #expect(choice["finish_reason"] as? String == expected.sequence.finishReason.rawValue)
            let usage = try #require(reply.json["usage"] as? [String: Int])
            let prompt = try server.loaded.chatTemplate.render([Message(role: .user, content: "Hello")], addGenerationPrompt: true)
            #expect(usage["prompt_tokens"] == prompt.count)
            #expect(usage["total_tokens"] == prompt.count + (usage["completion_tokens"] ?? 0))
            #expect(reply.json["model"] as? String == "tiny")
        }
    }

    @Test("Sixteen clients at once get what each would get alone")
    func concurrency() async throws {
        try await RunningServer.with(limits: ServerLimits(batchSize: 5)) { server in
            func ask(_ index: Int) async throws -> [String] {
                let reply = try await server.post(
                    "/v1/chat/completions", Self.chat("Question \(index)", ["temperature": 1, "seed": index, "n": 1 + index % 3, "max_tokens": 5 + index]))
                return reply.choices.compactMap { ($0["message"] as? [String: String])?["content"] }
            }
            var alone: [[String]] = []
            for index in 0..<16 { alone.append(try await ask(index)) }
            let together = try await withThrowingTaskGroup(of: (Int, [String]).self) { group in
                for index in 0..<16 { group.addTask { (index, try await ask(index)) } }
                var answers = [[String]](repeating: [], count: 16)
                for try await (index, answer) in group { answers[index] = answer }
                return answers
            }
            #expect(together == alone)
            #expect(alone.map(\.count) == (0..<16).map { 1 + $0 % 3 })
            #expect(Set(alone.flatMap { $0 }).count > 16, "seeds and prompts matter")
        }
    }

    @Test("A stream's pieces are the whole answer, ended by [DONE]", arguments: [1, 3])
    func streaming(count: Int) async throws {
        try await RunningServer.with { server in
            let body = Self.chat("Tell me", ["temperature": 1, "seed": 7, "n": count])
            let whole = try await server.post("/v1/chat/completions", body)
            let stream = try await server.post(
                "/v1/chat/completions", body.merging(["stream": true, "stream_options": ["include_usage": true]]) { $1 })
            #expect(stream.status == 200)
            #expect(stream.headers["content-type"] == "text/event-stream")
            #expect(stream.lines.last == "[DONE]")
            var texts = [String](repeating: "", count: count)
            var reasons = [String](repeating: "", count: count)
            for choice in stream.events.dropLast().compactMap({ ($0["choices"] as? [[String: Any]])?.first }) {
                let index = try #require(choice["index"] as? Int)
                texts[index] += (choice["delta"] as? [String: String])?["content"] ?? ""
                if let reason = choice["finish_reason"] as? String { reasons[index] += reason }
            }
            #expect(texts == whole.choices.compactMap { ($0["message"] as? [String: String])?["content"] })
            #expect(reasons == whole.choices.compactMap { $0["finish_reason"] as? String })
            #expect(stream.events.count > count, "more than one piece")
            #expect(stream.events.last?["usage"] as? [String: Int] == whole.json["usage"] as? [String: Int])
        }
    }

    @Test("Answers that ignore the end of sequence go on to the limit")
    func ignoredEnd() async throws {
        try await RunningServer.with { server in
            // Of many seeds, some answers end early by themselves.
            let body = Self.chat("Go on", ["temperature": 1, "seed": 3, "n": 12, "max_tokens": 60])
            let free = try await server.post("/v1/chat/completions", body)
            #expect(free.choices.contains { $0["finish_reason"] as? String == "stop" })
            let whole = try await server.post("/v1/chat/completions", body.merging(["ignore_eos": true]) { $1 })
            #expect(whole.choices.allSatisfy { $0["finish_reason"] as? String == "length" })
            #expect((whole.json["usage"] as? [String: Int])?["completion_tokens"] == 12 * 60)
        }
    }

    @Test("A prompt that is asked again, or goes on from an earlier one, is answered as by a server that keeps none")
    func promptCache() async throws {
        let begin = String(repeating: "A long beginning. ", count: 6)
        let prompts = [begin + "One", begin + "Two", begin + "One", begin + "One and more"]
        func answers(_ limits: ServerLimits) async throws -> [String] {
            try await RunningServer.with(limits: limits) { server in
                var texts: [String] = []
                for prompt in prompts {
                    let reply = try await server.post("/v1/chat/completions", Self.chat(prompt, ["temperature": 1, "seed": 5]))
                    texts.append((reply.choices.first?["message"] as? [String: String])?["content"] ?? "none: \(reply.errorMessage)")
                }
                return texts
            }
        }
        let kept = try await answers(ServerLimits())
        #expect(try await answers(ServerLimits(promptCacheTokens: 0)) == kept)
        #expect(kept[0] == kept[2] && Set(kept).count == 3 && !kept[0].hasPrefix("none"))
    }

    @Test("A stop text ends the answer before itself")
    func stop() async throws {
        try await RunningServer.with { server in
            let free = try server.expected("Count", temperature: 0, maximumTokens: 40, seed: 1).text
            try #require(free.count > 6)
            let start = free.index(free.startIndex, offsetBy: 3)
            let stop = String(free[start..<free.index(start, offsetBy: 2)])
            let reply = try await server.post("/v1/chat/completions", Self.chat("Count", ["max_tokens": 40, "stop": ["\u{1}never", stop]]))
            let text = (reply.choices.first?["message"] as? [String: String])?["content"] ?? "?"
            #expect(text == String(free[..<(try #require(free.range(of: stop)).lowerBound)]))
            #expect(reply.choices.first?["finish_reason"] as? String == "stop")
            let stream = try await server.post(
                "/v1/chat/completions", Self.chat("Count", ["max_tokens": 40, "stop": stop, "stream": true]))
            let streamed = stream.events.compactMap { ($0["choices"] as? [[String: Any]])?.first?["delta"] as? [String: String] }
                .compactMap { $0["content"] }.joined()
            #expect(streamed == text)
        }
    }

    @Test("Log-probabilities are the engine's")
    func logProbabilities() async throws {
        try await RunningServer.with { server in
            let expected = try server.expected("Why", temperature: 0, maximumTokens: 6, seed: 1).sequence
            let reply = try await server.post(
                "/v1/chat/completions", Self.chat("Why", ["max_tokens": 6, "logprobs": true, "top_logprobs": 4]))
            let content = try #require((reply.choices.first?["logprobs"] as? [String: Any])?["content"] as? [[String: Any]])
            let stops = server.loaded.chatTemplate.stopTokens
            #expect(content.count == expected.tokens.filter { !stops.contains($0) }.count)
            for (token, entry) in zip(expected.tokens, content) {
                #expect(entry["bytes"] as? [Int] == server.loaded.tokenizer.bytes(of: token).map { Int($0) })
                let top = try #require(entry["top_logprobs"] as? [[String: Any]])
                #expect(top.count == 4)
                #expect(top.first?["logprob"] as? Double == entry["logprob"] as? Double, "greedy takes the likeliest")
            }
            if expected.finishReason == .length {
                let sum = content.compactMap { $0["logprob"] as? Double }.reduce(0, +)
                #expect(abs(sum - expected.logProbability) < 1e-4)
            }
        }
    }

    @Test("Echo gives the prompt's own log-probabilities")
    func echo() async throws {
        try await RunningServer.with { server in
            let text = "The quick brown fox"
            let tokens = server.loaded.tokenizer.encode(text)
            var tree = TokenTree()
            tree.append(tokens, to: nil, isScored: true)
            let scores = try RunningServer.engine(server.loaded).score([tree])[0].logProbabilities[0]
            let reply = try await server.post("/v1/completions", ["prompt": text, "echo": true, "logprobs": 0, "max_tokens": 0])
            let choice = try #require(reply.choices.first)
            #expect(choice["text"] as? String == text)
            let logprobs = try #require(choice["logprobs"] as? [String: Any])
            let values = try #require(logprobs["token_logprobs"] as? [Any])
            #expect(values.count == tokens.count && values[0] is NSNull)
            for (value, score) in zip(values.dropFirst(), scores) { #expect(abs((value as? Double ?? 0) - Double(score)) < 1e-6) }
            let offsets = try #require(logprobs["text_offset"] as? [Int])
            #expect(offsets == (logprobs["tokens"] as? [String] ?? []).reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }.dropLast())

            let longer = try await server.post(
                "/v1/completions", ["prompt": tokens.map { Int($0) }, "echo": true, "max_tokens": 5, "temperature": 0])
            let whole = longer.choices.first?["text"] as? String ?? ""
            #expect(whole.hasPrefix(text) && whole.count > text.count)
        }
    }

    @Test("Models and health")
    func models() async throws {
        try await RunningServer.with { server in
            let list = try await server.get("/v1/models").json["data"] as? [[String: Any]]
            #expect(list?.map { $0["id"] as? String } == ["tiny"])
            #expect(try await server.get("/v1/models/tiny").json["id"] as? String == "tiny")
            #expect(try await server.get("/health").json["status"] as? String == "ok")
        }
    }

    @Test(
        "Wrong requests are told what is wrong",
        arguments: [
            (#"{"messages":[]}"#, 400, "messages"), ("{", 400, "JSON"), ("[1]", 400, ""), (#"{}"#, 400, "messages is missing"),
            (#"{"messages":[{"role":"user"}]}"#, 400, "content"), (#"{"messages":[{"role":"robot","content":"x"}]}"#, 400, "role"),
            (#"{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}"#, 400, "image_url"),
            (#"{"model":"other","messages":[{"role":"user","content":"x"}]}"#, 404, "other"),
            (#"{"temperature":-1,"messages":[{"role":"user","content":"x"}]}"#, 400, "temperature"),
            (#"{"temperature":"hot","messages":[{"role":"user","content":"x"}]}"#, 400, "temperature"),
            (#"{"top_p":0,"messages":[{"role":"user","content":"x"}]}"#, 400, "top_p"),
            (#"{"n":1000000,"messages":[{"role":"user","content":"x"}]}"#, 400, "n is"),
            (#"{"max_tokens":0,"messages":[{"role":"user","content":"x"}]}"#, 400, "max_tokens"),
            (#"{"max_tokens":99999999999,"messages":[{"role":"user","content":"x"}]}"#, 400, "max_tokens"),
            (#"{"stop":[""],"messages":[{"role":"user","content":"x"}]}"#, 400, "stop"),
            (#"{"logprobs":true,"top_logprobs":21,"messages":[{"role":"user","content":"x"}]}"#, 400, "20"),
            (#"{"frequency_penalty":1,"messages":[{"role":"user","content":"x"}]}"#, 400, "frequency_penalty"),
            (#"{"tools":[{"type":"function"}],"messages":[{"role":"user","content":"x"}]}"#, 400, "tools"),
        ])
    func wrongRequest(body: String, status: Int, mention: String) async throws {
        try await RunningServer.with { server in
            let reply = try await server.post("/v1/chat/completions", body: Data(body.utf8))
            #expect(reply.status == status)
            #expect(mention.isEmpty || reply.errorMessage.contains(mention), "\(reply.errorMessage)")
            #expect((reply.json["error"] as? [String: Any])?["type"] as? String == "invalid_request_error")
        }
    }

    @Test("Paths, methods, long prompts and long bodies")
    func limits() async throws {
        try await RunningServer.with(limits: ServerLimits(bodySize: 20_000)) { server in
            #expect(try await server.get("/v2").status == 404)
            #expect(try await server.get("/v1/chat/completions").status == 405)
            #expect(try await server.post("/health", [:]).status == 405)
            let tooLong = try await server.post("/v1/chat/completions", Self.chat(String(repeating: "word ", count: 300)))
            #expect(tooLong.status == 400)
            #expect((tooLong.json["error"] as? [String: Any])?["code"] as? String == "context_length_exceeded")
            let tooLarge = try await server.post("/v1/chat/completions", Self.chat(String(repeating: "x", count: 30_000)))
            #expect(tooLarge.status == 413)
            #expect(try await server.get("/health").status == 200, "the server goes on")
        }
    }

    @Test("A full queue sends clients away with Retry-After, and serves those it took")
    func queue() async throws {
        try await RunningServer.with(limits: ServerLimits(batchSize: 1, queueLength: 1)) { server in
            let replies = try await withThrowingTaskGroup(of: RunningServer.Reply.self) { group in
                for index in 0..<24 {
                    group.addTask {
                        try await server.post("/v1/chat/completions", Self.chat("Q \(index)", ["max_tokens": 120, "temperature": 1, "seed": index]))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let refused = replies.filter { $0.status == 429 }
            #expect(!refused.isEmpty)
            #expect(refused.allSatisfy { $0.headers["retry-after"] == "1" })
            #expect(replies.filter { $0.status == 200 }.count == 24 - refused.count)
            #expect(replies.contains { $0.status == 200 })
        }
    }
}
