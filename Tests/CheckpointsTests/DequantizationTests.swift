import Testing

import Checkpoints

@Suite struct DequantizationTests {
    static let types = [
        "f32", "f16", "bf16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q4_k", "q5_k", "q6_k", "f16.special",
    ]

    @Test(arguments: types) func equalsReferenceBitForBit(_ name: String) throws {
        let file = try GGUFFile(path: fixture("quantized.gguf"))
        let expected = try SafetensorsFile(path: fixture("quantized-expected.safetensors"))
        #expect(file.tensors[name]?.shape == expected.tensors[name]?.shape)
        let values = try file.read(name), reference = try expected.read(name)
        #expect(!values.isEmpty)
        for (index, (value, reference)) in zip(values, reference).enumerated() {
            // Zeros of either sign are equal; NaN equals NaN.
            #expect(value == reference || value.isNaN && reference.isNaN, "element \(index)")
        }
    }

    @Test func everyReadableTypeHasAFixture() {
        let covered = Set(Self.types.map { $0.uppercased() })
        #expect(TensorType.allCases.filter(\.isReadable).allSatisfy { covered.contains($0.rawValue.uppercased()) })
    }

    @Test func readingIntoABufferOfAnotherSizeIsAnError() throws {
        let file = try GGUFFile(path: fixture("quantized.gguf"))
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 287) { buffer in
            expectError(.shapeMismatch, mentioning: "288 elements") { () throws(CheckpointError) in
                try file.read("q8_0", into: buffer)
            }
        }
    }
}

@Suite struct HalfPrecisionTests {
    @Test func everyHalfIsConvertedExactly() {
        for bits in UInt16.min...UInt16.max {
            let expected = Float(Float16(bitPattern: bits)), value = HalfPrecision.float(fromHalf: bits)
            #expect(value.bitPattern == expected.bitPattern || value.isNaN && expected.isNaN, "\(bits)")
            if !value.isNaN { #expect(HalfPrecision.half(value) == bits, "\(bits)") }
        }
    }

    @Test func roundingToHalfIsToNearestEven() {
        var generator = SeededGenerator(seed: 1)
        // Midpoints between neighbours and their surroundings, and arbitrary patterns.
        let midpoints = (0..<31_743).map { bits in
            (Float(Float16(bitPattern: bits)) + Float(Float16(bitPattern: bits + 1))) / 2
        }
        let near = midpoints.flatMap { [$0, $0.nextUp, $0.nextDown, -$0] }
        let arbitrary = (0..<100_000).map { _ in Float(bitPattern: UInt32.random(in: .min ... .max, using: &generator)) }
        for value in near + arbitrary + [65519.99, 65520, .infinity, -.infinity] {
            let half = HalfPrecision.half(value), expected = Float16(value)
            #expect(half == expected.bitPattern || value.isNaN && Float16(bitPattern: half).isNaN, "\(value)")
        }
    }

    @Test func roundingToBFloat16IsToNearestEven() {
        // 1 + 2^-8 lies midway between 1 and 1 + 2^-7: to the even neighbour. 1 + 3 * 2^-8: up.
        #expect(HalfPrecision.bfloat16(1 + 0x1p-8) == 0x3f80)
        #expect(HalfPrecision.bfloat16((1 + 0x1p-8 as Float).nextUp) == 0x3f81)
        #expect(HalfPrecision.bfloat16(1 + 0x3p-8) == 0x3f82)
        #expect(HalfPrecision.bfloat16(.greatestFiniteMagnitude) == 0x7f80)
        #expect(HalfPrecision.float(fromBFloat16: HalfPrecision.bfloat16(.nan)).isNaN)
        #expect(HalfPrecision.float(fromBFloat16: 0xc020) == -2.5)
    }
}
