import CKernels
import Testing

extension Kernels {
    @Suite struct Attention {
        struct Case: CustomTestStringConvertible, Sendable {
            let name: String
            let heads: Int, kvHeads: Int, headDim: Int, window: Int
            let trees: [[(parent: Int?, count: Int)]]
            var testDescription: String { name }
            var naive: NaiveAttention {
                var naive = NaiveAttention(heads: heads, kvHeads: kvHeads, headDim: headDim, window: window)
                for tree in trees { naive.addTree(tree) }
                return naive
            }
        }

        static let judged: [(parent: Int?, count: Int)] = [(nil, 70), (0, 13), (0, 66), (1, 5), (1, 1), (2, 3)]
        /// Short segments, more of them than one block of queries holds.
        static let siblings: [[(parent: Int?, count: Int)]] = [
            [(nil, 90), (0, 20), (0, 7), (1, 4), (1, 2), (1, 5), (2, 3), (2, 3), (2, 1), (0, 2), (9, 1), (9, 21), (9, 22)],
            [(nil, 12), (0, 3), (0, 0), (0, 1)],
        ]
        static let cases = [
            Case(name: "one row", heads: 1, kvHeads: 1, headDim: 8, window: 0, trees: [[(nil, 1)]]),
            Case(name: "grouped", heads: 6, kvHeads: 2, headDim: 64, window: 0, trees: [judged]),
            Case(
                name: "several trees", heads: 3, kvHeads: 1, headDim: 64, window: 0,
                trees: [[(nil, 5)], judged, [(nil, 130), (0, 64)]]),
            Case(name: "siblings", heads: 6, kvHeads: 2, headDim: 64, window: 0, trees: siblings),
            Case(name: "siblings, window", heads: 3, kvHeads: 1, headDim: 32, window: 11, trees: siblings),
            Case(name: "siblings, wide head", heads: 4, kvHeads: 2, headDim: 128, window: 0, trees: siblings),
            Case(name: "odd head", heads: 2, kvHeads: 2, headDim: 20, window: 0, trees: [judged, [(nil, 3)]]),
            Case(name: "wide head", heads: 2, kvHeads: 1, headDim: 96, window: 0, trees: [[(nil, 40), (0, 30)]]),
            Case(name: "window", heads: 3, kvHeads: 3, headDim: 16, window: 9, trees: [judged, [(nil, 150)]]),
            Case(name: "window of one", heads: 1, kvHeads: 1, headDim: 16, window: 1, trees: [[(nil, 70)]]),
        ]

        struct Inputs {
            var q, k, v, dout: [Float]
            init(_ naive: NaiveAttention, seed: UInt64) {
                var random = SplitMix(seed)
                q = random.floats(naive.rows * naive.heads * naive.headDim, scale: 2)
                k = random.floats(naive.rows * naive.kvHeads * naive.headDim, scale: 2)
                v = random.floats(naive.rows * naive.kvHeads * naive.headDim)
                dout = random.floats(naive.rows * naive.heads * naive.headDim)
            }
        }

        struct Output {
            var out, lse, dq, dk, dv: [Float]
            var all: [Float] { out + lse + dq + dk + dv }
        }

        /// The kernels on a fused [q, k, v] matrix, as the engine lays it out.
        static func run(
            _ naive: NaiveAttention, _ inputs: Inputs, _ pool: Pool, precision: pk_precision = PK_FLOAT32
        ) -> Output {
            let (rows, qw, kw) = (naive.rows, naive.heads * naive.headDim, naive.kvHeads * naive.headDim)
            let ld = qw + 2 * kw
            var fused: [Float] = []
            for r in 0..<rows {
                fused += inputs.q[r * qw..<(r + 1) * qw]
                fused += inputs.k[r * kw..<(r + 1) * kw]
                fused += inputs.v[r * kw..<(r + 1) * kw]
            }
            var output = Output(
                out: [Float](repeating: .nan, count: rows * qw), lse: [Float](repeating: .nan, count: rows * naive.heads),
                dq: [], dk: [], dv: [])
            var gradient = [Float](repeating: .nan, count: rows * ld)
            fused.withUnsafeBufferPointer { x in
                guard let base = x.baseAddress else { return }
                pk_tree_attention(
                    pool.handle, precision, naive.shape, naive.segments, Int32(naive.segments.count), naive.ranges,
                    naive.positions, base, Int64(ld), base + qw, Int64(ld), base + qw + kw, Int64(ld), &output.out,
                    Int64(qw), &output.lse)
                gradient.withUnsafeMutableBufferPointer { g in
                    guard let d = g.baseAddress else { return }
                    pk_tree_attention_backward(
                        pool.handle, precision, naive.shape, naive.segments, Int32(naive.segments.count), naive.ranges,
                        naive.positions, base, Int64(ld), base + qw, Int64(ld), base + qw + kw, Int64(ld), output.out,
                        inputs.dout, Int64(qw), output.lse, d, Int64(ld), d + qw, Int64(ld), d + qw + kw, Int64(ld))
                }
            }
            for r in 0..<rows {
                output.dq += gradient[r * ld..<r * ld + qw]
                output.dk += gradient[r * ld + qw..<r * ld + qw + kw]
                output.dv += gradient[r * ld + qw + kw..<(r + 1) * ld]
            }
            return output
        }

        @Test(arguments: cases)
        func matchesDouble(_ c: Case) {
            let naive = c.naive
            let inputs = Inputs(naive, seed: 21)
            let expected = naive.run(inputs)
            onEveryInstructionSet { name in
                let output = Self.run(naive, inputs, Pool(2))
                #expect(largestError(output.out, expected.out) < 1e-5, "\(name)")
                #expect(largestError(output.lse, expected.lse) < 1e-5, "\(name)")
                #expect(largestError(output.dq, expected.dq) < 3e-5, "\(name)")
                #expect(largestError(output.dk, expected.dk) < 3e-5, "\(name)")
                #expect(largestError(output.dv, expected.dv) < 3e-5, "\(name)")
            }
        }

        /// Scores in two halves of bf16 leave a log-sum-exp of nearly float32's accuracy; the rest is rounded to 8 bits.
        @Test(arguments: cases)
        func matchesDoubleInBFloat16(_ c: Case) {
            let naive = c.naive
            let inputs = Inputs(naive, seed: 22)
            let expected = naive.run(inputs)
            onEveryInstructionSet { name in
                let output = Self.run(naive, inputs, Pool(2), precision: PK_BFLOAT16)
                #expect(largestError(output.lse, expected.lse) < 1e-4, "\(name)")
                #expect(relativeError(output.out, expected.out) < 4e-3, "\(name)")
                #expect(relativeError(output.dq, expected.dq) < 6e-3, "\(name)")
                #expect(relativeError(output.dk, expected.dk) < 6e-3, "\(name)")
                #expect(relativeError(output.dv, expected.dv) < 6e-3, "\(name)")
            }
        }

        /// The gradient formulas that the kernels are held to, against central differences.
        @Test func naiveGradientIsTheDerivative() {
            var naive = NaiveAttention(heads: 2, kvHeads: 1, headDim: 3, window: 4)
            naive.addTree([(nil, 4), (0, 2), (0, 3)])
            let inputs = Inputs(naive, seed: 4)
            let (q, k, v) = (inputs.q.map(Double.init), inputs.k.map(Double.init), inputs.v.map(Double.init))
            let dout = inputs.dout.map(Double.init)
            func loss(_ q: [Double], _ k: [Double], _ v: [Double]) -> Double {
                zip(naive.run(q: q, k: k, v: v).out, dout).reduce(0) { $0 + $1.0 * $1.1 }
            }
            func difference(_ x: [Double], _ f: ([Double]) -> Double) -> [Double] {
                x.indices.map { i in
                    var (up, down) = (x, x)
                    up[i] += 1e-5
                    down[i] -= 1e-5
                    return (f(up) - f(down)) / 2e-5
                }
            }
            let gradient = naive.run(q: q, k: k, v: v, dout: dout)
            #expect(largestError(gradient.dq.map { Float($0) }, difference(q) { loss($0, k, v) }) < 1e-6)
            #expect(largestError(gradient.dk.map { Float($0) }, difference(k) { loss(q, $0, v) }) < 1e-6)
            #expect(largestError(gradient.dv.map { Float($0) }, difference(v) { loss(q, k, $0) }) < 1e-6)
        }

        /// A tree's results are the same bits alone, behind other trees, and on any number of threads.
        @Test(arguments: [0, 30], [PK_FLOAT32.rawValue, PK_BFLOAT16.rawValue])
        func treesAreIndependent(window: Int, mode: UInt32) {
            let precision = pk_precision(rawValue: mode)
            var alone = NaiveAttention(heads: 6, kvHeads: 2, headDim: 64, window: window)
            alone.addTree(Self.judged)
            var batch = NaiveAttention(heads: 6, kvHeads: 2, headDim: 64, window: window)
            let before = [(parent: Int?.none, count: 77)]
            batch.addTree(before)
            batch.addTree(Self.judged)
            batch.addTree([(parent: nil, count: 9)])
            let inputs = Inputs(batch, seed: 8)
            let (qw, kw, first) = (6 * 64, 2 * 64, 77)
            func rows(_ x: [Float], _ width: Int) -> [Float] {
                Array(x[first * width..<(first + alone.rows) * width])
            }
            var part = inputs
            part.q = rows(inputs.q, qw)
            part.k = rows(inputs.k, kw)
            part.v = rows(inputs.v, kw)
            part.dout = rows(inputs.dout, qw)
            onEveryInstructionSet { name in
                let single = Self.run(alone, part, Pool(1), precision: precision)
                let packed = Self.run(batch, inputs, Pool(1), precision: precision)
                #expect(sameBits(single.out, rows(packed.out, qw)), "\(name): out")
                #expect(sameBits(single.lse, rows(packed.lse, 6)), "\(name): lse")
                #expect(sameBits(single.dq, rows(packed.dq, qw)), "\(name): dq")
                #expect(sameBits(single.dk, rows(packed.dk, kw)), "\(name): dk")
                #expect(sameBits(single.dv, rows(packed.dv, kw)), "\(name): dv")
                let threads = Self.run(batch, inputs, Pool(3), precision: precision)
                #expect(sameBits(packed.all, threads.all), "\(name): threads")
            }
        }

        @Test(arguments: [PK_FLOAT32.rawValue, PK_BFLOAT16.rawValue])
        func notANumberStaysInItsTree(mode: UInt32) {
            var naive = NaiveAttention(heads: 3, kvHeads: 1, headDim: 64)
            for _ in 0..<3 { naive.addTree([(nil, 19)]) }
            var inputs = Inputs(naive, seed: 9)
            let first = 19 * 64
            inputs.k[first + 3] = .nan
            inputs.v[first + 5] = .infinity
            inputs.q[3 * (first + 64 * 5)] = .infinity
            onEveryInstructionSet { name in
                let output = Self.run(naive, inputs, Pool(2), precision: pk_precision(rawValue: mode))
                for clean in [0..<19, 38..<57] {
                    for (values, width) in [(output.out, 192), (output.dq, 192), (output.dk, 64), (output.dv, 64)] {
                        let own = values[clean.lowerBound * width..<clean.upperBound * width]
                        #expect(own.filter(\.isFinite).count == own.count, "\(name)")
                    }
                }
                #expect(output.out[3 * first].isNaN, "\(name)")
            }
        }
    }
}
