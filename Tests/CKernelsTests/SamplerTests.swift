import CKernels
import Foundation
import Testing

extension Kernels {
    @Suite struct Sampler {
        static func sample(
            _ logits: [[Float]], temperature: Float, topP: Float, uniforms: [Double], pool: Pool
        ) -> (tokens: [Int32], logProbabilities: [Float]) {
            let n = logits[0].count
            var tokens = [Int32](repeating: -1, count: logits.count)
            var logProbabilities = [Float](repeating: 0, count: logits.count)
            pk_sample(
                pool.handle, Int64(logits.count), Int64(n), logits.flatMap { $0 }, Int64(n),
                [Float](repeating: temperature, count: logits.count), [Float](repeating: topP, count: logits.count),
                uniforms, &tokens, &logProbabilities)
            return (tokens, logProbabilities)
        }

        /// Kept tokens and their probabilities, by sorting: ties go to the lower id.
        static func nucleus(_ logits: [Float], temperature: Double, topP: Double) -> [(id: Int, p: Double)] {
            let top = Double(logits.max() ?? 0)
            let weights = logits.map { exp((Double($0) - top) / temperature) }
            let total = weights.reduce(0, +)
            let order = weights.indices.sorted { (weights[$0], -$0) > (weights[$1], -$1) }
            var kept: [Int] = []
            var sum = 0.0
            for id in order {
                kept.append(id)
                sum += weights[id]
                if sum >= topP * total { break }
            }
            return kept.sorted().map { ($0, weights[$0] / sum) }
        }

        @Test(arguments: [(1.0, 0.95), (0.7, 0.5), (1.3, 1.0), (0.2, 0.99), (1.0, 0.0)])
        func rule11_drawsFromTheNucleusOfTheTemperedDistribution(temperature: Double, topP: Double) {
            var random = SplitMix(17)
            let n = 3001
            let logits = random.floats(n, scale: 8)
            let nucleus = Self.nucleus(logits, temperature: temperature, topP: topP)
            let lse = Head.logSumExp(logits.map(Double.init))
            // Uniforms at the middle of every kept token's interval give back exactly those tokens in order of id.
            var uniforms: [Double] = []
            var sum = 0.0
            let drawn = nucleus.filter { $0.p > 1e-5 }
            for token in nucleus {
                if token.p > 1e-5 { uniforms.append(sum + token.p / 2) }
                sum += token.p
            }
            onEveryInstructionSet { name in
                let result = Self.sample(
                    [[Float]](repeating: logits, count: uniforms.count), temperature: Float(temperature),
                    topP: Float(topP), uniforms: uniforms, pool: Pool(2))
                #expect(result.tokens.map(Int.init) == drawn.map(\.id), "\(name)")
                #expect(
                    largestError(result.logProbabilities, drawn.map { Double(logits[$0.id]) - lse }) < 1e-5, "\(name)")
                let last = Self.sample(
                    [logits], temperature: Float(temperature), topP: Float(topP), uniforms: [1 - 0x1p-53],
                    pool: Pool(1))
                #expect(nucleus.contains { $0.id == Int(last.tokens[0]) }, "\(name)")
            }
        }

        /// Ten equal logits, top_p 0.35: the four lowest ids are kept, each a quarter.
        @Test func tiesGoToTheLowerId() {
            var logits = [Float](repeating: -30, count: 100)
            for id in stride(from: 5, to: 95, by: 10) { logits[id] = 2 }
            logits[99] = 2
            onEveryInstructionSet { name in
                let result = Self.sample(
                    [[Float]](repeating: logits, count: 4), temperature: 1, topP: 0.35,
                    uniforms: [0.1, 0.3, 0.6, 0.99], pool: Pool(1))
                #expect(result.tokens == [5, 15, 25, 35], "\(name)")
            }
        }

        @Test func allEqualLogitsOfAWholeVocabulary() {
            let n = 49_152
            let logits = [Float](repeating: 1, count: n)
            onEveryInstructionSet { name in
                let result = Self.sample([logits, logits], temperature: 1, topP: 0.5, uniforms: [0, 0.5], pool: Pool(2))
                #expect(result.tokens == [0, 12_288], "\(name)")
            }
        }

        @Test func rule11_temperatureZeroTakesTheFirstLargestWhateverTopP() {
            var logits = [Float](repeating: 0, count: 77)
            logits[40] = 3
            logits[60] = 3
            onEveryInstructionSet { name in
                let result = Self.sample([logits], temperature: 0, topP: 0.5, uniforms: [0.9], pool: Pool(1))
                #expect(result.tokens == [40], "\(name)")
                #expect(abs(Double(result.logProbabilities[0]) - (3 - log(75 + 2 * exp(3.0)))) < 1e-5, "\(name)")
            }
        }

        /// Chi-squared of 20,000 draws over a nucleus of few tokens.
        @Test func frequenciesFollowTheProbabilities() {
            let logits: [Float] = [0, 1, -1, 2, -8, 1.5, -9]
            let nucleus = Self.nucleus(logits, temperature: 0.8, topP: 0.99)
            let draws = 20_000
            var random = SplitMix(99)
            let uniforms = (0..<draws).map { _ in random.uniform() }
            let result = Self.sample(
                [[Float]](repeating: logits, count: draws), temperature: 0.8, topP: 0.99, uniforms: uniforms,
                pool: Pool(2))
            var chi = 0.0
            var counted = 0
            for token in nucleus {
                let count = result.tokens.filter { $0 == Int32(token.id) }.count
                counted += count
                let expected = token.p * Double(draws)
                chi += (Double(count) - expected) * (Double(count) - expected) / expected
            }
            #expect(counted == draws)
            // 99.9th percentile of chi-squared with 4 degrees of freedom is 18.5.
            #expect(nucleus.count == 5 && chi < 18.5)
        }

        @Test func notANumberGivesAValidToken() {
            let n = 1500
            var poisoned = [Float](repeating: 0, count: n)
            poisoned[700] = .nan
            poisoned[900] = 5
            var infinite = [Float](repeating: 0, count: n)
            infinite[3] = .infinity
            let rows = [
                poisoned, infinite, [Float](repeating: .nan, count: n), [Float](repeating: -.infinity, count: n),
            ]
            onEveryInstructionSet { name in
                for temperature in [Float(0), 1] {
                    let result = Self.sample(
                        rows, temperature: temperature, topP: 0.9, uniforms: [0.5, 0.5, 0.5, 0.5], pool: Pool(2))
                    #expect(result.tokens == [900, 3, 0, 0], "\(name)")
                    #expect(result.logProbabilities.filter(\.isNaN).count == 4, "\(name)")
                }
            }
        }

        @Test func forbiddenTokensAreNeverDrawn() {
            var logits = [Float](repeating: -.infinity, count: 2000)
            logits[10] = 1
            logits[1999] = 1
            onEveryInstructionSet { name in
                for topP in [Float(0.9), 1] {
                    let result = Self.sample(
                        [[Float]](repeating: logits, count: 3), temperature: 1, topP: topP,
                        uniforms: [0, 0.49, 0.51], pool: Pool(1))
                    #expect(result.tokens == [10, 10, 1999], "\(name)")
                }
            }
        }
    }
}
