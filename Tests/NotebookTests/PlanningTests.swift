import Foundation
import Notebook
import Testing

@Suite("Planning")
struct PlanningTests {
    let folder: TemporaryFolder
    let store: Store
    let clock = ManualClock()

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(workspace: folder.url, access: .readWrite)
    }

    /// Runs steps that take the given seconds for the given number of units.
    private func run(_ steps: [(name: String, units: Int, seconds: Double)], as experiment: String = "baseline") async throws {
        let notebook = try makeNotebook(store, experiment: experiment, clock: clock)
        try await notebook.run {
            for step in steps {
                try await notebook.cell(step.name, inputs: ["name": .string(step.name)]) { cell in
                    let progress = try cell.progress(total: step.units)
                    for _ in 0..<step.units {
                        clock.advance(seconds: step.seconds / Double(step.units))
                        try progress.advance()
                    }
                }
            }
        }
    }

    private func plan(_ name: String, _ work: StepWork? = nil, experiment: String = "baseline", inputs: [String: KeyValue] = [:]) throws -> CellPlan {
        try store.plan(experiment: experiment, runID: nil, name: name, version: 1, inputs: inputs, work: work)
    }

    @Test("the same step's rate comes first, for the units there will be")
    func sameStep() async throws {
        try await run([("train A", 10, 50), ("train B", 10, 100)])
        let estimate = try store.estimate(try plan("train A", StepWork(units: 30, unit: "steps")))
        #expect(estimate == StepEstimate(seconds: 150, basis: .sameStep, units: 30))
        // Without a count, as long as before.
        #expect(try store.estimate(try plan("train A")).seconds == 50)
    }

    @Test("then the median rate of steps of its kind, each counted once")
    func sameKind() async throws {
        // 1, 2 and 9 s per unit; "training" is another kind.
        try await run([("train A", 10, 10), ("train B", 10, 20), ("train C", 10, 90), ("training", 1, 1000)])
        // The same steps found finished by another experiment are no further evidence.
        try await run([("train C", 10, 90)], as: "sft")
        let estimate = try store.estimate(try plan("train D", StepWork(units: 7)))
        #expect(estimate == StepEstimate(seconds: 14, basis: .sameKind(count: 3), units: 7))
        #expect(try store.estimate(try plan("train D", StepWork())).seconds == nil, "nothing says how many")
        #expect(try store.estimate(try plan("pairs")).seconds == 0, "rows are read and written in moments")
    }

    @Test("then rates of a known machine, scaled where this one's speed was measured")
    func reference() throws {
        let work = StepWork(units: 1290, unit: "summaries")
        let estimate = try store.estimate(try plan("sample train summaries", work))
        // 105.3 s for 1,290 summaries.
        #expect(abs((estimate.seconds ?? 0) - 105.3) < 1e-9)
        #expect(estimate.basis == .reference(slowdown: nil))
        #expect(abs((try store.estimate(try plan("sample", work), slowdown: 2).seconds ?? 0) - 210.6) < 1e-9)
        // 12 optimizer steps of 16 pairs.
        let training = try store.estimate(try plan("train X", StepWork(units: 12, referenceUnits: 16)))
        #expect(abs((training.seconds ?? 0) - 12 * 16 * 307.4 / 386) < 1e-9)
        #expect(try store.estimate(try plan("invent", work)).seconds == nil)
    }

    @Test("a step whose time follows from sizes takes no other step's rate")
    func computed() async throws {
        try await run([("PairRM: rank A", 10, 1), ("rank responses", 10, 1)])
        let work = StepWork(units: 50, computed: ComputedTime(seconds: 600, source: "sizes"))
        let other = try plan("PairRM: rank B", work)
        #expect(try store.estimate(other) == StepEstimate(seconds: 600, basis: .computed(source: "sizes", slowdown: nil), units: 50))
        #expect(try store.estimate(other, slowdown: 2).seconds == 1200)
        var half = other
        half.completed = 25
        #expect(try store.estimate(half).seconds == 300)
        // Its own time, once it ran, is better evidence.
        #expect(try store.estimate(try plan("PairRM: rank A", work)).basis == .sameStep)
        // Nor is its rate another ranker's.
        #expect(try store.estimate(try plan("rank C", StepWork(units: 10))).basis == .sameKind(count: 1))
        let text = try PlanSummary([other], store: store).text
        #expect(text.contains("about 10:00 (4)") && text.contains("(4) from sizes; other machines differ"), "\(text)")
    }

    @Test("what is there costs nothing; what is half there, half")
    func remaining() async throws {
        try await run([("train A", 10, 10)])
        #expect(try store.estimate(try plan("train A", inputs: ["name": "train A"])).seconds == 0)
        var half = try plan("train B", StepWork(units: 10))
        half.completed = 4
        #expect(try store.estimate(half).seconds == 6)
    }

    @Test("disk space is the most that is held at once")
    func diskSpace() throws {
        var plans = try ["A", "B", "C"].map { try plan("train \($0)", StepWork(units: 1, diskBytes: 100)) }
        #expect(try PlanSummary(plans, store: store).diskBytes == 300)
        // A sweep keeps the best so far: the loser of each pair goes once both are measured.
        plans[1].releasedDiskBytes = 100
        plans[2].releasedDiskBytes = 100
        #expect(try PlanSummary(plans, store: store).diskBytes == 200)
        plans[1].isCached = true
        #expect(try PlanSummary([plans[1]], store: store).diskBytes == nil)
    }

    @Test func sumsAndSources() async throws {
        try await run([("train A", 10, 10)])
        let plans = [
            try plan("train A", inputs: ["name": "train A"]),
            try plan("train B", StepWork(units: 60, unit: "steps", memoryBytes: 3 << 30, diskBytes: 1 << 29)),
            try plan("train C", StepWork(units: 60, unit: "steps", memoryBytes: 1 << 30, diskBytes: 1 << 29)),
            try plan("evaluate C", StepWork(units: 364, judgeCalls: 364)),
            try plan("invent", StepWork(units: 3)),
            try plan("pairs"),
        ]
        let summary = try PlanSummary(plans, store: store)
        let lines = summary.text.split(separator: "\n").map(String.init)
        #expect(lines == [
            "done  train A  [cached: computed in run \(try #require(try store.runs().first).id)]",
            "run   train B  [never run]  about 1:00 (2), 60 steps, 3.0 GiB of memory, 512 MiB of disk",
            "run   train C  [never run]  about 1:00 (2), 60 steps, 1.0 GiB of memory, 512 MiB of disk",
            "run   evaluate C  [never run]  about 25 s (3), 364 judge calls",
            "run   invent  [never run]  time unknown",
            "run   pairs  [never run]  moments",
            // 60 + 60 + 25.2 s; the most memory; all disk.
            "5 of 6 steps would run: at least 2:25, the time of 1 unknown, 364 judge calls, 3.0 GiB of memory, 1.0 GiB of disk",
            "(2) from the median rate of earlier steps of its kind in this workspace",
            "(3) from the published runs (SmolLM2-135M, two AMD Zen 5 or Intel Xeon cores, bfloat16); other machines and models differ",
        ])
        let json = summary.json.members
        #expect(json["judge_calls"] == 364 && json["steps_of_unknown_time"] == 1 && json["memory_bytes"] == .int(3 << 30))
        guard case .array(let steps)? = json["steps"] else {
            Issue.record("no steps")
            return
        }
        #expect(steps.map { $0.members["cached"] } == [true, false, false, false, false, false])
        #expect(steps[1].members["estimated_from"] == "same kind" && steps[4].members["seconds"] == .null)
    }
}
