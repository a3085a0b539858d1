import CKernels
import Foundation
import Testing

extension Kernels {
    @Suite struct Head {
        static func logSumExp(_ x: [Double]) -> Double {
            let top = x.max() ?? 0
            return top + log(x.reduce(0) { $0 + exp($1 - top) })
        }

        @Test(arguments: [1, 7, 64, 1024, 1025, 5003])
        func logSumExpAndGradient(n: Int) {
            let (rows, ld) = (3, n + 2)
            var random = SplitMix(UInt64(n))
            let logits = random.floats(rows * ld, scale: 20)
            let scale: [Float] = [1, 0.5, 0]
            let expected = (0..<rows).map { r in Self.logSumExp(logits[r * ld..<r * ld + n].map(Double.init)) }
            onEveryInstructionSet { name in
                let pool = Pool(2)
                var lse = [Float](repeating: 0, count: rows)
                pk_logsumexp(pool.handle, Int64(rows), Int64(n), logits, Int64(ld), &lse)
                #expect(largestError(lse, expected) < 1e-6, "\(name)")
                var gradient = logits
                pk_softmax_gradient(pool.handle, Int64(rows), Int64(n), &gradient, Int64(ld), lse, scale)
                var worst = 0.0
                for r in 0..<rows {
                    for j in 0..<ld {
                        let at = r * ld + j
                        let wanted =
                            j < n ? -Double(scale[r]) * exp(Double(logits[at]) - Double(lse[r])) : Double(logits[at])
                        worst = max(worst, abs(Double(gradient[at]) - wanted))
                    }
                }
                #expect(worst < 1e-6, "\(name)")
            }
        }

        @Test(arguments: [PK_FLOAT32.rawValue, PK_BFLOAT16.rawValue])
        func logProbabilitiesInChunks(mode: UInt32) {
            let precision = pk_precision(rawValue: mode)
            let (rows, n, k, ldh) = (101, 2100, 37, 40)
            var random = SplitMix(31)
            let hidden = random.floats(rows * ldh, scale: 2)
            let w = random.floats(n * k)
            let labelRows = (0..<150).map { Int32($0 % 75 + $0 / 75) }
            let labels = (0..<150).map { _ in Int32(random.bits() % UInt64(n)) }
            let (logits, _) = Gemm.product(
                .init(m: rows, n: n, k: k), precision, x: { hidden[$0 * ldh + $1] }, w: { w[$0 * k + $1] })
            let expectedLse = (0..<rows).map { Self.logSumExp(Array(logits[$0 * n..<($0 + 1) * n])) }
            let expectedMean = (0..<rows).map { logits[$0 * n..<($0 + 1) * n].reduce(0, +) / Double(n) }
            let expectedLabels = zip(labelRows, labels).map { logits[Int($0) * n + Int($1)] }
            onEveryInstructionSet { name in
                func run(_ range: Range<Int>, threads: Int32) -> (labels: [Float], lse: [Float], mean: [Float]) {
                    let pool = Pool(threads)
                    let panels = packed(pool, precision, w, outputs: n, inputs: k)
                    let own = labelRows.indices.filter { range.contains(Int(labelRows[$0])) }
                    var result = (
                        labels: [Float](repeating: .nan, count: own.count),
                        lse: [Float](repeating: .nan, count: range.count),
                        mean: [Float](repeating: .nan, count: range.count)
                    )
                    pk_head_log_probs(
                        pool.handle, precision, Int64(range.count), Int64(n), Int64(k),
                        Array(hidden[(range.lowerBound * ldh)...]), Int64(ldh), panels.pointer, PK_CODES_NONE, Int64(own.count),
                        own.map { labelRows[$0] - Int32(range.lowerBound) }, own.map { labels[$0] }, &result.labels,
                        &result.lse, &result.mean)
                    return result
                }
                let whole = run(0..<rows, threads: 2)
                #expect(largestError(whole.lse, expectedLse) < 1e-5, "\(name)")
                #expect(largestError(whole.mean, expectedMean) < 1e-5, "\(name)")
                #expect(largestError(whole.labels, expectedLabels) < 1e-5, "\(name)")
                let alone = run(7..<8, threads: 1)
                #expect(sameBits(alone.lse, [whole.lse[7]]), "\(name)")
                #expect(sameBits(alone.mean, [whole.mean[7]]), "\(name)")
            }
        }

        /// A chunk of forbidden tokens adds nothing; a NaN anywhere in a row is seen in its sum.
        @Test func infinitiesAndNotANumber() {
            let (rows, n, k) = (3, 2500, 2)
            // Columns of the first chunk get -inf from the first input, and NaN where that input is NaN.
            let w = (0..<n).flatMap { [$0 < 1024 ? -Float.infinity : 0, Float($0 % 7)] }
            let hidden: [Float] = [1, 1, .nan, 1, 1, 0.5]
            let expected = [1.0, 0.5].map { h in Self.logSumExp((1024..<n).map { Double($0 % 7) * h }) }
            onEveryInstructionSet { name in
                let pool = Pool(2)
                let panels = packed(pool, PK_FLOAT32, w, outputs: n, inputs: k)
                var lse = [Float](repeating: 0, count: rows)
                var label: [Float] = [0]
                pk_head_log_probs(
                    pool.handle, PK_FLOAT32, Int64(rows), Int64(n), Int64(k), hidden, Int64(k), panels.pointer,
                    PK_CODES_NONE, 1, [0], [2], &label, &lse, nil)
                #expect(label == [-.infinity], "\(name)")
                #expect(lse[1].isNaN, "\(name)")
                #expect(largestError([lse[0], lse[2]], expected) < 1e-5, "\(name)")
            }
        }
    }
}
