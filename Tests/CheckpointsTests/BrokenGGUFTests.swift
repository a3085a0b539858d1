import Testing

import Checkpoints

/// A GGUF file put together field by field, so that each field can be wrong.
private struct GGUFBytes {
    var magic: UInt32 = 0x4655_4747
    var version: UInt32 = 3
    var tensorCount: UInt64?
    var keyCount: UInt64?
    var keys: [[UInt8]] = []
    var tensors: [[UInt8]] = []
    var data = [UInt8](repeating: 0, count: 64)
    var alignment = 32

    static func key(_ name: String, type: UInt32, value: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(string: name)
        bytes.append(type)
        value(&bytes)
        return bytes
    }

    static func tensor(_ name: String = "t", dimensions: [UInt64] = [8], type: UInt32 = 0, offset: UInt64 = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(string: name)
        bytes.append(UInt32(dimensions.count))
        for dimension in dimensions { bytes.append(dimension) }
        bytes.append(type)
        bytes.append(offset)
        return bytes
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(magic)
        bytes.append(version)
        bytes.append(tensorCount ?? UInt64(tensors.count))
        bytes.append(keyCount ?? UInt64(keys.count))
        for entry in keys + tensors { bytes += entry }
        bytes += [UInt8](repeating: 0, count: (alignment - bytes.count % alignment) % alignment)
        return bytes + data
    }
}

@Suite struct BrokenGGUFTests {
    private func expect(
        _ kind: CheckpointError.Kind, mentioning words: String = "", sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout GGUFBytes) -> Void
    ) throws {
        var file = GGUFBytes()
        file.tensors = [GGUFBytes.tensor()]
        change(&file)
        let folder = try TemporaryFolder()
        let path = try folder.write(file.bytes)
        expectError(kind, mentioning: words, sourceLocation: sourceLocation) { () throws(CheckpointError) in
            try GGUFFile(path: path)
        }
    }

    @Test func theUnchangedFileIsRead() throws {
        var file = GGUFBytes()
        file.tensors = [GGUFBytes.tensor()]
        let folder = try TemporaryFolder()
        #expect(try GGUFFile(path: folder.write(file.bytes)).read("t") == [Float](repeating: 0, count: 8))
    }

    @Test func header() throws {
        try expect(.wrongFormat, mentioning: "GGUF") { $0.magic = 0x1234 }
        try expect(.unsupported, mentioning: "version 1") { $0.version = 1 }
        try expect(.unsupported, mentioning: "version 4") { $0.version = 4 }
        try expect(.unsupported, mentioning: "big-endian") { $0.version = 3 << 24 }
        try expect(.truncated, mentioning: "number of tensors") { $0.tensorCount = .max }
        try expect(.truncated, mentioning: "number of tensors") { $0.tensorCount = 1 << 40 }
        try expect(.truncated, mentioning: "number of metadata keys") { $0.keyCount = .max }
    }

    @Test func metadata() throws {
        try expect(.truncated, mentioning: "a metadata key") { $0.keys = [GGUFBytes.key("k", type: 0) { _ in }]; $0.keys[0][7] = 0xff }
        try expect(.unsupported, mentioning: "unknown type 13") { $0.keys = [GGUFBytes.key("k", type: 13) { $0.append(UInt64(0)) }] }
        try expect(.malformed, mentioning: "no boolean") { $0.keys = [GGUFBytes.key("k", type: 7) { $0.append(UInt8(2)) }] }
        try expect(.truncated) { $0.keys = [GGUFBytes.key("k", type: 8) { $0.append(UInt64.max) }] }
        try expect(.duplicateName, mentioning: "occurs twice") {
            $0.keys = [GGUFBytes.key("k", type: 0) { $0.append(UInt8(1)) }, GGUFBytes.key("k", type: 0) { $0.append(UInt8(1)) }]
        }
        for length in [UInt64.max, 1 << 61, 1 << 32] {
            try expect(.truncated, mentioning: "length of metadata") {
                $0.keys = [GGUFBytes.key("k", type: 9) { $0.append(UInt32(4)); $0.append(length) }]
            }
        }
        try expect(.unsupported, mentioning: "array of arrays") {
            $0.keys = [GGUFBytes.key("k", type: 9) { $0.append(UInt32(9)); $0.append(UInt64(1)) }]
        }
        try expect(.malformed, mentioning: "not valid UTF-8") { $0.keys = [GGUFBytes.key("k", type: 0) { $0.append(UInt8(1)) }]; $0.keys[0][8] = 0xff }
        for alignment in [UInt32(0), 3, 48, 1 << 31] {
            try expect(.malformed, mentioning: "power of two") {
                $0.keys = [GGUFBytes.key("general.alignment", type: 4) { $0.append(alignment) }]
            }
        }
    }

    @Test func tensors() throws {
        try expect(.duplicateName, mentioning: "\"t\" occurs twice") {
            $0.tensors = [GGUFBytes.tensor(), GGUFBytes.tensor(offset: 32)]
        }
        try expect(.malformed, mentioning: "overlap") {
            $0.tensors = [GGUFBytes.tensor("a", dimensions: [16]), GGUFBytes.tensor("b", offset: 32)]
        }
        try expect(.malformed, mentioning: "0 dimensions") { $0.tensors = [GGUFBytes.tensor(dimensions: [])] }
        try expect(.malformed, mentioning: "5 dimensions") { $0.tensors = [GGUFBytes.tensor(dimensions: [1, 1, 1, 1, 1])] }
        try expect(.malformed, mentioning: "dimension of 0") { $0.tensors = [GGUFBytes.tensor(dimensions: [0])] }
        try expect(.malformed) { $0.tensors = [GGUFBytes.tensor(dimensions: [.max])] }
        try expect(.malformed, mentioning: "too large") { $0.tensors = [GGUFBytes.tensor(dimensions: [1 << 32, 1 << 32])] }
        try expect(.malformed, mentioning: "too large") { $0.tensors = [GGUFBytes.tensor(dimensions: [1 << 62])] }
        try expect(.truncated, mentioning: "data section") { $0.tensors = [GGUFBytes.tensor(dimensions: [1 << 50])] }
        try expect(.unsupported, mentioning: "ggml type 10") { $0.tensors = [GGUFBytes.tensor(type: 10)] }
        try expect(.unsupported, mentioning: "ggml type 4294967295") { $0.tensors = [GGUFBytes.tensor(type: .max)] }
        try expect(.malformed, mentioning: "whole Q8_0 blocks") { $0.tensors = [GGUFBytes.tensor(dimensions: [33], type: 8)] }
        try expect(.malformed, mentioning: "multiple of 32") { $0.tensors = [GGUFBytes.tensor(offset: 8)] }
        try expect(.malformed) { $0.tensors = [GGUFBytes.tensor(offset: .max)] }
        try expect(.truncated) { $0.tensors = [GGUFBytes.tensor(offset: 64)] }
        try expect(.truncated) { $0.tensors = [GGUFBytes.tensor(offset: UInt64(Int64.max) - 31)] }
        try expect(.truncated) { $0.data = [] }
        try expect(.malformed, mentioning: "at most 1024") { $0.tensors = [GGUFBytes.tensor(String(repeating: "n", count: 2000))] }
    }

    @Test func integersHoldNoWeights() throws {
        var file = GGUFBytes()
        file.tensors = [GGUFBytes.tensor(type: 26)]
        let folder = try TemporaryFolder()
        let path = try folder.write(file.bytes)
        expectError(.unsupported, mentioning: "I32") { () throws(CheckpointError) in try GGUFFile(path: path).read("t") }
    }

    @Test(arguments: ["quantized.gguf", "scalars.gguf"]) func everyTruncationIsAnError(_ name: String) throws {
        let whole = try bytes(ofFile: fixture(name))
        let folder = try TemporaryFolder()
        // A cut in the padding after the last value is harmless; the last value of both files ends with another byte.
        let padding = whole.reversed().prefix { $0 == 0 }.count
        for length in 0..<whole.count - padding {
            let path = try folder.write(Array(whole.prefix(length)))
            expectError(.truncated) { () throws(CheckpointError) in try GGUFFile(path: path) }
        }
    }
}
