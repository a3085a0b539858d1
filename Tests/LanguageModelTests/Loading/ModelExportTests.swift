import Foundation
import Testing

import Checkpoints
import LanguageModel
import Tokenization

@Suite struct ModelExportTests {
    private let folder: URL
    /// Set to keep the exports, for `Tests/CheckpointsTests/verify_exports.py`.
    private static let keep = ProcessInfo.processInfo.environment["PRECIS_EXPORTS"]

    init() throws {
        folder = Self.keep.map { URL(fileURLWithPath: $0) }
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("precis-exports-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func cleanUp() { if Self.keep == nil { try? FileManager.default.removeItem(at: folder) } }

    private func load(_ name: String) throws -> LoadedModel {
        try LoadedModel(path: #require(Bundle.module.url(forResource: "Fixtures/" + name, withExtension: nil)).path)
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func expectSame(_ a: LoadedModel, _ b: LoadedModel, relative tolerance: Float = 0) {
        #expect(a.configuration == b.configuration)
        #expect(a.chatTemplate.style == b.chatTemplate.style)
        for text in ["The heron on 12 roofs, <|im_end|> and\nthen", "a", ""] {
            #expect(a.tokenizer.encode(text) == b.tokenizer.encode(text))
            #expect(a.tokenizer.encode(text, parsingSpecialTokens: true) == b.tokenizer.encode(text, parsingSpecialTokens: true))
        }
        for tensor in ParameterLayout(a.configuration).tensors {
            let x = UnsafeBufferPointer(start: a.parameters.pointer + tensor.offset, count: tensor.count)
            let y = UnsafeBufferPointer(start: b.parameters.pointer + tensor.offset, count: tensor.count)
            let largest = x.lazy.map(\.magnitude).max() ?? 0
            let difference = zip(x, y).lazy.map { abs($0 - $1) }.max() ?? 0
            #expect(difference <= tolerance * largest, "\(tensor.name)")
        }
    }

    @Test(arguments: ["tiny-llama", "tiny-mistral"]) func folderRoundTrips(name: String) throws {
        defer { cleanUp() }
        let model = try load(name)
        let card = ModelCard(name: "Tiny \"test\" model", baseModel: name, license: "apache-2.0", tags: ["dpo"], body: "A test.")
        // The second export replaces the first.
        for (format, tolerance) in [(WeightFormat.float16, Float(0x1p-11)), (.bfloat16, 0x1p-8), (.float32, 0)] {
            try model.writeHuggingFaceFolder(to: path(name), weights: format, card: card)
            expectSame(model, try LoadedModel(path: path(name)), relative: tolerance)
        }
        let readme = try String(contentsOfFile: path(name) + "/README.md", encoding: .utf8)
        #expect(readme.hasPrefix("---\nlibrary_name: transformers\n") && readme.contains("# Tiny \"test\" model\n\nA test.\n"))
    }

    @Test(arguments: ["tiny-llama", "tiny-mistral"]) func ggufRoundTrips(name: String) throws {
        defer { cleanUp() }
        let model = try load(name)
        // Half a step of 1/127 of the largest value, and F16 where rows are not whole blocks.
        for (format, tolerance) in [(WeightFormat.float32, Float(0)), (.float16, 0x1p-11), (.q8_0, 0.6 / 127)] {
            let file = path("\(name)-\(format.rawValue).gguf")
            try model.writeGGUF(to: file, weights: format, name: name)
            expectSame(model, try LoadedModel(path: file), relative: tolerance)
        }
    }

    @Test func aFolderMadeFromAGGUFFileIsTheSameModel() throws {
        defer { cleanUp() }
        let model = try load("tiny-llama")
        try model.writeGGUF(to: path("model.gguf"), weights: .float32, name: "tiny")
        let reloaded = try LoadedModel(path: path("model.gguf"))
        try reloaded.writeHuggingFaceFolder(to: path("from-gguf"), card: ModelCard(name: "tiny", body: ""))
        expectSame(model, try LoadedModel(path: path("from-gguf")))
    }

    @Test func queriesAndKeysAreInterleavedInGGUF() throws {
        defer { cleanUp() }
        let model = try load("tiny-llama")
        try model.writeGGUF(to: path("rows.gguf"), weights: .float32, name: "tiny")
        let stored = try GGUFFile(path: path("rows.gguf")).read("blk.1.attn_k.weight")
        let key = ParameterLayout(model.configuration).layers[1].key
        let columns = model.configuration.hiddenSize
        // Head size 8: Hugging Face pairs rows 0 and 4 of a head, llama.cpp rows 0 and 1.
        for (ggufRow, row) in [(0, 0), (1, 4), (2, 1), (3, 5), (7, 7), (8, 8), (9, 12)] {
            let original = UnsafeBufferPointer(start: model.parameters.pointer + key.offset + row * columns, count: columns)
            #expect(Array(stored[ggufRow * columns..<(ggufRow + 1) * columns]) == Array(original), "row \(row)")
        }
        let value = try GGUFFile(path: path("rows.gguf")).read("blk.1.attn_v.weight")
        #expect(value == (try SafetensorsFolder(path: model.source.path).read("model.layers.1.self_attn.v_proj.weight")))
    }

    @Test func llama3RopeScalingSurvivesGGUF() throws {
        defer { cleanUp() }
        var model = try load("tiny-llama")
        // Llama 3's base, with which the longest wavelength is stretched in full even at this head size.
        model.configuration.ropeTheta = 500_000
        model.configuration.ropeScaling = .init(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192)
        try model.writeGGUF(to: path("rope.gguf"), weights: .float32, name: "tiny")
        #expect(try LoadedModel(path: path("rope.gguf")).configuration == model.configuration)
    }

    @Test func anExportDoesNotReplaceAFolderWithOtherFiles() throws {
        defer { cleanUp() }
        let target = path("mine")
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        try "precious".write(toFile: target + "/thesis.txt", atomically: true, encoding: .utf8)
        let model = try load("tiny-llama")
        #expect(throws: CheckpointError.self) {
            try model.writeHuggingFaceFolder(to: target, card: ModelCard(name: "tiny", body: ""))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["thesis.txt"])
    }

    @Test func theRealModelExports() throws {
        // Two gigabytes of files, so only when they are to be checked by verify_exports.py.
        guard Self.keep != nil, let source = ProcessInfo.processInfo.environment["PRECIS_MODEL"] else { return }
        let model = try LoadedModel(path: source)
        try model.writeHuggingFaceFolder(to: path("real"), card: ModelCard(name: "SmolLM2-135M-Instruct", body: "Exported."))
        for format in [WeightFormat.float16, .q8_0] {
            try model.writeGGUF(to: path("real-\(format.rawValue).gguf"), weights: format, name: "SmolLM2-135M-Instruct")
        }
    }
}
