import Foundation
import Testing

import Checkpoints

@Suite struct WriterTests {
    private static let shape = [3, 64]

    private func values(seed: UInt64 = 5) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<192).map { _ in Float.random(in: -3...3, using: &generator) }
    }

    private func written(_ type: TensorType, _ values: [Float], through format: String) throws -> [Float] {
        let folder = try TemporaryFolder()
        let path = folder.file("weights")
        try values.withUnsafeBufferPointer { buffer in
            let tensors = [
                TensorContent(name: "w", type: type, shape: Self.shape, values: buffer),
                TensorContent(name: "norm", type: .f32, shape: [192], values: buffer),
            ]
            if format == "gguf" {
                try GGUFFile.write(tensors, metadata: [("general.architecture", .string("llama"))], to: path)
            } else {
                try SafetensorsFile.write(tensors, to: path)
            }
        }
        let file: any TensorFile = format == "gguf" ? try GGUFFile(path: path) : try SafetensorsFile(path: path)
        #expect(file.tensors["w"]?.shape == Self.shape && file.tensors["w"]?.type == type)
        #expect(try file.read("norm") == values)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["weights"])
        return try file.read("w")
    }

    @Test(arguments: ["gguf", "safetensors"]) func roundTrips(format: String) throws {
        let original = values()
        #expect(try written(.f32, original, through: format) == original)
        #expect(try written(.f16, original, through: format) == original.map { Float(Float16($0)) })
        let rounded = original.map { HalfPrecision.float(fromBFloat16: HalfPrecision.bfloat16($0)) }
        #expect(try written(.bf16, original, through: format) == rounded)
        // 8 bits of mantissa: the relative error is at most 2^-8.
        #expect(zip(original, rounded).allSatisfy { abs($0 - $1) <= abs($0) * 0x1p-8 })
    }

    @Test func quantizedValuesAreWithinHalfAStep() throws {
        let original = values()
        let restored = try written(.q8_0, original, through: "gguf")
        for start in stride(from: 0, to: original.count, by: 32) {
            let block = original[start..<start + 32]
            // Half a step of 1/127 of the largest magnitude, and the scale's own rounding to 11 bits.
            let step = (block.map(\.magnitude).max() ?? 0) / 127
            for index in block.indices { #expect(abs(original[index] - restored[index]) <= step / 2 + 127 * step * 0x1p-11) }
        }
    }

    @Test func quantizationEqualsTheReference() throws {
        // quantized-expected.safetensors is the dequantised q8_0 of values the Python package quantised;
        // quantising those again must give the same blocks, since every value is a whole number of steps.
        let reference = try SafetensorsFile(path: fixture("quantized-expected.safetensors")).read("q8_0")
        let folder = try TemporaryFolder()
        try reference.withUnsafeBufferPointer { buffer in
            try GGUFFile.write(
                [TensorContent(name: "w", type: .q8_0, shape: [3, 96], values: buffer)], metadata: [], to: folder.file("q"))
        }
        let restored = try GGUFFile(path: folder.file("q")).read("w")
        for (value, expected) in zip(restored, reference) { #expect(abs(value - expected) <= abs(expected) * 0x1p-10) }
    }

    @Test func metadataRoundTrips() throws {
        let source = try GGUFFile(path: fixture("scalars.gguf"))
        let folder = try TemporaryFolder()
        let pairs = source.keys.compactMap { key in source.metadata[key].map { (key: key, value: $0) } }
        try GGUFFile.write([], metadata: pairs, to: folder.file("m.gguf"))
        let copy = try GGUFFile(path: folder.file("m.gguf"))
        #expect(copy.metadata == source.metadata)
        #expect(copy.keys == source.keys)
    }

    @Test func aValueTooLargeForF16IsAnErrorAndKeepsTheOldFile() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("old", to: "weights")
        let values: [Float] = [1, 65504, 70000, 2]
        values.withUnsafeBufferPointer { buffer in
            expectError(.unsupported, mentioning: "70000") { () throws(CheckpointError) in
                try SafetensorsFile.write([TensorContent(name: "w", type: .f16, shape: [4], values: buffer)], to: path)
            }
        }
        #expect(try bytes(ofFile: path) == Array("old".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["weights"])
    }

    @Test func infinitiesAndNaNSurviveF16() throws {
        let values: [Float] = [.infinity, -.infinity, .nan, 0]
        let folder = try TemporaryFolder()
        try values.withUnsafeBufferPointer { buffer in
            try SafetensorsFile.write([TensorContent(name: "w", type: .f16, shape: [4], values: buffer)], to: folder.file("w"))
        }
        let restored = try SafetensorsFile(path: folder.file("w")).read("w")
        #expect(restored[0] == .infinity && restored[1] == -.infinity && restored[2].isNaN && restored[3] == 0)
    }

    @Test func aMissingFolderIsAnError() {
        expectError(.writeFailed, mentioning: "No such file") { () throws(CheckpointError) in
            try AtomicFile(path: "/nonexistent/folder/file")
        }
    }

    @Test func anAbandonedFileLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("old", to: "file")
        do {
            let file = try AtomicFile(path: path)
            try file.write([UInt8](repeating: 1, count: 3 << 20))
        }
        #expect(try bytes(ofFile: path) == Array("old".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    }

    @Test func aFileThatOutgrowsItsLimitKeepsTheOldOne() throws {
        // A file size limit fails writes as a full disk does. Other tests write far less than 64 MiB.
        var limit = rlimit()
        #expect(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        let original = limit
        let previous = signal(SIGXFSZ, SIG_IGN)
        limit.rlim_cur = 64 << 20
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
        defer {
            limit = original
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            signal(SIGXFSZ, previous)
        }
        let folder = try TemporaryFolder()
        let path = try folder.write("old", to: "file")
        let block = [UInt8](repeating: 7, count: 8 << 20)
        expectError(.writeFailed, mentioning: "File too large") { () throws(CheckpointError) in
            let file = try AtomicFile(path: path)
            for _ in 0..<9 { try file.write(block) }
            try file.commit()
        }
        #expect(try bytes(ofFile: path) == Array("old".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
    }
}
