import Testing

import Checkpoints

/// Seeded random damage: a reader returns or throws `CheckpointError`, and never traps.
@Suite struct MutationTests {
    private func damage(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[position] = .random(in: .min ... .max, using: &generator)
            case 2: bytes[position] = ([0, 0x7f, 0x80, 0xff] as [UInt8]).randomElement(using: &generator) ?? 0
            case 3:
                // A 64-bit field of an extreme value.
                let extremes: [UInt64] = [.max, 1 << 63, 1 << 62, 1 << 32, 0]
                let value = extremes.randomElement(using: &generator) ?? 0
                for k in 0..<min(8, bytes.count - position) { bytes[position + k] = UInt8(truncatingIfNeeded: value >> (8 * k)) }
            case 4: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...16, using: &generator)))
            default: bytes.insert(contentsOf: bytes[position..<min(bytes.count, position + 8)], at: position)
            }
            if bytes.isEmpty { return bytes }
        }
        return bytes
    }

    private func survive(_ name: String, rounds: Int, headEnd: Int, seed: UInt64, _ open: (String) throws(CheckpointError) -> any TensorFile)
        throws
    {
        let original = try bytes(ofFile: fixture(name))
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<rounds {
            // Most damage goes into the structure, which is a small part of the file.
            let head = Array(original.prefix(headEnd))
            let path = try folder.write(damage(head, &generator) + original.dropFirst(headEnd))
            do throws(CheckpointError) {
                let file = try open(path)
                accepted += 1
                for (name, tensor) in file.tensors where tensor.type.isReadable {
                    let values = try file.read(name)
                    #expect(values.count == tensor.elementCount)
                }
            } catch {
                #expect(!error.reason.isEmpty && error.file == path)
            }
        }
        // Otherwise the damage is too coarse to reach the code behind the first checks.
        #expect(accepted > rounds / 500 && accepted < rounds, "\(accepted) of \(rounds) were readable")
    }

    @Test func quantizedGGUF() throws {
        try survive("quantized.gguf", rounds: 3000, headEnd: 1024, seed: 1) { path throws(CheckpointError) in try GGUFFile(path: path) }
    }

    @Test func metadataGGUF() throws {
        try survive("scalars.gguf", rounds: 3000, headEnd: 544, seed: 2) { path throws(CheckpointError) in try GGUFFile(path: path) }
    }

    @Test func safetensors() throws {
        try survive("mixed.safetensors", rounds: 3000, headEnd: 280, seed: 3) { path throws(CheckpointError) in
            try SafetensorsFile(path: path)
        }
    }
}
