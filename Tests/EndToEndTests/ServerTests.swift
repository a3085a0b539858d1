import Foundation
import Testing

/// Servers of real models on loopback: `precis serve`, and llama.cpp's own.
/// `make test` installs what these tests need (`Scripts/install-server-checks.sh`); without it they fail.
@Suite(.serialized) struct ServerTests {
    private static var model: URL { Repository.cache.appendingPathComponent("SmolLM2-135M-Instruct.Q4_1.gguf") }
    private static var tools: URL { Repository.cache.appendingPathComponent("server-checks") }

    private static func requireTools() throws {
        try #require(
            FileManager.default.fileExists(atPath: tools.appendingPathComponent("complete").path),
            "the server checks are not installed in \(tools.path); sh Scripts/install-server-checks.sh installs them")
    }

    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        case precis, llamaCpp
        var testDescription: String { self == .precis ? "precis serve" : "llama.cpp" }

        /// Starts the server; the model is called `smollm2`.
        func start() async throws -> (server: RunningProgram, url: String) {
            let server: RunningProgram
            switch self {
            case .precis:
                server = try Program(product: "precis").start(["serve", "--model", model.path, "--port", "0", "--model-name", "smollm2"])
                try await server.wait(for: "/v1\n")
            case .llamaCpp:
                try requireTools()
                server = try Program(path: "/usr/bin/env").start(
                    [
                        "python3", "-m", "llama_cpp.server", "--model", model.path, "--model_alias", "smollm2", "--host", "127.0.0.1",
                        "--port", "0", "--n_ctx", "2048",
                    ], environment: ["PYTHONPATH": tools.path])
                try await server.wait(for: "Uvicorn running on")
            }
            let address = try #require(server.standardError.firstMatch(of: #/http://127\.0\.0\.1:[0-9]+/#))
            return (server, "\(address.output)/v1")
        }
    }

    /// Every call that the server offers, made by OpenAI's own client.
    @Test func openAIClient() async throws {
        try Self.requireTools()
        let (server, url) = try await Kind.precis.start()
        let client = try await Program(path: "/usr/bin/env").run(
            ["python3", Repository.file("Tests/EndToEndTests/Servers/openai_client.py").path, url],
            environment: ["PYTHONPATH": Self.tools.path], timeout: .seconds(300))
        #expect(client.exitCode == 0, "\(client) \(server.standardError)")
        #expect(client.standardOutput.contains("16 clients at once"))
        server.interrupt()
        let result = try await server.result()
        #expect(result.exitCode == 0 && result.standardError.contains("stopped"), "\(result)")
    }

    /// A model behind a server answers the judge's questions by letters and writes the 2-, 3- and 4-sentence rows; with
    /// the server gone, the same command finds everything done.
    @Test(arguments: Kind.allCases)
    func judgeAndBaseline(kind: Kind) async throws {
        let (server, url) = try await kind.start()
        let folder = try TemporaryFolder()
        let workspace = folder.url.appendingPathComponent("workspace")
        let key = "sk-test-\(UUID().uuidString)"
        let arguments =
            [
                "run", "--preset", "smoke", "--workspace", workspace.path, "--judge", "openai:smollm2@\(url)",
                "--baseline", "openai:smollm2@\(url)", "--endpoint-concurrency", "2",
            ]
            + [
                "judge.questions=cloze", "judge.mode=letter", "articles.train=2", "articles.development=1", "articles.test=1",
                "sampling.samples_per_article=2", "sampling.maximum_tokens=32",
            ].flatMap { ["--set", $0] }
        let program = try Program(product: "baseline")
        let run = try await program.run(arguments, environment: ["OPENAI_API_KEY": key], timeout: .seconds(600))
        try #require(run.exitCode == 0, "\(run) \(server.standardError.suffix(2000))")
        let calls = try await StoredAnswers.count(in: workspace)
        let letters = try await StoredAnswers.query("SELECT COUNT(*) FROM endpointAnswer WHERE firstToken LIKE '%top_logprobs%'", in: workspace)
        // Three summaries of one article; all other calls ask for a letter.
        #expect(calls > 30 && letters == "\(calls - 3)")
        // What a model of this size answers is its own affair; that its answers were taken is not.
        #expect(try await StoredAnswers.query("SELECT COUNT(*) > 5 FROM judgement", in: workspace) == "1")

        var outputs = run.standardOutput + run.standardError + server.standardOutput + server.standardError
        server.kill()
        _ = try await server.result()
        let again = try await program.run(arguments, environment: ["OPENAI_API_KEY": key], timeout: .seconds(120))
        #expect(again.exitCode == 0, "\(again)")
        outputs += again.standardOutput + again.standardError
        #expect(try await StoredAnswers.count(in: workspace) == calls)
        try expectNowhere(key, in: workspace, outputs)
        let results = try await Program(product: "precis").run(["export", "results", "--workspace", workspace.path])
        for sentences in 2...4 { #expect(results.standardOutput.contains("endpoint-smollm2-\(sentences)")) }
    }
}
