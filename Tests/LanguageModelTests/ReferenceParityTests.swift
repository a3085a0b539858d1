import Checkpoints
import Foundation
import LanguageModel
import TestSupport
import Testing

/// The engine against transformers' float32 values (see Fixtures/README.md).
@Suite struct ReferenceParityTests {
    struct Logits: Decodable {
        var tokens: [[Int32]]
        var log_probs: [[Float]]
    }

    static func fixture(_ path: String) throws -> URL {
        try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil)).appendingPathComponent(path)
    }

    static func decode<Value: Decodable>(_ path: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: fixture(path)))
    }

    static func values(_ name: String, in file: SafetensorsFile) throws -> [Float] {
        let descriptor = try #require(file.tensors[name])
        var values = [Float](repeating: 0, count: descriptor.shape.reduce(1, *))
        try values.withUnsafeMutableBufferPointer { try file.read(name, into: $0) }
        return values
    }

    static func sequence(_ tokens: [Int32]) -> TokenTree {
        var tree = TokenTree()
        tree.append(tokens, to: nil, isScored: true)
        return tree
    }

    @Test(arguments: ["tiny-llama", "tiny-mistral"])
    func logitsOfTinyModels(name: String) throws {
        let (configuration, parameters) = try ModelSource(path: Self.fixture(name).path).loadWeights()
        let model = LanguageModel(
            configuration: configuration, parameters: parameters, precision: .float32, pool: ThreadPool(threadCount: 2))
        let expected: Logits = try Self.decode("\(name)/logits.json")
        let file = try SafetensorsFile(path: Self.fixture("\(name)/logits.safetensors").path)
        for (index, tokens) in expected.tokens.enumerated() {
            let tree = Self.sequence(tokens)
            let logits = try model.logits(tree)
            let reference = try Self.values("logits.\(index)", in: file)
            #expect(logits.count == reference.count)
            for (a, b) in zip(logits, reference) { #expect(abs(a - b) < 1e-4) }
            let scores = try model.score([tree])[0].logProbabilities[0]
            #expect(scores.count == expected.log_probs[index].count)
            for (a, b) in zip(scores, expected.log_probs[index]) { #expect(abs(a - b) < 1e-4) }
        }
    }

    @Test func llama3FrequencyScaling() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (source, name) in [("config-llama3-rope.json", "config.json"), ("model.safetensors", "model.safetensors")] {
            try FileManager.default.copyItem(
                at: Self.fixture("tiny-llama/\(source)"), to: folder.appendingPathComponent(name))
        }
        let (configuration, parameters) = try ModelSource(path: folder.path).loadWeights()
        #expect(configuration.ropeScaling != nil)
        let model = LanguageModel(
            configuration: configuration, parameters: parameters, precision: .float32, pool: ThreadPool(threadCount: 1))
        let expected: Logits = try Self.decode("tiny-llama/logits-llama3-rope.json")
        for (tokens, reference) in zip(expected.tokens, expected.log_probs) {
            let scores = try model.score([Self.sequence(tokens)])[0].logProbabilities[0]
            #expect(scores.count == reference.count)
            for (a, b) in zip(scores, reference) { #expect(abs(a - b) < 1e-4) }
        }
    }
}

/// SmolLM2-135M-Instruct itself, from the cache folder that `make setup` fills.
@Suite(.serialized) struct RealModelParityTests {
    static let loaded = Result { try LoadedModel(path: CachedModel.path()) }

    static func model(_ precision: Precision) throws -> LanguageModel {
        let loaded = try loaded.get()
        return LanguageModel(
            configuration: loaded.configuration, parameters: loaded.parameters, precision: precision,
            pool: ThreadPool(threadCount: 2))
    }

    struct Row: Decodable {
        var tokens: [Int32]
        var log_probs: [Float]
    }

    /// Rule 12: with query and key rows in the wrong order the model still runs, far from these values.
    @Test func rule12_logProbabilitiesOf20Texts() throws {
        let rows: [Row] = try ReferenceParityTests.decode("smollm2-log-probs.json")
        #expect(rows.count == 20)
        let scores = try Self.model(.float32).score(rows.map { ReferenceParityTests.sequence($0.tokens) })
        for (row, score) in zip(rows, scores) {
            #expect(score.logProbabilities[0].count == row.log_probs.count)
            for (a, b) in zip(score.logProbabilities[0], row.log_probs) { #expect(abs(a - b) < 2e-3) }
        }
    }

    /// bfloat16 operands against float32, in nats per token. Measured on these texts: root mean square 0.022,
    /// largest 0.15 (on tokens of very low probability).
    @Test func bfloat16StaysNearFloat32() throws {
        let rows: [Row] = try ReferenceParityTests.decode("smollm2-log-probs.json")
        let scores = try Self.model(.bfloat16).score(rows.map { ReferenceParityTests.sequence($0.tokens) })
        let differences = zip(rows, scores).flatMap { row, score in
            zip(score.logProbabilities[0], row.log_probs).map { Double($0 - $1) }
        }
        let rms = (differences.reduce(0) { $0 + $1 * $1 } / Double(differences.count)).squareRoot()
        #expect(rms < 0.03, "root mean square \(rms)")
        let near = Double(differences.count { abs($0) < 0.06 }) / Double(differences.count)
        #expect(near > 0.95, "share within 0.06: \(near)")
        #expect(differences.allSatisfy { abs($0) < 0.3 }, "largest \(differences.map(abs).max() ?? 0)")
    }

    struct Continuation: Decodable {
        var user: String
        var prompt: [Int32]
        var continuation: [Int32]
    }

    @Test func greedyContinuationsOf10Prompts() throws {
        let rows: [Continuation] = try ReferenceParityTests.decode("smollm2-greedy.json")
        #expect(rows.count == 10)
        let template = try Self.loaded.get().chatTemplate
        for row in rows {
            let ids = try template.render([.init(role: .user, content: row.user)], addGenerationPrompt: true)
            #expect(ids == row.prompt)
        }
        let requests = rows.map {
            SamplingRequest(prompt: $0.prompt, settings: .greedy(maximumTokens: 64), seeds: [0])
        }
        var found = [[Int32]](repeating: [], count: rows.count)
        try Self.model(.float32).sample(requests, stopTokens: Set(template.stopTokens)) { request, _, sequence in
            found[request] = sequence.tokens
        }
        for (row, tokens) in zip(rows, found) { #expect(tokens == row.continuation, "\(row.user)") }
    }
}
