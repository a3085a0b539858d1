import Testing

import Checkpoints

@Suite struct SafetensorsTests {
    @Test func readsWhatThePythonPackageWrote() throws {
        let file = try SafetensorsFile(path: fixture("mixed.safetensors"))
        #expect(file.metadata == ["format": "np"])
        #expect(file.tensors["a"]?.shape == [2, 3])
        #expect(try file.read("a") == (0..<6).map { Float($0) / 3 })
        #expect(try file.read("b") == (0..<6).map { Float(Float16(Float($0) / 3)) })
        #expect(try file.read("empty") == [])
        #expect(file.tensors["steps"]?.type == .i64)
        expectError(.unsupported, mentioning: "I64") { () throws(CheckpointError) in try file.read("steps") }
    }

    private func expect(
        _ kind: CheckpointError.Kind, _ header: String, data: Int = 8, mentioning words: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var bytes: [UInt8] = []
        bytes.append(string: header)
        bytes += [UInt8](repeating: 0, count: data)
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes)
        expectError(kind, mentioning: words, sourceLocation: sourceLocation) { () throws(CheckpointError) in
            try SafetensorsFile(path: path)
        }
    }

    @Test func brokenHeaders() throws {
        try expect(.wrongFormat, "[]", mentioning: "not a JSON object")
        try expect(.wrongFormat, "")
        try expect(.malformed, "{", mentioning: "JSON")
        try expect(.malformed, "{} x", mentioning: "after the end")
        try expect(.malformed, #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], }}"#)
        try expect(.malformed, #"{"a": {"shape": [2], "data_offsets": [0, 8]}}"#, mentioning: "no dtype")
        try expect(.unsupported, #"{"a": {"dtype": "Q8_0", "shape": [32], "data_offsets": [0, 34]}}"#, mentioning: "dtype Q8_0")
        try expect(.unsupported, #"{"a": {"dtype": "F8_E4M3", "shape": [8], "data_offsets": [0, 8]}}"#)
        try expect(.malformed, #"{"a": {"dtype": "F32", "data_offsets": [0, 8]}}"#, mentioning: "no shape")
        try expect(.malformed, #"{"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}"#, mentioning: "impossible")
        try expect(.malformed, #"{"a": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 8]}}"#)
        try expect(.malformed, #"{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}"#, mentioning: "12 bytes")
        try expect(.malformed, #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}"#)
        try expect(.malformed, #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8, 9]}}"#)
        try expect(.truncated, #"{"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}"#)
        try expect(.malformed, #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [9223372036854775799, 9223372036854775807]}}"#)
        try expect(
            .duplicateName, #"{"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}, "a": {"dtype": "U8", "shape": [4], "data_offsets": [4, 8]}}"#)
        try expect(
            .malformed, #"{"a": {"dtype": "U8", "shape": [6], "data_offsets": [0, 6]}, "b": {"dtype": "U8", "shape": [4], "data_offsets": [4, 8]}}"#,
            mentioning: "overlaps")
        try expect(
            .malformed, #"{"a": {"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}, "b": {"dtype": "U8", "shape": [4], "data_offsets": [4, 8]}}"#,
            mentioning: "gap")
        try expect(.malformed, #"{"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}"#, mentioning: "4 bytes belong to no tensor")
        try expect(.malformed, String(repeating: #"{"a":"#, count: 1000), mentioning: "nested")
    }

    @Test func headerLengthBeyondTheFileOrTheLimit() throws {
        let folder = try TemporaryFolder()
        for (length, kind) in [(UInt64.max, CheckpointError.Kind.wrongFormat), (100_000_001, .wrongFormat), (1_000, .truncated)] {
            var bytes: [UInt8] = []
            bytes.append(length)
            bytes += Array("{}".utf8)
            let path = try folder.write(bytes)
            expectError(kind) { () throws(CheckpointError) in try SafetensorsFile(path: path) }
        }
        let path = try folder.write([1, 2, 3])
        expectError(.truncated) { () throws(CheckpointError) in try SafetensorsFile(path: path) }
    }

    @Test func everyTruncationIsAnError() throws {
        let whole = try bytes(ofFile: fixture("mixed.safetensors"))
        let folder = try TemporaryFolder()
        for length in 0..<whole.count {
            let path = try folder.write(Array(whole.prefix(length)))
            expectError(.truncated) { () throws(CheckpointError) in try SafetensorsFile(path: path) }
        }
    }
}

@Suite struct SafetensorsFolderTests {
    private func shards(_ index: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let shard = try bytes(ofFile: fixture("mixed.safetensors"))
        try folder.write(shard, to: "model-00001-of-00001.safetensors")
        try folder.write(index, to: "model.safetensors.index.json")
        return folder
    }

    @Test func readsThroughTheIndex() throws {
        let folder = try shards(#"{"metadata": {}, "weight_map": {"a": "model-00001-of-00001.safetensors"}}"#)
        let file = try SafetensorsFolder(path: folder.path)
        #expect(file.tensors.keys.sorted() == ["a"])
        #expect(try file.read("a").count == 6)
        expectError(.missing) { () throws(CheckpointError) in try file.read("b") }
    }

    @Test(arguments: [
        (#"{"weight_map": {"a": "../secret.safetensors"}}"#, CheckpointError.Kind.malformed),
        (#"{"weight_map": {"a": "/etc/passwd"}}"#, .malformed),
        (#"{"weight_map": {"a": 7}}"#, .malformed),
        (#"{"weight_map": {}}"#, .malformed),
        (#"{}"#, .malformed),
        (#"{"weight_map": {"a": "model-00002-of-00002.safetensors"}}"#, .unreadable),
        (#"{"weight_map": {"z": "model-00001-of-00001.safetensors"}}"#, .missing),
    ])
    func brokenIndex(index: String, kind: CheckpointError.Kind) throws {
        let folder = try shards(index)
        expectError(kind) { () throws(CheckpointError) in try SafetensorsFolder(path: folder.path) }
    }

    @Test func emptyFolder() throws {
        let folder = try TemporaryFolder()
        expectError(.missing, mentioning: "model.safetensors") { () throws(CheckpointError) in
            try SafetensorsFolder(path: folder.path)
        }
    }
}
