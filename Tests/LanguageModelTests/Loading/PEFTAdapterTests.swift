import Foundation
import Testing

import Checkpoints
import LanguageModel

@Suite struct PEFTAdapterTests {
    private let layout: ParameterLayout
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("precis-adapter-\(UUID().uuidString)").path

    init() throws {
        let model = try #require(Bundle.module.url(forResource: "Fixtures/tiny-llama", withExtension: nil)).path
        layout = ParameterLayout(try ModelSource(path: model).loadWeights().configuration)
    }

    private func cleanUp() { try? FileManager.default.removeItem(atPath: folder) }

    private func adapter(rank: Int = 3, scale: Float = 2, targets: [AdapterTarget] = AdapterTarget.allCases) -> LowRankAdapter {
        let adapter = LowRankAdapter(layout: layout, rank: rank, scale: scale, dropout: 0.05, targets: targets, precision: .float32)
        for index in 0..<adapter.parameters.count { adapter.parameters.pointer[index] = Float(index % 101) / 64 - 0.5 }
        return adapter
    }

    private func read() throws -> LowRankAdapter { try LowRankAdapter(peftFolder: folder, layout: layout, precision: .float32) }

    @Test(arguments: [false, true]) func roundTrips(isRankStabilised: Bool) throws {
        defer { cleanUp() }
        let original = adapter(targets: [.query, .value, .down])
        try original.writePEFT(to: folder, baseModel: "tiny", isRankStabilised: isRankStabilised)
        let copy = try read()
        #expect(copy.rank == 3 && abs(copy.scale - 2) < 1e-6 && copy.dropout == 0.05)
        #expect(copy.placements.map(\.weightName) == original.placements.map(\.weightName))
        #expect(Array(copy.parameters.elements) == Array(original.parameters.elements))
    }

    /// PEFT's own adapters (r 4, alpha 8) among the fixtures of `AlignmentTests`; `PRECIS_EXPORTS` keeps the
    /// copies for `verify_exports.py`.
    @Test(arguments: [("adapter", Float(8) / 4), ("adapter-rslora", 8 / Float(4).squareRoot())])
    func readsWhatPEFTWroteAndWritesItBack(name: String, scale: Float) throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let source = tests.appendingPathComponent("AlignmentTests/Fixtures/tiny-llama/\(name)").path
        let adapter = try LowRankAdapter(peftFolder: source, layout: layout, precision: .float32)
        #expect(adapter.rank == 4 && adapter.scale == scale && adapter.placements.count == 14)
        let target = ProcessInfo.processInfo.environment["PRECIS_EXPORTS"].map { $0 + "/" + name } ?? folder
        defer { cleanUp() }
        try adapter.writePEFT(to: target, baseModel: "tiny-llama", isRankStabilised: name == "adapter-rslora")
        let names = try SafetensorsFile(path: source + "/adapter_model.safetensors")
        let copy = try SafetensorsFile(path: target + "/adapter_model.safetensors")
        #expect(copy.tensors.keys.sorted() == names.tensors.keys.sorted())
        for name in names.tensors.keys { #expect(try copy.read(name) == names.read(name)) }
    }

    @Test func namesAndShapesArePEFTs() throws {
        defer { cleanUp() }
        try adapter().writePEFT(to: folder, baseModel: "tiny")
        let file = try SafetensorsFile(path: folder + "/adapter_model.safetensors")
        #expect(file.tensors.count == 2 * 7 * 2)
        #expect(file.tensors["base_model.model.model.layers.1.mlp.down_proj.lora_A.weight"]?.shape == [3, 40])
        #expect(file.tensors["base_model.model.model.layers.1.mlp.down_proj.lora_B.weight"]?.shape == [32, 3])
    }

    @Test(arguments: [
        ("\"LORA\"", "\"IA3\"", CheckpointError.Kind.unsupported, "IA3"),
        ("\"use_dora\": false", "\"use_dora\": true", .unsupported, "use_dora"),
        ("\"bias\": \"none\"", "\"bias\": \"all\"", .unsupported, "biases"),
        ("\"rank_pattern\": {}", "\"rank_pattern\": {\"q_proj\": 8}", .unsupported, "rank_pattern"),
        ("\"modules_to_save\": null", "\"modules_to_save\": [\"lm_head\"]", .unsupported, "modules_to_save"),
        ("\"r\": 3", "\"r\": 0", .malformed, "r is absent"),
        ("\"r\": 3", "\"r\": 4", .shapeMismatch, "lora_A"),
        ("\"lora_alpha\": 6", "\"lora_alpha\": \"6\"", .malformed, "lora_alpha"),
        ("\"q_proj\",", "", .unsupported, "q_proj"),
        ("\"q_proj\"", "\"embed_tokens\"", .unsupported, "q_proj"),
    ])
    func brokenAdapters(old: String, new: String, kind: CheckpointError.Kind, words: String) throws {
        defer { cleanUp() }
        try adapter().writePEFT(to: folder, baseModel: "tiny")
        let file = folder + "/adapter_config.json"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.contains(old))
        try text.replacingOccurrences(of: old, with: new).write(toFile: file, atomically: true, encoding: .utf8)
        do {
            _ = try read()
            Issue.record("no error was thrown")
        } catch let error as CheckpointError {
            #expect(error.kind == kind && error.description.contains(words), "\(error)")
        }
    }
}
