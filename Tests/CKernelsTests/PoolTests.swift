import CKernels
import Foundation
import Testing

/// How often each task ran.
private final class Tally {
    let runs: UnsafeMutablePointer<Int32>
    let count: Int
    init(_ count: Int) {
        self.count = count
        runs = .allocate(capacity: count)
        runs.initialize(repeating: 0, count: count)
    }
    deinit { runs.deallocate() }
    var ranOnce: Bool { (0..<count).allSatisfy { runs[$0] == 1 } }
}

extension Kernels {
    @Suite struct Threads {
        @Test(arguments: [Int32(1), 2, 5])
        func everyTaskRunsOnce(threads: Int32) {
            let pool = Pool(threads)
            #expect(pk_pool_threads(pool.handle) == threads)
            for count in [0, 1, 2, 3, 64, 1000] {
                let tally = Tally(max(count, 1))
                pk_pool_run(
                    pool.handle, Int64(count),
                    { context, index in context!.assumingMemoryBound(to: Int32.self)[Int(index)] += 1 }, tally.runs)
                #expect(tally.ranOnce == (count > 0))
            }
        }

        /// Short jobs in quick succession, with sleeps between some: workers come late, sleep and wake.
        @Test func manyJobs() {
            let pool = Pool(4)
            for round in 0..<3000 {
                let tally = Tally(1 + round % 7)
                pk_pool_run(
                    pool.handle, Int64(tally.count),
                    { context, index in context!.assumingMemoryBound(to: Int32.self)[Int(index)] += 1 }, tally.runs)
                if !tally.ranOnce {
                    Issue.record("round \(round): a task was lost or repeated")
                    return
                }
                if round % 1000 == 999 { Thread.sleep(forTimeInterval: 0.02) }
            }
        }

        /// Workers sleep when there is nothing to do: of the threads that came with the pool, as many as it has
        /// workers stand still. (Other tests run in this process, so its total time says nothing.)
        @Test func idlePoolUsesNoProcessorTime() throws {
            let others = try Self.threadTimes()
            let pool = Pool(3)
            pk_pool_run(pool.handle, 8, { _, _ in }, nil)
            Thread.sleep(forTimeInterval: 0.3)
            let before = try Self.threadTimes().filter { others[$0.key] == nil }
            Thread.sleep(forTimeInterval: 0.5)
            let after = try Self.threadTimes()
            let still = before.count { id, ticks in (after[id] ?? .max) - ticks <= 2 }
            #expect(still >= 2, "threads that came with the pool: \(before), later \(after)")
            withExtendedLifetime(pool) {}
        }

        /// Clock ticks (10 ms) that each thread of this process has used (proc(5), fields 14 and 15 of stat).
        static func threadTimes() throws -> [String: Int] {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").reduce(into: [:]) { times, id in
                guard let stat = try? String(contentsOfFile: "/proc/self/task/\(id)/stat", encoding: .utf8),
                    let end = stat.lastIndex(of: ")")
                else { return }
                let fields = stat[stat.index(after: end)...].split(separator: " ")
                if fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) { times[id] = user + system }
            }
        }

        @Test func instructionSetIsNamed() {
            var names: [String] = []
            onEveryInstructionSet { names.append($0) }
            #expect(names.first == "portable")
            // A CPU with AVX-512 tests them all, one way or the other.
            #expect(!names.contains("avx512") || names.count == 5, "\(names)")
            #expect(!pk_isa_force(pk_isa(rawValue: 99)))
            #expect(String(cString: pk_isa_name(PK_ISA_AVX2)) == "avx2")
        }
    }
}
