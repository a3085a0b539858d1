import Foundation
import Testing

import Checkpoints

func fixture(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Fixtures/" + name, withExtension: nil)).path
}

/// A folder that is removed with its contents when the test is over.
final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("precis-checkpoints-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String = "file") throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }
}

func bytes(ofFile path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

extension [UInt8] {
    mutating func append<T: FixedWidthInteger>(_ value: T) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// A string as GGUF stores it: 64-bit length, bytes.
    mutating func append(string: String) {
        append(UInt64(string.utf8.count))
        append(contentsOf: string.utf8)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014), so that random tests repeat.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Expects a `CheckpointError` of this kind that names the file, a reason and a remedy.
func expectError<T>(
    _ kind: CheckpointError.Kind, mentioning words: String = "", sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws(CheckpointError) -> T
) {
    do throws(CheckpointError) {
        _ = try body()
        Issue.record("no error was thrown, \(kind) was expected", sourceLocation: sourceLocation)
    } catch {
        #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
        #expect(!error.file.isEmpty && !error.reason.isEmpty && !error.remedy.isEmpty, sourceLocation: sourceLocation)
        #expect(words.isEmpty || error.description.contains(words), "\(error)", sourceLocation: sourceLocation)
    }
}
