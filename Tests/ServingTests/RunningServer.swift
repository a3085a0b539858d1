import Foundation
import LanguageModel
import Serving
import Tokenization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A server of the tiny random model on a loopback port, and requests to it.
struct RunningServer {
    let loaded: LoadedModel
    let server: CompletionServer
    let port: UInt16
    private let task: Task<Void, any Error>

    static var modelFolder: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("LanguageModelTests/Fixtures/tiny-llama").path
    }

    static func engine(_ loaded: LoadedModel) -> sending LanguageModel {
        LanguageModel(
            configuration: loaded.configuration, parameters: loaded.parameters, precision: .float32, pool: ThreadPool(threadCount: 1))
    }

    /// Runs `body` with a server that is stopped afterwards.
    static func with<Result>(
        limits: ServerLimits = ServerLimits(), _ body: (RunningServer) async throws -> Result
    ) async throws -> Result {
        let loaded = try LoadedModel(path: modelFolder)
        let server = try CompletionServer(
            model: engine(loaded), template: loaded.chatTemplate, modelName: "tiny", port: 0, limits: limits)
        let task = Task { try await server.run() }
        let running = RunningServer(loaded: loaded, server: server, port: try await server.port(), task: task)
        do {
            let result = try await body(running)
            await server.stop(grace: 1)
            return result
        } catch {
            await server.stop(grace: 1)
            throw error
        }
    }

    struct Reply {
        var status: Int
        var headers: [String: String]
        var body: Data

        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: body) as? [String: Any]) ?? [:] }
        var choices: [[String: Any]] { json["choices"] as? [[String: Any]] ?? [] }
        var errorMessage: String { (json["error"] as? [String: Any])?["message"] as? String ?? "" }
        /// Objects of server-sent events, without the closing one.
        var events: [[String: Any]] {
            lines.dropLast().compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
        }
        var lines: [String] {
            String(decoding: body, as: UTF8.self).components(separatedBy: "\n\n").filter { !$0.isEmpty }.map { String($0.dropFirst(6)) }
        }
    }

    func get(_ path: String) async throws -> Reply { try await send(URLRequest(url: url(path))) }

    func post(_ path: String, _ object: [String: Any]) async throws -> Reply {
        try await post(path, body: try JSONSerialization.data(withJSONObject: object))
    }

    func post(_ path: String, body: Data) async throws -> Reply {
        var request = URLRequest(url: url(path))
        request.httpMethod = "POST"
        request.httpBody = body
        return try await send(request)
    }

    private func url(_ path: String) -> URL {
        guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else { preconditionFailure("a path of the tests") }
        return url
    }

    private func send(_ request: URLRequest) async throws -> Reply {
        let (body, response) = try await URLSession.shared.data(for: request)
        guard let response = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        var headers: [String: String] = [:]
        for (name, value) in response.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
        return Reply(status: response.statusCode, headers: headers, body: body)
    }

    /// The engine's own answer to a user's turn, as the server's requests ask for it.
    func expected(_ text: String, temperature: Float, maximumTokens: Int, seed: UInt64) throws -> (text: String, sequence: SampledSequence) {
        let prompt = try loaded.chatTemplate.render([Message(role: .user, content: text)], addGenerationPrompt: true)
        var result: SampledSequence?
        try Self.engine(loaded).sample(
            [.init(prompt: prompt, settings: .init(temperature: temperature, maximumTokens: maximumTokens), seeds: [seed])],
            stopTokens: Set(loaded.chatTemplate.stopTokens)
        ) { result = $2 }
        guard let result else { throw URLError(.unknown) }
        return (loaded.tokenizer.decode(result.tokens), result)
    }
}
