import Checkpoints
import Foundation
import LanguageModel

/// A training checkpoint that cannot be continued from.
public struct TrainingCheckpointError: Error, CustomStringConvertible {
    public var path: String
    public var reason: String

    public var description: String {
        "\(path): cannot continue from this training checkpoint: \(reason). Delete the file to train from the start"
    }
}

/// Everything a training run needs to continue to the byte: parameters, optimizer moments, step.
/// Data order and dropout are functions of the seed and the step, so no generator state is kept.
///
/// File: magic, header length (UInt64), header (JSON), parameters, first and second moments
/// (float32 each, native little-endian), checksum (UInt64) of all before it.
struct TrainingCheckpoint {
    private static let magic = Array("PRCKPT01".utf8)

    struct Header: Codable, Equatable {
        /// Content key of the run: settings, data, start weights, numeric mode.
        var identity: String
        var step: Int
        var count: Int
        var totalSteps: Int
    }

    /// Written beside `path` and put in place when complete: a kill leaves the old or the new file whole.
    /// - Throws: `CheckpointError.writeFailed`.
    static func write(to path: String, header: Header, parameters: FloatBuffer, optimizer: AdamW) throws {
        let json = try JSONEncoder.sorted.encode(header)
        var start = magic
        withUnsafeBytes(of: UInt64(json.count).littleEndian) { start += $0 }
        start += json
        start += [UInt8](repeating: 0x20, count: (8 - start.count % 8) % 8)
        let file = try AtomicFile(path: path)
        var checksum = Checksum()
        start.withUnsafeBytes { checksum.add($0) }
        try file.write(start)
        for buffer in [parameters, optimizer.firstMoment, optimizer.secondMoment] {
            checksum.add(UnsafeRawBufferPointer(buffer.elements))
            try file.write(UnsafeRawBufferPointer(buffer.elements))
        }
        try file.write(withUnsafeBytes(of: checksum.value.littleEndian, Array.init))
        try file.commit()
    }

    /// Fills `parameters` and `optimizer`; `nil` when there is no file or it belongs to another run.
    static func read(
        from path: String, identity: String, parameters: FloatBuffer, optimizer: AdamW
    ) throws -> Header? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
            throw TrainingCheckpointError(path: path, reason: "the file cannot be opened")
        }
        func unreadable(_ reason: String) -> TrainingCheckpointError { TrainingCheckpointError(path: path, reason: reason) }
        return try data.withUnsafeBytes { bytes in
            guard bytes.count >= 24, Array(bytes[0..<8]) == magic else { throw unreadable("it is not a checkpoint") }
            let length = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
            guard length <= UInt64(bytes.count - 24) else { throw unreadable("its header is cut off") }
            let json = Data(bytes[16..<16 + Int(length)])
            guard let header = try? JSONDecoder().decode(Header.self, from: json) else {
                throw unreadable("its header cannot be read")
            }
            guard header.identity == identity, header.count == parameters.count else { return nil }
            let bodyStart = (16 + Int(length) + 7) & ~7
            let bodyLength = parameters.count * 4
            let end = bodyStart + 3 * bodyLength
            guard bytes.count == end + 8 else {
                throw unreadable("it has \(bytes.count) bytes instead of \(end + 8)")
            }
            var checksum = Checksum()
            checksum.add(UnsafeRawBufferPointer(rebasing: bytes[0..<bodyStart]))
            for part in 0..<3 {
                let start = bodyStart + part * bodyLength
                checksum.add(UnsafeRawBufferPointer(rebasing: bytes[start..<start + bodyLength]))
            }
            let stored = bytes.loadUnaligned(fromByteOffset: end, as: UInt64.self).littleEndian
            guard checksum.value == stored else { throw unreadable("its checksum does not match its contents") }
            for (part, buffer) in [parameters, optimizer.firstMoment, optimizer.secondMoment].enumerated() {
                let start = bodyStart + part * bodyLength
                UnsafeMutableRawBufferPointer(buffer.elements)
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + bodyLength]))
            }
            optimizer.step = header.step
            return header
        }
    }
}

/// A 64-bit checksum at memory speed: four multiply-rotate lanes over 8-byte words. It finds torn and
/// damaged files; it is no defence against forgery.
private struct Checksum {
    private var lanes: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
    private var length: UInt64 = 0

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let words = bytes.count / 8
        var (a, b, c, d) = lanes
        func mix(_ lane: UInt64, _ index: Int) -> UInt64 {
            let word = bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self).littleEndian
            let product = (lane ^ word) &* 0x9FB2_1C65_1E98_DF25
            return product << 31 | product >> 33
        }
        var index = 0
        while index + 4 <= words {
            a = mix(a, index)
            b = mix(b, index + 1)
            c = mix(c, index + 2)
            d = mix(d, index + 3)
            index += 4
        }
        while index < words {
            a = mix(a, index)
            index += 1
        }
        for offset in (words * 8)..<max(bytes.count, words * 8) {
            b = (b ^ UInt64(bytes[offset])) &* 0x9FB2_1C65_1E98_DF25
        }
        lanes = (a, b, c, d)
        length += UInt64(bytes.count)
    }

    var value: UInt64 {
        var z = length
        for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
            z = (z ^ lane) &* 0xD129_0C5D_2A91_9F63
            z ^= z >> 29
        }
        return z
    }
}

extension JSONEncoder {
    static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
