import CKernels
import Foundation
import Testing

extension Kernels {
    @Suite struct NormsAndActivations {
        static let dims = [1, 3, 16, 64, 67, 576]

        @Test(arguments: dims)
        func rmsNorm(dim: Int) {
            let rows = 7
            var random = SplitMix(UInt64(dim))
            let x = random.floats(rows * dim, scale: 3)
            let w = random.floats(dim)
            let dy = random.floats(rows * dim)
            let dx0 = random.floats(rows * dim)
            let dw0 = random.floats(dim)
            let eps = 1e-5
            let inverse = (0..<rows).map { r in
                1 / (x[r * dim..<(r + 1) * dim].reduce(0.0) { $0 + Double($1) * Double($1) } / Double(dim) + eps)
                    .squareRoot()
            }
            let y = (0..<rows * dim).map { Double(x[$0]) * inverse[$0 / dim] * Double(w[$0 % dim]) }
            // With n = x s: dL/dx_i = s (dy_i w_i - n_i mean_j(dy_j w_j n_j)).
            var dx = dx0.map(Double.init)
            var dw = dw0.map(Double.init)
            for r in 0..<rows {
                let at = r * dim
                let mean = (0..<dim).reduce(0.0) {
                    $0 + Double(dy[at + $1]) * Double(w[$1]) * Double(x[at + $1]) * inverse[r]
                } / Double(dim)
                for i in 0..<dim {
                    let normed = Double(x[at + i]) * inverse[r]
                    dx[at + i] += inverse[r] * (Double(dy[at + i]) * Double(w[i]) - normed * mean)
                    dw[i] += Double(dy[at + i]) * normed
                }
            }
            onEveryInstructionSet { name in
                let pool = Pool(2)
                var out = [Float](repeating: 0, count: rows * dim)
                var scales = [Float](repeating: 0, count: rows)
                pk_rmsnorm(pool.handle, Int64(rows), Int64(dim), x, w, Float(eps), &out, &scales)
                #expect(largestError(out, y) < 1e-5, "\(name)")
                #expect(largestError(scales, inverse) < 1e-5, "\(name)")
                var outDx = dx0
                var outDw = dw0
                pk_rmsnorm_backward(pool.handle, Int64(rows), Int64(dim), dy, x, w, scales, &outDx, &outDw)
                #expect(largestError(outDx, dx) < 2e-5, "\(name)")
                #expect(largestError(outDw, dw) < 2e-5, "\(name)")
            }
        }

        @Test(arguments: [2, 6, 32, 64, 80])
        func rotary(headDim: Int) {
            let (rows, heads, half) = (5, 3, headDim / 2)
            let ld = heads * headDim + 2
            var random = SplitMix(UInt64(headDim))
            let x = random.floats(rows * ld)
            let positions: [Int32] = [3, 0, 1, 2, 3]
            let angles = (0..<4 * half).map { Double($0 / half) * 0.7 / Double($0 % half + 1) }
            let cosines = angles.map { Float(cos($0)) }
            let sines = angles.map { Float(sin($0)) }
            var expected = x.map(Double.init)
            for r in 0..<rows {
                for h in 0..<heads {
                    for i in 0..<half {
                        let (low, high) = (r * ld + h * headDim + i, r * ld + h * headDim + half + i)
                        let angle = angles[Int(positions[r]) * half + i]
                        let (a, b) = (Double(x[low]), Double(x[high]))
                        expected[low] = a * cos(angle) - b * sin(angle)
                        expected[high] = b * cos(angle) + a * sin(angle)
                    }
                }
            }
            onEveryInstructionSet { name in
                let pool = Pool(2)
                var rotated = x
                pk_rotary(
                    pool.handle, Int64(rows), Int32(heads), Int32(headDim), positions, cosines, sines, &rotated,
                    Int64(ld), false)
                #expect(largestError(rotated, expected) < 1e-6, "\(name)")
                pk_rotary(
                    pool.handle, Int64(rows), Int32(heads), Int32(headDim), positions, cosines, sines, &rotated,
                    Int64(ld), true)
                #expect(largestError(rotated, x.map(Double.init)) < 1e-6, "\(name): the inverse turns back")
            }
        }

        @Test(arguments: [1, 5, 16, 33, 1536])
        func swiGLU(inner: Int) {
            let rows = 3
            var random = SplitMix(UInt64(inner))
            var gateUp = random.floats(rows * 2 * inner, scale: 4)
            gateUp[0] = 80  // saturated gates
            if inner > 4 { gateUp[1] = -80; gateUp[2] = -120; gateUp[3] = 120 }
            let dh = random.floats(rows * inner)
            func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
            var h: [Double] = []
            var gradient = [Double](repeating: 0, count: rows * 2 * inner)
            for r in 0..<rows {
                for i in 0..<inner {
                    let (g, u) = (Double(gateUp[r * 2 * inner + i]), Double(gateUp[r * 2 * inner + inner + i]))
                    let (s, d) = (sigmoid(g), Double(dh[r * inner + i]))
                    h.append(g * s * u)
                    gradient[r * 2 * inner + i] = d * u * (s + g * s * (1 - s))
                    gradient[r * 2 * inner + inner + i] = d * g * s
                }
            }
            onEveryInstructionSet { name in
                let pool = Pool(2)
                var out = [Float](repeating: 0, count: rows * inner)
                pk_swiglu(pool.handle, Int64(rows), Int64(inner), gateUp, &out)
                #expect(largestError(out, h) < 1e-6, "\(name)")
                var inPlace = gateUp
                inPlace.withUnsafeMutableBufferPointer { buffer in
                    pk_swiglu_backward(
                        pool.handle, Int64(rows), Int64(inner), dh, buffer.baseAddress, buffer.baseAddress)
                }
                #expect(largestError(inPlace, gradient) < 3e-6, "\(name)")
            }
        }

        private static func zeros(_ count: Int) -> AlignedBytes {
            let bytes = AlignedBytes(count)
            bytes.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: count)
            return bytes
        }

        /// In one pass over the rows, with their floats or without: the operands that pk_convert makes of the floats.
        @Test(arguments: [5, 64, 576, 1537])
        func rowsForProducts(width: Int) {
            let rows = 37
            var random = SplitMix(UInt64(width))
            let (x, gains, eps) = (random.floats(rows * width, scale: 3), random.floats(width), Float(1e-5))
            let (gateUp, dh) = (random.floats(rows * 2 * width, scale: 4), random.floats(rows * width))
            let (m, k) = (Int64(rows), Int64(width))
            onEveryInstructionSet { name in
                let pool = Pool(3)
                /// Operands of `columns` columns, from their floats and in one pass.
                func expectTheSame(
                    _ columns: Int, _ label: String, floats: (UnsafeMutablePointer<Float>) -> Void,
                    rows makeRows: (UnsafeMutablePointer<Float>?, UnsafeMutableRawPointer?) -> pk_rows
                ) {
                    let bytes = pk_converted_bytes(PK_BFLOAT16, m, Int64(columns))
                    var (plain, kept) = ([Float](repeating: 0, count: rows * columns), [Float](repeating: 0, count: rows * columns))
                    plain.withUnsafeMutableBufferPointer { floats($0.baseAddress!) }
                    let expected = Self.zeros(bytes)
                    _ = pk_convert(pool.handle, PK_BFLOAT16, m, Int64(columns), plain, Int64(columns), expected.pointer)
                    for keeps in [true, false] {
                        let operands = Self.zeros(bytes)
                        kept.withUnsafeMutableBufferPointer { kept in
                            let made = makeRows(keeps ? kept.baseAddress : nil, operands.pointer)
                            #expect(made.x == (keeps ? UnsafePointer(kept.baseAddress) : nil), "\(name), \(label)")
                            #expect(made.converted == UnsafeRawPointer(operands.pointer), "\(name), \(label)")
                            #expect(made.ldc == Int64(columns + columns % 2), "\(name), \(label)")
                        }
                        #expect(memcmp(operands.pointer, expected.pointer, bytes) == 0, "\(name), \(label)")
                    }
                    #expect(sameBits(kept, plain), "\(name), \(label)")
                }
                expectTheSame(
                    width, "norm", floats: { pk_rmsnorm(pool.handle, m, k, x, gains, eps, $0, nil) },
                    rows: { pk_rmsnorm_rows(pool.handle, PK_BFLOAT16, m, k, x, gains, eps, $0, nil, $1) })
                expectTheSame(
                    width, "swiglu", floats: { pk_swiglu(pool.handle, m, k, gateUp, $0) },
                    rows: { pk_swiglu_rows(pool.handle, PK_BFLOAT16, m, k, gateUp, $0, $1) })
                expectTheSame(
                    2 * width, "swiglu backward", floats: { pk_swiglu_backward(pool.handle, m, k, dh, gateUp, $0) },
                    rows: { pk_swiglu_backward_rows(pool.handle, PK_BFLOAT16, m, k, dh, gateUp, $0, $1) })
            }
        }
    }
}
