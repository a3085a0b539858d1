import CKernels
import Testing

extension Kernels {
    /// Panels made of a file's codes are the packed ones.
    @Suite struct Codes {
        struct Shape: CustomTestStringConvertible, Sendable {
            let outputs, inputs: Int
            var testDescription: String { "\(outputs)x\(inputs)" }
        }

        /// A random coded matrix and what its file's reader makes of it.
        struct Matrix {
            let codes: pk_codes
            let shape: Shape
            let coded: AlignedBytes
            let byteCount: Int
            let weights: [Float]

            init(_ codes: pk_codes, _ shape: Shape) {
                self.codes = codes
                self.shape = shape
                var random = SplitMix(UInt64(shape.outputs * 10_000 + shape.inputs) + UInt64(codes.rawValue))
                let (count, blocks) = (shape.outputs * shape.inputs, shape.outputs * shape.inputs / 32)
                let isTwoByte = codes == PK_CODES_BFLOAT16 || codes == PK_CODES_HALF
                let mask: UInt16 = isTwoByte ? 0xFFFF : codes == PK_CODES_8 ? 0xFF : 15
                let values = (0..<count).map { _ -> UInt16 in
                    let bits = UInt16(truncatingIfNeeded: random.bits()) & mask
                    // Numbers only: both formats have them below this exponent.
                    return isTwoByte ? bits & 0xBFFF : bits
                }
                // From 2^-14 (and below: subnormal) to 2, of both signs; -0 and zero scales among them.
                func halves(_ count: Int) -> [UInt16] {
                    (0..<count).map { index in
                        let bits = UInt16(truncatingIfNeeded: random.bits())
                        return index % 11 == 0 ? bits & 0x83FF : index % 13 == 0 ? bits & 0x8000 : bits & 0xBFFF
                    }
                }
                let scales = isTwoByte ? [] : halves(blocks), minima = codes == PK_CODES_4 ? halves(blocks) : []
                weights = values.indices.map { index in
                    let code: Float
                    switch codes {
                    case PK_CODES_BFLOAT16: return Float(bitPattern: UInt32(values[index]) << 16)
                    case PK_CODES_HALF: return Float(Self.half(values[index]))
                    case PK_CODES_4: code = Float(values[index])
                    case PK_CODES_4_SIGNED: code = Float(Int(values[index]) - 8)
                    default: code = Float(Int8(truncatingIfNeeded: values[index]))
                    }
                    let product = code * Float(Self.half(scales[index / 32]))
                    return minima.isEmpty ? product : product + Float(Self.half(minima[index / 32]))
                }
                byteCount = pk_coded_bytes(codes, Int64(shape.outputs), Int64(shape.inputs))
                coded = AlignedBytes(byteCount)
                coded.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
                let bytes = values.flatMap { isTwoByte ? [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] : [UInt8($0)] }
                // In two calls, as stacked matrices come.
                let first = shape.outputs / 3
                for (from, rows) in [(0, first), (first, shape.outputs - first)] {
                    pk_pack_codes(
                        codes, Int64(shape.inputs), Int64(from), Int64(rows),
                        Array(bytes[(from * shape.inputs * (isTwoByte ? 2 : 1))...]),
                        scales.isEmpty ? nil : Array(scales[(from * shape.inputs / 32)...]),
                        minima.isEmpty ? nil : Array(minima[(from * shape.inputs / 32)...]), coded.pointer)
                }
            }

            /// IEEE 754 binary16.
            static func half(_ bits: UInt16) -> Double {
                let exponent = Int(bits >> 10 & 31), fraction = Double(bits & 0x3FF) / 1024
                var value = exponent == 0 ? fraction : 1 + fraction
                for _ in 0..<abs(max(exponent, 1) - 15) { value = max(exponent, 1) > 15 ? value * 2 : value / 2 }
                return bits & 0x8000 == 0 ? value : -value
            }

            func matches(_ weights: [Float], _ precision: pk_precision, _ pool: Pool) -> Bool {
                pk_codes_match(
                    pool.handle, precision, codes, Int64(shape.outputs), Int64(shape.inputs), coded.pointer, weights)
            }
        }

        static let kinds = [PK_CODES_4, PK_CODES_4_SIGNED, PK_CODES_8, PK_CODES_BFLOAT16, PK_CODES_HALF].map(\.rawValue)
        static let shapes = [
            Shape(outputs: 64, inputs: 32), Shape(outputs: 70, inputs: 96), Shape(outputs: 200, inputs: 576),
            Shape(outputs: 3, inputs: 2080),
        ]

        @Test(arguments: kinds, shapes)
        func becomeThePackedWeights(kind: UInt32, shape: Shape) {
            let matrix = Matrix(pk_codes(rawValue: kind), shape)
            onEveryInstructionSet { name in
                let pool = Pool(2)
                for precision in [PK_FLOAT32, PK_BFLOAT16] {
                    #expect(matrix.matches(matrix.weights, precision, pool), "\(name), precision \(precision.rawValue)")
                }
            }
        }

        @Test(arguments: kinds)
        func oneOtherWeightIsNoticed(kind: UInt32) {
            let matrix = Matrix(pk_codes(rawValue: kind), Shape(outputs: 130, inputs: 64))
            var weights = matrix.weights
            weights[100 * 64 + 33] += 0.5
            onEveryInstructionSet { name in
                #expect(!matrix.matches(weights, PK_FLOAT32, Pool(2)), "\(name)")
            }
        }

        @Test(arguments: kinds, shapes)
        func becomeThePackedTranspose(kind: UInt32, shape: Shape) {
            let matrix = Matrix(pk_codes(rawValue: kind), shape)
            let (n, k) = (shape.outputs, shape.inputs)
            onEveryInstructionSet { name in
                let pool = Pool(2)
                for precision in [PK_FLOAT32, PK_BFLOAT16] {
                    let count = pk_packed_bytes(precision, Int64(k), Int64(n))
                    func transposed(_ weights: UnsafeMutableRawPointer, _ codes: pk_codes) -> [UInt8] {
                        let bytes = AlignedBytes(count)
                        bytes.pointer.initializeMemory(as: UInt8.self, repeating: 0xA5, count: count)  // what is not written shows
                        pk_transpose_packed(pool.handle, precision, Int64(n), Int64(k), weights, codes, bytes.pointer)
                        return Array(UnsafeRawBufferPointer(start: bytes.pointer, count: count))
                    }
                    let panels = packed(pool, precision, matrix.weights, outputs: n, inputs: k)
                    let same = transposed(panels.pointer, PK_CODES_NONE) == transposed(matrix.coded.pointer, matrix.codes)
                    #expect(same, "\(name), precision \(precision.rawValue)")
                }
            }
        }

        /// More rows than one block of them, a last chunk that is not whole.
        @Test(arguments: kinds)
        func logProbabilitiesAreTheSameBits(kind: UInt32) {
            let matrix = Matrix(pk_codes(rawValue: kind), Shape(outputs: 1100, inputs: 64))
            let (n, k, rows) = (1100, 64, 100)
            var random = SplitMix(5)
            let hidden = random.floats(rows * k)
            let labels = (0..<rows).map { Int32($0 * 11) }
            onEveryInstructionSet { name in
                for (precision, threads) in [(PK_FLOAT32, Int32(2)), (PK_BFLOAT16, 3)] {
                    let pool = Pool(threads)
                    func run(_ weights: UnsafeMutableRawPointer, _ codes: pk_codes) -> [Float] {
                        var (logits, lse) = ([Float](repeating: .nan, count: rows), [Float](repeating: .nan, count: rows))
                        var mean = lse
                        pk_head_log_probs(
                            pool.handle, precision, Int64(rows), Int64(n), Int64(k), hidden, Int64(k), weights, codes,
                            Int64(rows), (0..<rows).map { Int32($0) }, labels, &logits, &lse, &mean)
                        return logits + lse + mean
                    }
                    let panels = packed(pool, precision, matrix.weights, outputs: n, inputs: k)
                    let same = sameBits(run(panels.pointer, PK_CODES_NONE), run(matrix.coded.pointer, matrix.codes))
                    #expect(same, "\(name), precision \(precision.rawValue)")
                }
            }
        }

        /// Over every height of a tile and more, beside addends, from sums that are there; 700 rows are several tasks.
        @Test(arguments: kinds, shapes)
        func productsAreTheSameBits(kind: UInt32, shape: Shape) {
            let matrix = Matrix(pk_codes(rawValue: kind), shape)
            var random = SplitMix(9)
            let (n, k, inner) = (shape.outputs, shape.inputs, 8)
            let other = random.floats(n * inner)
            onEveryInstructionSet { name in
                for (precision, threads) in [(PK_FLOAT32, Int32(2)), (PK_BFLOAT16, 1), (PK_BFLOAT16, 3)] {
                    let pool = Pool(threads)
                    let panels = packed(pool, precision, matrix.weights, outputs: n, inputs: k)
                    let added = packed(pool, precision, other, outputs: n, inputs: inner)
                    for m in Array(1...13) + [24, 25, 110, 700] {
                        let (x, low, start) = (random.floats(m * k), random.floats(m * inner), random.floats(m * n))
                        func product(_ weights: UnsafeMutableRawPointer, _ codes: pk_codes, accumulate: Bool) -> [Float] {
                            var y = start
                            low.withUnsafeBufferPointer { low in
                                let addend = pk_addend(
                                    x: low.baseAddress, ldx: Int64(inner), packed: added.pointer, n: Int64(n), k: Int64(inner),
                                    column: 0)
                                withRows(pool, precision, m, k, x, k, converted: false) { x in
                                    pk_gemm_sum(
                                        pool.handle, precision, Int64(m), Int64(n), Int64(k), x, weights, codes, [addend], 1, &y,
                                        Int64(n), accumulate)
                                }
                            }
                            return y
                        }
                        for accumulate in [false, true] {
                            let same = sameBits(
                                product(panels.pointer, PK_CODES_NONE, accumulate: accumulate),
                                product(matrix.coded.pointer, matrix.codes, accumulate: accumulate))
                            #expect(same, "\(name), precision \(precision.rawValue), \(m) rows, accumulate \(accumulate)")
                        }
                    }
                }
            }
        }
    }
}
