import Foundation
import LanguageModel
import PairRanking
import Testing

@Suite struct EncoderTests {
    @Test(arguments: ["own-projections", "content-to-position", "position-to-content"])
    func hiddenStatesEqualThoseOfTransformers(_ name: String) throws {
        let encoder = try DisentangledEncoder(folder: Fixtures.path(name), pool: ThreadPool(threadCount: 2))
        let states = try Fixtures.states(name)
        #expect(states.map(\.ids.count).sorted() == [20, 60])
        for (ids, hidden) in states {
            let difference = maximumDifference(encoder.hiddenStates(of: [ids])[0], hidden)
            #expect(difference < 1e-4, "\(ids.count) tokens")
        }
    }

    /// 300 and 700 tokens pass the linear buckets (128) and the last one (511).
    @Test func longSequencesEqualThoseOfTransformers() throws {
        let encoder = try DisentangledEncoder(
            folder: Fixtures.path("pairrm"), prefix: "pretrained_model.", pool: ThreadPool(threadCount: 2))
        let states = try Fixtures.states("pairrm")
        #expect(states.map(\.ids.count).sorted() == [1, 20, 300, 700])
        for (ids, hidden) in states {
            let difference = maximumDifference(encoder.hiddenStates(of: [ids])[0], hidden)
            #expect(difference < 1e-4, "\(ids.count) tokens")
        }
    }

    @Test func hiddenStatesDoNotDependOnBatchOrThreads() throws {
        let states = try Fixtures.states("pairrm").map(\.ids)
        func hidden(threads: Int, _ batches: [[[Int32]]]) throws -> [[Float]] {
            let encoder = try DisentangledEncoder(
                folder: Fixtures.path("pairrm"), prefix: "pretrained_model.", pool: ThreadPool(threadCount: threads))
            return batches.flatMap { encoder.hiddenStates(of: $0) }
        }
        let apart = try hidden(threads: 1, states.map { [$0] })
        #expect(try hidden(threads: 2, [states]) == apart)
        #expect(try hidden(threads: 3, [Array(states[..<2]), Array(states[2...])]) == apart)
    }

    @Test func bucketsEqualThoseOfTransformers() throws {
        let tables: [String: [Int]] = try Fixtures.json("buckets.json")
        #expect(tables.count == 3)
        for (name, table) in tables {
            let sizes = name.split(separator: "/").compactMap { Int($0) }
            #expect((-2047...2047).map { RelativePositions.bucket($0, sizes[0], sizes[1]) } == table, "\(name)")
        }
    }

    @Test func theErrorFunctionIsThatOfTheLibrary() {
        for value in stride(from: Float(-6), through: 6, by: 0.000_25) {
            #expect(abs(Double(errorFunction(value)) - erf(Double(value))) < 5e-7, "erf(\(value))")
        }
        #expect(errorFunction(.nan).isNaN && errorFunction(0) == 0)
        #expect(abs(errorFunction(.infinity) - 1) < 5e-7 && abs(errorFunction(-.infinity) + 1) < 5e-7)
    }
}
