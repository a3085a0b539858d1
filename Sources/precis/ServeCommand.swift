import ArgumentParser
import Endpoints
import Foundation
import LanguageModel
import Notebook
import Serving
import Study

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve a model with OpenAI's API on this machine.",
        discussion: """
            Answers /v1/chat/completions and /v1/completions (with streaming and log-probabilities), /v1/models and \
            /health. Requests of all clients are decoded together. Ctrl-C lets answers under way end.

            There is no authentication: whoever reaches the address can use the model.
            """)

    @OptionGroup var options: ModelOptions

    @Option(help: "Address to listen on, IPv4 or IPv6.")
    var host = "127.0.0.1"

    @Option(help: "Port; 0 takes one that is free.")
    var port: UInt16 = 8080

    @Option(help: "What requests call the model. Default: the file's or the adapter's name.")
    var modelName: String?

    @Flag(help: "Allow an address that other machines can reach.")
    var allowRemoteClients = false

    @Option(help: "Sequences decoded together.")
    var batchSize = 32

    @Option(help: "Requests that may wait for a place; more are answered with status 429.")
    var queue = 128

    @Option(help: "Longest answer, in tokens.")
    var maximumTokens = 2048

    @Option(help: "Longest request body, in kilobytes.")
    var maximumBody = 1024

    @Option(help: "Prompt tokens kept for requests that begin alike: a system prompt, an article asked about twice. 0 for none.")
    var promptCache = 4096

    func validate() throws {
        guard (1...512).contains(batchSize) else { throw ValidationError("--batch-size is between 1 and 512") }
        guard queue >= 1 else { throw ValidationError("--queue is at least 1") }
        guard maximumTokens >= 1 else { throw ValidationError("--maximum-tokens is at least 1") }
        guard (1...65_536).contains(maximumBody) else { throw ValidationError("--maximum-body is between 1 and 65536 kB") }
        guard (0...1_000_000).contains(promptCache) else { throw ValidationError("--prompt-cache is between 0 and 1000000 tokens") }
        guard allowRemoteClients || EndpointAddress.isLoopback(host) else {
            throw ValidationError("--host \(host) may be reached from other machines; add --allow-remote-clients to do so")
        }
    }

    func run() async throws {
        Interruption.handleSignals()
        let loaded = try options.load(into: .temporaryFile)
        let (host, port) = (host, port)
        let name = modelName ?? Self.name(of: options.adapter ?? loaded.source.path)
        let server = try Self.wrapping(host, port) {
            try CompletionServer(
                model: try options.engine(loaded), template: loaded.chatTemplate, modelName: name,
                host: host == "localhost" ? "127.0.0.1" : host, port: port,
                limits: ServerLimits(
                    batchSize: batchSize, queueLength: queue, maximumTokens: min(maximumTokens, loaded.configuration.contextLength),
                    bodySize: maximumBody << 10, promptCacheTokens: promptCache))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await server.run() } catch let error as ServerError { throw Self.failure(error, host, port) }
            }
            group.addTask {
                let shown = host.contains(":") ? "[\(host)]" : host
                Console().log("serving \(name) at http://\(shown):\(try await server.port())/v1")
            }
            group.addTask {
                while !Interruption.signals.isRequested { try await Task.sleep(for: .milliseconds(100)) }
                await server.stop()
            }
            // The server ends by itself only where it failed.
            try await group.waitForAll()
        }
        Console().log("stopped")
    }

    private static func name(of path: String) -> String {
        let file = URL(fileURLWithPath: path)
        return file.pathExtension == "gguf" ? file.deletingPathExtension().lastPathComponent : file.lastPathComponent
    }

    private static func wrapping<Value>(_ host: String, _ port: UInt16, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as ServerError { throw failure(error, host, port) }
    }

    private static func failure(_ error: ServerError, _ host: String, _ port: UInt16) -> UserFailure {
        UserFailure(
            "cannot serve", location: "\(host):\(port)", why: error.description,
            remedy: "give another --port (0 takes one that is free) or --host", exitStatus: .failed)
    }
}
