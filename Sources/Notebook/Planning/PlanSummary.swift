/// The steps of an experiment with what each would take, and the sums: what `plan` prints.
public struct PlanSummary: Sendable, Equatable {
    public struct Step: Sendable, Equatable {
        public var plan: CellPlan
        public var estimate: StepEstimate
    }

    public private(set) var steps: [Step]

    /// - Throws: ``StoreError``.
    public init(_ plans: [CellPlan], store: Store, slowdown: Double? = nil) throws {
        steps = try plans.map { Step(plan: $0, estimate: try store.estimate($0, slowdown: slowdown)) }
    }

    private var pending: [Step] { steps.filter { !$0.plan.isCached } }

    /// Time of all steps that would run and can be estimated.
    public var seconds: Double { pending.reduce(0) { $0 + ($1.estimate.seconds ?? 0) } }
    /// Steps that would run for a time that nothing tells.
    public var unknownCount: Int { pending.count { $0.estimate.seconds == nil } }
    public var judgeCalls: Int { pending.reduce(0) { $0 + ($1.plan.work?.judgeCalls ?? 0) } }
    /// Of the step that needs most; `nil` where no step says.
    public var memoryBytes: Int? { pending.compactMap { $0.plan.work?.memoryBytes }.max() }
    /// The most that the steps that would run hold at once; `nil` where no step says.
    public var diskBytes: Int? {
        var isKnown = false
        var held = 0
        var most = 0
        for step in steps {
            if !step.plan.isCached, let bytes = step.plan.work?.diskBytes {
                isKnown = true
                held += bytes
            }
            most = max(most, held)
            held -= step.plan.releasedDiskBytes
        }
        return isKnown ? most : nil
    }

    /// One line per step, then the sums and what the times are taken from.
    public var text: String {
        (steps.map(Self.line) + [total] + sources).joined(separator: "\n")
    }

    private static func line(_ step: Step) -> String {
        guard !step.plan.isCached else { return "done  \(step.plan.name)  [\(step.plan.reason)]" }
        var facts = [time(step.estimate)]
        if let units = step.estimate.units, let unit = step.plan.work?.unit, !unit.isEmpty { facts.append("\(units) \(unit)") }
        if let calls = step.plan.work?.judgeCalls, calls > 0 { facts.append("\(calls) judge calls") }
        facts += Self.sizes(memory: step.plan.work?.memoryBytes, disk: step.plan.work?.diskBytes)
        return "run   \(step.plan.name)  [\(step.plan.reason)]  \(facts.joined(separator: ", "))"
    }

    private static func time(_ estimate: StepEstimate) -> String {
        switch (estimate.seconds, estimate.basis) {
        case (nil, _): "time unknown"
        case (0?, nil): "moments"
        case (let seconds?, let basis): "about " + DurationText.of(seconds: seconds) + mark(basis)
        }
    }

    private static func mark(_ basis: StepEstimate.Basis?) -> String {
        switch basis {
        case .sameStep: " (1)"
        case .sameKind: " (2)"
        case .reference: " (3)"
        case .computed: " (4)"
        case nil: ""
        }
    }

    private static func sizes(memory: Int?, disk: Int?) -> [String] {
        var sizes: [String] = []
        if let memory { sizes.append("\(ByteCount.text(UInt64(max(0, memory)))) of memory") }
        if let disk, disk > 0 { sizes.append("\(ByteCount.text(UInt64(disk))) of disk") }
        return sizes
    }

    private var total: String {
        let head = "\(pending.count) of \(steps.count) steps would run"
        guard !pending.isEmpty else { return head }
        var facts: [String] = []
        if unknownCount < pending.count {
            facts.append((unknownCount == 0 ? "about " : "at least ") + DurationText.of(seconds: seconds))
        }
        if unknownCount > 0 { facts.append("the time of \(unknownCount) unknown") }
        if judgeCalls > 0 { facts.append("\(judgeCalls) judge calls") }
        facts += Self.sizes(memory: memoryBytes, disk: diskBytes)
        return head + ": " + facts.joined(separator: ", ")
    }

    private var sources: [String] {
        var lines: [String] = []
        let bases = pending.compactMap(\.estimate.basis)
        if bases.contains(.sameStep) { lines.append("(1) from the same step's earlier time, per unit where it counts units") }
        if bases.contains(where: { if case .sameKind = $0 { true } else { false } }) {
            lines.append("(2) from the median rate of earlier steps of its kind in this workspace")
        }
        for case .reference(let slowdown) in bases {
            lines.append("(3) from \(ReferenceRate.source)\(Self.scale(slowdown, else: "; other machines and models differ"))")
            break
        }
        for case .computed(let source, let slowdown) in bases {
            lines.append("(4) from \(source)\(Self.scale(slowdown, else: "; other machines differ"))")
            break
        }
        return lines
    }

    private static func scale(_ slowdown: Double?, else text: String) -> String {
        slowdown.map { ", times \(fixed($0, 2)), this machine's measured slowdown" } ?? text
    }

    /// The same for programs.
    public var json: KeyValue {
        func optional(_ value: Int?) -> KeyValue { value.map(KeyValue.int) ?? nil }
        return [
            "steps": .array(steps.map { step in
                [
                    "name": .string(step.plan.name), "key": .string(step.plan.key.hex), "reason": .string(step.plan.reason),
                    "cached": .bool(step.plan.isCached), "seconds": step.estimate.seconds.map(KeyValue.double) ?? nil,
                    "estimated_from": step.estimate.basis.map { .string(Self.name($0)) } ?? nil,
                    "units": optional(step.estimate.units), "judge_calls": .int(step.plan.work?.judgeCalls ?? 0),
                    "memory_bytes": optional(step.plan.work?.memoryBytes), "disk_bytes": optional(step.plan.work?.diskBytes),
                ]
            }),
            "seconds": .double(seconds), "steps_of_unknown_time": .int(unknownCount), "judge_calls": .int(judgeCalls),
            "memory_bytes": optional(memoryBytes), "disk_bytes": optional(diskBytes),
        ]
    }

    private static func name(_ basis: StepEstimate.Basis) -> String {
        switch basis {
        case .sameStep: "same step"
        case .sameKind: "same kind"
        case .reference: "reference"
        case .computed: "computed"
        }
    }
}
