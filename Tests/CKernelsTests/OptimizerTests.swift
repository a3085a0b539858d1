import CKernels
import Foundation
import Testing

extension Kernels {
    @Suite struct Optimizer {
        @Test(arguments: [1, 15, 64, 40_003])
        func adamW(n: Int) {
            var random = SplitMix(UInt64(n))
            let (p0, g) = (random.floats(n), random.floats(n, scale: 3))
            let (lr, beta1, beta2, eps, decay, scale) = (1e-2, 0.9, 0.999, 1e-8, 0.1, 0.5)
            var (p, m, v) = (p0.map(Double.init), [Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
            for step in 1...3 {
                for i in 0..<n {
                    let gradient = Double(g[i]) * scale / Double(step)
                    m[i] = beta1 * m[i] + (1 - beta1) * gradient
                    v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient
                    let mHat = m[i] / (1 - pow(beta1, Double(step)))
                    let vHat = v[i] / (1 - pow(beta2, Double(step)))
                    p[i] -= lr * (mHat / (vHat.squareRoot() + eps) + decay * p[i])
                }
            }
            onEveryInstructionSet { name in
                func run(threads: Int32) -> [Float] {
                    let pool = Pool(threads)
                    var p = p0
                    var m = [Float](repeating: 0, count: n)
                    var v = [Float](repeating: 0, count: n)
                    for step in 1...3 {
                        pk_adamw(
                            pool.handle, Int64(n), &p, g, &m, &v, Float(lr), Float(beta1), Float(beta2), Float(eps),
                            Float(decay), Int64(step), Float(scale) / Float(step))
                    }
                    return p
                }
                let one = run(threads: 1)
                #expect(largestError(one, p) < 2e-6, "\(name)")
                #expect(sameBits(one, run(threads: 3)), "\(name)")
            }
        }

        @Test(arguments: [0, 1, 1000, 200_001])
        func sumOfSquares(n: Int) {
            var random = SplitMix(UInt64(n))
            let x = random.floats(n, scale: 2)
            let expected = x.reduce(0.0) { $0 + Double($1) * Double($1) }
            onEveryInstructionSet { name in
                let (single, several) = (Pool(1), Pool(3))
                let one = pk_sum_of_squares(single.handle, Int64(n), x)
                #expect(abs(one - expected) <= 1e-6 * expected, "\(name)")
                #expect(one == pk_sum_of_squares(several.handle, Int64(n), x), "\(name)")
            }
        }

        @Test func limitsAreMeasured() {
            let pool = Pool(1)
            onEveryInstructionSet { name in
                #expect(pk_measure_peak_flops(pool.handle, PK_FLOAT32, 10) > 1e8, "\(name)")
            }
            #expect(pk_measure_read_bandwidth(pool.handle) > 1e8)
        }
    }
}
