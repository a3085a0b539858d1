/// What a step would take, and where the number comes from.
public struct StepEstimate: Sendable, Equatable {
    public enum Basis: Sendable, Equatable {
        /// The same step ran before, in this experiment or another.
        case sameStep
        /// Steps of the same kind ran in this workspace.
        case sameKind(count: Int)
        /// ``ReferenceRate``s, times the factor by which this machine is slower, where that was measured.
        case reference(slowdown: Double?)
        /// ``StepWork/computed``, times the same factor.
        case computed(source: String, slowdown: Double?)
    }

    /// Time that is left; `nil` where nothing tells.
    public var seconds: Double?
    public var basis: Basis?
    /// Units that are left, of those the step counts.
    public var units: Int?

    package init(seconds: Double? = nil, basis: Basis? = nil, units: Int? = nil) {
        self.seconds = seconds
        self.basis = basis
        self.units = units
    }
}

extension CellPlan {
    /// What steps have in common that take alike: the first word of their names, e.g. "train".
    var kind: String { String(name.prefix { $0 != " " }) }
}

extension Store {
    /// What is left of a step would take, by the best evidence there is: the same step's own time, that of
    /// steps of its kind in this workspace, or the reference rates; nothing for a step that declares no work. A step
    /// that works its time out from sizes is estimated by that, and by no other step's rate.
    ///
    /// - Parameter slowdown: how much slower this machine is than the one of ``ReferenceRate``, if measured.
    /// - Throws: ``StoreError``.
    public func estimate(_ plan: CellPlan, slowdown: Double? = nil) throws -> StepEstimate {
        guard !plan.isCached else { return StepEstimate(seconds: 0, basis: nil, units: 0) }
        let units = (plan.work?.units ?? plan.total).map { max(0, $0 - plan.completed) }
        if let rate = plan.earlierSecondsPerUnit, let units {
            return StepEstimate(seconds: rate * Double(units), basis: .sameStep, units: units)
        }
        if let seconds = plan.earlierSeconds { return StepEstimate(seconds: seconds, basis: .sameStep, units: units) }
        // A step that declares no work reads and writes rows.
        guard plan.work != nil else { return StepEstimate(seconds: 0, units: units) }
        guard let units else { return StepEstimate() }
        if let computed = plan.work?.computed, let all = plan.work?.units {
            let share = all > 0 ? Double(units) / Double(all) : 0
            return StepEstimate(
                seconds: computed.seconds * share * (slowdown ?? 1), basis: .computed(source: computed.source, slowdown: slowdown),
                units: units)
        }
        let rates = try secondsPerUnit(kind: plan.kind).sorted()
        if !rates.isEmpty {
            let median = (rates[(rates.count - 1) / 2] + rates[rates.count / 2]) / 2
            return StepEstimate(seconds: median * Double(units), basis: .sameKind(count: rates.count), units: units)
        }
        guard let reference = ReferenceRate.of(plan.kind), let perUnit = plan.work?.referenceUnits else {
            return StepEstimate(units: units)
        }
        let seconds = reference.secondsPerUnit * perUnit * Double(units)
        return StepEstimate(seconds: seconds * (slowdown ?? 1), basis: .reference(slowdown: slowdown), units: units)
    }
}
