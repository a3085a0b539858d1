import Testing

import Checkpoints

@Suite struct GGUFFileTests {
    @Test func metadataKeepsTypesAndExtremes() throws {
        let file = try GGUFFile(path: fixture("scalars.gguf"))
        #expect(file.version == 3)
        #expect(file.keys.first == "general.architecture")
        let expected: [String: GGUFValue] = [
            "general.architecture": .string("llama"), "k.uint8": .uint8(255), "k.int8": .int8(-128), "k.uint16": .uint16(65535),
            "k.int16": .int16(-32768), "k.uint32": .uint32(.max), "k.int32": .int32(.min), "k.float32": .float32(1.5),
            "k.uint64": .uint64(.max), "k.int64": .int64(.min), "k.float64": .float64(1e-300), "k.bool": .bool(true),
            "k.string": .string("naïve 東京\n"),
            "k.strings": .array(of: .string, [.string("a"), .string(""), .string("Ġc")]),
            "k.integers": .array(of: .int32, [.int32(3), .int32(-1), .int32(4)]),
            "k.floats": .array(of: .float32, [.float32(0.25), .float32(-2)]),
        ]
        #expect(file.metadata == expected)
        #expect(file.metadata["k.uint64"]?.integer == nil)
        #expect(file.metadata["k.integers"]?.integers == [3, -1, 4])
        #expect(file.metadata["k.strings"]?.strings == ["a", "", "Ġc"])
    }

    @Test func shapesAreOutermostFirst() throws {
        let file = try GGUFFile(path: fixture("quantized.gguf"))
        #expect(file.names.first == "f32")
        #expect(file.tensors["q4_1"]?.shape == [3, 96])
        #expect(file.tensors["q6_k"]?.shape == [2, 512])
        #expect(file.tensors["q4_1"]?.byteCount == 3 * 96 / 32 * 20)
    }

    @Test func missingFileSaysSo() {
        expectError(.unreadable, mentioning: "No such file") { () throws(CheckpointError) in
            try GGUFFile(path: "/nonexistent/model.gguf")
        }
    }

    @Test func missingTensorSaysSo() throws {
        let file = try GGUFFile(path: fixture("quantized.gguf"))
        expectError(.missing, mentioning: "output.weight") { () throws(CheckpointError) in try file.read("output.weight") }
    }

    @Test func aFolderIsNoFile() throws {
        let folder = try TemporaryFolder()
        expectError(.unreadable, mentioning: "not a regular file") { () throws(CheckpointError) in
            try GGUFFile(path: folder.path)
        }
    }
}
