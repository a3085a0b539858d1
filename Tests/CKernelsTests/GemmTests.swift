import CKernels
import COpenBLAS
import Testing

extension Kernels {
    @Suite struct Gemm {
        struct Shape: CustomTestStringConvertible, Sendable {
            let m, n, k: Int
            var testDescription: String { "\(m)x\(n)x\(k)" }
        }

        static let shapes = [
            Shape(m: 1, n: 1, k: 1), Shape(m: 2, n: 64, k: 16), Shape(m: 3, n: 65, k: 17), Shape(m: 5, n: 63, k: 33),
            Shape(m: 6, n: 100, k: 2), Shape(m: 7, n: 128, k: 31), Shape(m: 13, n: 200, k: 64),
            Shape(m: 50, n: 130, k: 127), Shape(m: 97, n: 64, k: 96), Shape(m: 4, n: 70, k: 4100),
        ]

        /// x * w^T in double with each operand rounded as `precision` says, and the sum of absolute products.
        static func product(
            _ shape: Shape, _ precision: pk_precision, x: (Int, Int) -> Float, w: (Int, Int) -> Float
        ) -> (value: [Double], scale: [Double]) {
            let operand: (Float) -> Double =
                precision == PK_BFLOAT16 ? { Double(roundedToBFloat16($0)) } : { Double($0) }
            var value: [Double] = []
            var scale: [Double] = []
            for i in 0..<shape.m {
                let row = (0..<shape.k).map { operand(x(i, $0)) }
                for j in 0..<shape.n {
                    var sum = 0.0
                    var size = 1e-30
                    for q in 0..<shape.k {
                        let term = row[q] * operand(w(j, q))
                        sum += term
                        size += abs(term)
                    }
                    value.append(sum)
                    scale.append(size)
                }
            }
            return (value, scale)
        }

        @Test(arguments: shapes, [PK_FLOAT32.rawValue, PK_BFLOAT16.rawValue])
        func transposingWhatIsPackedEqualsPackingTheTranspose(shape: Shape, mode: UInt32) {
            let precision = pk_precision(rawValue: mode)
            var random = SplitMix(UInt64(shape.k * 1000 + shape.n))
            let (n, k) = (Int64(shape.n), Int64(shape.k))
            let w = random.floats(shape.n * shape.k)
            func panels(_ outputs: Int64, _ inputs: Int64, _ fill: (UnsafeMutableRawPointer?) -> Void) -> [UInt8] {
                let count = pk_packed_bytes(precision, outputs, inputs)
                let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
                defer { bytes.deallocate() }
                bytes.copyBytes(from: repeatElement(0xA5, count: count))  // what is not written shows
                fill(bytes.baseAddress)
                return Array(bytes)
            }
            onEveryInstructionSet { name in
                let pool = Pool(2)
                let forward = panels(n, k) { pk_pack(pool.handle, precision, w, n, k, k, false, $0) }
                let packed = panels(k, n) { pk_pack(pool.handle, precision, w, k, n, k, true, $0) }
                let transposed = panels(k, n) { pk_transpose_packed(pool.handle, precision, n, k, forward, PK_CODES_NONE, $0) }
                #expect(transposed == packed, "\(name)")
            }
        }

        @Test(arguments: shapes, [PK_FLOAT32.rawValue, PK_BFLOAT16.rawValue])
        func matchesDouble(shape: Shape, mode: UInt32) {
            let precision = pk_precision(rawValue: mode)
            var random = SplitMix(UInt64(shape.m * 1000 + shape.n))
            let ldx = shape.k + 3
            let ldy = shape.n + 5
            let x = random.floats(shape.m * ldx)
            let w = random.floats(shape.n * shape.k)
            let start = random.floats(shape.m * ldy)
            let expected = Self.product(shape, precision, x: { x[$0 * ldx + $1] }, w: { w[$0 * shape.k + $1] })
            let wTransposed = (0..<shape.k).flatMap { q in (0..<shape.n).map { w[$0 * shape.k + q] } }
            onEveryInstructionSet { name in
                let pool = Pool(2)
                for transposed in [false, true] {
                    let panels = packed(
                        pool, precision, transposed ? wTransposed : w, outputs: shape.n, inputs: shape.k,
                        transposed: transposed)
                    for accumulate in [false, true] {
                        var y = start
                        pk_gemm(
                            pool.handle, precision, Int64(shape.m), Int64(shape.n), Int64(shape.k), x, Int64(ldx),
                            panels.pointer, &y, Int64(ldy), accumulate)
                        var worst = 0.0
                        var outsideKept = true
                        for i in 0..<shape.m {
                            for j in 0..<ldy {
                                let at = i * ldy + j
                                guard j < shape.n else {
                                    outsideKept = outsideKept && y[at] == start[at]
                                    continue
                                }
                                let e = i * shape.n + j
                                let wanted = expected.value[e] + (accumulate ? Double(start[at]) : 0)
                                worst = max(worst, abs(Double(y[at]) - wanted) / (expected.scale[e] + 1))
                            }
                        }
                        #expect(worst < 1e-5, "\(name) transposed \(transposed) accumulate \(accumulate)")
                        #expect(outsideKept, "\(name): wrote beyond the columns")
                    }
                }
            }
        }

        @Test(arguments: shapes, [PK_FLOAT32.rawValue, PK_BFLOAT16.rawValue])
        func weightGradientMatchesDouble(shape: Shape, mode: UInt32) {
            // Here k of the shape is the number of rows summed.
            let precision = pk_precision(rawValue: mode)
            var random = SplitMix(UInt64(shape.k * 77 + shape.m))
            let (n, k, rows) = (shape.m, shape.n, shape.k)
            let dy = random.floats(rows * (n + 2))
            let x = random.floats(rows * (k + 1))
            let start = random.floats(n * (k + 4))
            let expected = Self.product(
                shape, precision, x: { dy[$1 * (n + 2) + $0] }, w: { x[$1 * (k + 1) + $0] })
            onEveryInstructionSet { name in
                let pool = Pool(2)
                var dw = start
                addWeightGradient(pool, precision, rows: rows, n, k, dy, n + 2, x, k + 1, to: &dw, k + 4)
                var worst = 0.0
                for i in 0..<n {
                    for j in 0..<k {
                        let wanted = expected.value[i * k + j] + Double(start[i * (k + 4) + j])
                        let error = abs(Double(dw[i * (k + 4) + j]) - wanted)
                        worst = max(worst, error / (expected.scale[i * k + j] + 1))
                    }
                }
                #expect(worst < 1e-5, "\(name)")
            }
        }

        /// Addends of the same columns, of part of them, from a column that no panel begins with, and more than are added
        /// at once.
        @Test(arguments: [[0], [64], [0, 128, 0], [0, 60, 64], [0, 0, 64, 0, 64, 0]], [PK_FLOAT32.rawValue, PK_BFLOAT16.rawValue])
        func addendsAreProductsThatAccumulate(columns: [Int], mode: UInt32) {
            let precision = pk_precision(rawValue: mode)
            for (m, n, k) in [(3, 200, 31), (130, 200, 96), (130, 200, 0)] {
                var random = SplitMix(UInt64(m + columns.count))
                let (x, w) = (random.floats(m * k), random.floats(n * k))
                let start = random.floats(m * n)
                let inner = columns.indices.map { 5 + 16 * $0 }
                let inputs = inner.map { random.floats(m * $0) }
                let outputs = columns.map { min(n - $0, 72) }
                let weights = zip(inner, outputs).map { random.floats($0 * $1) }
                onEveryInstructionSet { name in
                    let pool = Pool(2)
                    let base = packed(pool, precision, w, outputs: n, inputs: k)
                    let matrices = columns.indices.map { packed(pool, precision, weights[$0], outputs: outputs[$0], inputs: inner[$0]) }
                    for accumulate in [false, true] {
                        var (apart, together) = (start, start)
                        pk_gemm(pool.handle, precision, Int64(m), Int64(n), Int64(k), x, Int64(k), base.pointer, &apart, Int64(n), accumulate)
                        apart.withUnsafeMutableBufferPointer { y in
                            for (i, column) in columns.enumerated() {
                                pk_gemm(
                                    pool.handle, precision, Int64(m), Int64(outputs[i]), Int64(inner[i]), inputs[i], Int64(inner[i]),
                                    matrices[i].pointer, y.baseAddress.map { $0 + column }, Int64(n), true)
                            }
                        }
                        let copies = inputs.map { UnsafeMutableBufferPointer<Float>.allocate(capacity: $0.count) }
                        defer { copies.forEach { $0.deallocate() } }
                        let addends = columns.indices.map { i in
                            _ = copies[i].initialize(from: inputs[i])
                            return pk_addend(
                                x: copies[i].baseAddress, ldx: Int64(inner[i]), packed: matrices[i].pointer, n: Int64(outputs[i]),
                                k: Int64(inner[i]), column: Int64(columns[i]))
                        }
                        withRows(pool, precision, m, k, x, k, converted: false) { x in
                            pk_gemm_sum(
                                pool.handle, precision, Int64(m), Int64(n), Int64(k), x, base.pointer, PK_CODES_NONE, addends,
                                Int32(addends.count), &together, Int64(n), accumulate)
                        }
                        let same = sameBits(apart, together)
                        #expect(same, "\(name), \(m) rows, accumulate \(accumulate)")
                    }
                }
            }
        }

        /// Products and gradients of rows that were converted before, of all their columns and of some in the middle.
        @Test(arguments: [PK_FLOAT32.rawValue, PK_BFLOAT16.rawValue])
        func convertedRowsGiveTheSameBits(mode: UInt32) {
            let precision = pk_precision(rawValue: mode)
            for (m, columns, from, k) in [(1, 64, 0, 64), (7, 33, 0, 33), (45, 210, 64, 130), (130, 576, 192, 192), (1058, 80, 16, 34)] {
                var random = SplitMix(UInt64(m * columns))
                let n = 72
                let (x, w, other) = (random.floats(m * columns), random.floats(n * k), random.floats(m * n))
                onEveryInstructionSet { name in
                    let pool = Pool(2)
                    let panels = packed(pool, precision, w, outputs: n, inputs: k)
                    func results(converted: Bool) -> [[Float]] {
                        var product = [Float](repeating: 0, count: m * n)
                        var asOutputs = [Float](repeating: 0.5, count: k * n), asInputs = asOutputs
                        withRows(pool, precision, m, columns, x, columns, converted: converted) { all in
                            let x = pk_rows_from(precision, all, Int64(from))
                            pk_gemm_sum(
                                pool.handle, precision, Int64(m), Int64(n), Int64(k), x, panels.pointer, PK_CODES_NONE, nil, 0, &product,
                                Int64(n), false)
                            withRows(pool, precision, m, n, other, n, converted: false) { other in
                                pk_gemm_weight_gradient(
                                    pool.handle, precision, Int64(m), Int64(k), Int64(n), x, other, &asOutputs, Int64(n))
                                pk_gemm_weight_gradient(
                                    pool.handle, precision, Int64(m), Int64(n), Int64(k), other, x, &asInputs, Int64(k))
                            }
                        }
                        return [product, asOutputs, asInputs]
                    }
                    let same = zip(results(converted: false), results(converted: true)).map { sameBits($0, $1) }
                    #expect(same == [true, true, true], "\(name): \(m) rows of \(columns) columns")
                }
            }
        }

        @Test func matchesOpenBLAS() {
            let (m, n, k) = (70, 192, 576)
            var random = SplitMix(5)
            let x = random.floats(m * k)
            let w = random.floats(n * k)
            var reference = [Float](repeating: 0, count: m * n)
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), 1, x, Int32(k), w, Int32(k), 0,
                &reference, Int32(n))
            onEveryInstructionSet { name in
                let pool = Pool(2)
                let panels = packed(pool, PK_FLOAT32, w, outputs: n, inputs: k)
                var y = [Float](repeating: 0, count: m * n)
                pk_gemm(
                    pool.handle, PK_FLOAT32, Int64(m), Int64(n), Int64(k), x, Int64(k), panels.pointer, &y, Int64(n),
                    false)
                #expect(largestError(y, reference.map(Double.init)) < 2e-5, "\(name)")
            }
        }

        /// A row's result depends on the row alone: not on how many rows are beside it, nor on the threads.
        @Test(arguments: [PK_FLOAT32.rawValue, PK_BFLOAT16.rawValue])
        func rowsAreIndependent(mode: UInt32) {
            let precision = pk_precision(rawValue: mode)
            let (m, n, k) = (203, 150, 333)
            var random = SplitMix(11)
            let x = random.floats(m * k)
            let w = random.floats(n * k)
            onEveryInstructionSet { name in
                let one = Pool(1)
                let panels = packed(one, precision, w, outputs: n, inputs: k)
                func rows(_ range: Range<Int>, _ pool: Pool) -> [Float] {
                    var y = [Float](repeating: 0, count: range.count * n)
                    let part = Array(x[range.lowerBound * k..<range.upperBound * k])
                    pk_gemm(
                        pool.handle, precision, Int64(range.count), Int64(n), Int64(k), part, Int64(k),
                        panels.pointer, &y, Int64(n), false)
                    return y
                }
                let whole = rows(0..<m, one)
                for threads in [Int32(2), 3] {
                    #expect(sameBits(whole, rows(0..<m, Pool(threads))), "\(name): \(threads) threads")
                }
                for range in [0..<1, 5..<6, 10..<12, 7..<20, 100..<203, 1..<203] {
                    let expected = Array(whole[range.lowerBound * n..<range.upperBound * n])
                    #expect(sameBits(expected, rows(range, one)), "\(name): rows \(range)")
                }
            }
        }

        /// Accumulating over calls is one chain, as long as earlier calls have whole steps of rows.
        @Test(arguments: [PK_FLOAT32.rawValue, PK_BFLOAT16.rawValue])
        func weightGradientContinuesAcrossCalls(mode: UInt32) {
            let precision = pk_precision(rawValue: mode)
            let (rows, n, k) = (1101, 230, 130)
            var random = SplitMix(13)
            let dy = random.floats(rows * n)
            let x = random.floats(rows * k)
            onEveryInstructionSet { name in
                func gradient(_ cuts: [Int], threads: Int32) -> [Float] {
                    let pool = Pool(threads)
                    var dw = [Float](repeating: 0.25, count: n * k)
                    for (from, to) in zip(cuts, cuts.dropFirst()) {
                        addWeightGradient(
                            pool, precision, rows: to - from, n, k, Array(dy[(from * n)...]), n, Array(x[(from * k)...]), k,
                            to: &dw, k)
                    }
                    return dw
                }
                let whole = gradient([0, rows], threads: 1)
                for threads in [Int32(2), 3, 7] {
                    #expect(sameBits(whole, gradient([0, rows], threads: threads)), "\(name): \(threads) threads")
                }
                let cuts = [0, 2, 64, 700, 1100].map { $0 / 2 * Int(pk_gradient_step(precision)) }.filter { $0 < rows }
                #expect(sameBits(whole, gradient(cuts + [rows], threads: 2)), "\(name): calls")
            }
        }

        @Test func notANumberStaysInItsRow() {
            let (m, n, k) = (9, 70, 40)
            var random = SplitMix(3)
            var x = random.floats(m * k)
            let w = random.floats(n * k)
            x[4 * k + 7] = .nan
            x[6 * k + 1] = .infinity
            onEveryInstructionSet { name in
                let pool = Pool(2)
                for precision in [PK_FLOAT32, PK_BFLOAT16] {
                    let panels = packed(pool, precision, w, outputs: n, inputs: k)
                    var y = [Float](repeating: 0, count: m * n)
                    pk_gemm(
                        pool.handle, precision, Int64(m), Int64(n), Int64(k), x, Int64(k), panels.pointer, &y,
                        Int64(n), false)
                    for row in 0..<m {
                        let finite = y[row * n..<(row + 1) * n].allSatisfy(\.isFinite)
                        #expect(finite == (row != 4 && row != 6), "\(name) row \(row)")
                    }
                    let poisoned = y[4 * n..<5 * n].filter(\.isNaN).count
                    #expect(poisoned == n, "\(name)")
                }
            }
        }
    }
}
