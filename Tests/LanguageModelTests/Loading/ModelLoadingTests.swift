import Foundation
import Testing

import Checkpoints
import LanguageModel
import Tokenization

/// A copy of a fixture folder in which a test may change files.
private final class ModelFolder {
    let path: String

    init(_ name: String) throws {
        let source = try #require(Bundle.module.url(forResource: "Fixtures/" + name, withExtension: nil))
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("precis-loading-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: source, to: url)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func edit(_ name: String, _ change: (String) -> String) throws {
        let file = path + "/" + name
        try change(try String(contentsOfFile: file, encoding: .utf8)).write(toFile: file, atomically: true, encoding: .utf8)
    }

    func expectError(
        _ kind: CheckpointError.Kind, mentioning words: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do {
            _ = try LoadedModel(path: path)
            Issue.record("no error was thrown", sourceLocation: sourceLocation)
        } catch let error as CheckpointError {
            #expect(error.kind == kind && error.description.contains(words), "\(error)", sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(error)", sourceLocation: sourceLocation)
        }
    }
}

@Suite struct ModelLoadingTests {
    @Test func llamaFolder() throws {
        let folder = try ModelFolder("tiny-llama")
        let model = try LoadedModel(path: folder.path)
        let expected = ModelConfiguration(
            vocabularyCount: 96, hiddenSize: 32, intermediateSize: 40, layerCount: 2, headCount: 4, keyValueHeadCount: 2,
            headSize: 8, ropeTheta: 10_000, normEpsilon: 1e-5, contextLength: 256, tiesEmbeddings: true)
        #expect(model.configuration == expected)
        #expect(model.chatTemplate.style == .smolLM2)
        #expect(model.tokenizer.endOfTurn == 2)
        #expect(model.contentHash.count == 64)
        let file = try SafetensorsFolder(path: folder.path)
        for tensor in ParameterLayout(model.configuration).tensors {
            let values = Array(UnsafeBufferPointer(start: model.parameters.pointer + tensor.offset, count: tensor.count))
            #expect(try file.read(tensor.name) == values, "\(tensor.name)")
        }
    }

    @Test func mistralFolder() throws {
        let folder = try ModelFolder("tiny-mistral")
        let configuration = try LoadedModel(path: folder.path).configuration
        let expected = ModelConfiguration(
            vocabularyCount: 96, hiddenSize: 24, intermediateSize: 32, layerCount: 2, headCount: 3, keyValueHeadCount: 1,
            headSize: 16, ropeTheta: 1_000_000, normEpsilon: 1e-6, contextLength: 256, slidingWindow: 7, tiesEmbeddings: false)
        #expect(configuration == expected)
    }

    @Test func llama3RopeScalingInEitherSpelling() throws {
        let folder = try ModelFolder("tiny-llama")
        let old = try ModelConfiguration(huggingFaceConfig: folder.path + "/config-llama3-rope.json")
        #expect(old.ropeScaling == .init(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 64))
        try folder.edit("config.json") {
            $0.replacingOccurrences(
                of: "\"rope_type\": \"default\"",
                with: #""rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64"#)
        }
        #expect(try ModelConfiguration(huggingFaceConfig: folder.path + "/config.json") == old)
    }

    @Test func theContentHashFollowsWeightsConfigurationAndTokenizer() throws {
        let folder = try ModelFolder("tiny-llama")
        let hash = try LoadedModel(path: folder.path).contentHash
        #expect(try LoadedModel(path: folder.path).contentHash == hash)
        let other = try ModelFolder("tiny-mistral")
        #expect(try LoadedModel(path: other.path).contentHash != hash)
        try folder.edit("tokenizer_config.json") { $0 + " " }
        #expect(try LoadedModel(path: folder.path).contentHash != hash)
    }

    @Test func aMistralWithoutTheKeyHasTheDefaultWindowAndNullMeansNone() throws {
        let folder = try ModelFolder("tiny-mistral")
        try folder.edit("config.json") { $0.replacingOccurrences(of: "\"sliding_window\": 7", with: "\"sliding_window\": null") }
        #expect(try LoadedModel(path: folder.path).configuration.slidingWindow == nil)
        try folder.edit("config.json") { $0.replacingOccurrences(of: "\"sliding_window\": null", with: "\"x\": 0") }
        #expect(try LoadedModel(path: folder.path).configuration.slidingWindow == 4096)
    }

    @Test(arguments: [
        ("\"LlamaForCausalLM\"", "\"Qwen2ForCausalLM\"", CheckpointError.Kind.unsupported, "Qwen2ForCausalLM"),
        ("\"silu\"", "\"gelu\"", .unsupported, "gelu"),
        ("\"attention_bias\": false", "\"attention_bias\": true", .unsupported, "attention_bias"),
        ("\"rope_type\": \"default\"", "\"rope_type\": \"yarn\"", .unsupported, "yarn"),
        ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", .missing, "model.layers.2."),
        ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", .unsupported, "model.layers.1."),
        ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 4000000000", .malformed, "number of layers"),
        ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": -1", .malformed, "number of layers"),
        ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": \"2\"", .malformed, "num_hidden_layers is not an integer"),
        ("\"hidden_size\": 32", "\"hidden_size\": 64", .shapeMismatch, "model.embed_tokens.weight"),
        ("\"hidden_size\": 32", "\"hidden_size\": 9223372036854775807", .malformed, "hidden size"),
        ("\"hidden_size\": 32,", "", .malformed, "has no hidden_size"),
        ("\"num_attention_heads\": 4", "\"num_attention_heads\": 0", .malformed, "num_attention_heads"),
        ("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3", .malformed, "evenly"),
        ("\"head_dim\": 8", "\"head_dim\": 7", .malformed, "even head size"),
        ("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false", .missing, "lm_head.weight"),
        ("{", "[", .malformed, "JSON"),
    ])
    func brokenConfigurations(old: String, new: String, kind: CheckpointError.Kind, words: String) throws {
        let folder = try ModelFolder("tiny-llama")
        try folder.edit("config.json") {
            #expect($0.contains(old))
            return $0.replacingOccurrences(of: old, with: new)
        }
        folder.expectError(kind, mentioning: words)
    }

    @Test func missingParts() throws {
        let folder = try ModelFolder("tiny-llama")
        try FileManager.default.removeItem(atPath: folder.path + "/model.safetensors")
        folder.expectError(.missing, mentioning: "model.safetensors")
        #expect(throws: CheckpointError.self) { try LoadedModel(path: "/nonexistent") }
        let other = try ModelFolder("tiny-llama")
        try other.edit("tokenizer_config.json") { $0.replacingOccurrences(of: "chat_template", with: "other_template") }
        other.expectError(.missing, mentioning: "states no chat template")
        #expect(try LoadedModel(path: other.path, chatTemplate: .smolLM2).chatTemplate.style == .smolLM2)
    }
}
