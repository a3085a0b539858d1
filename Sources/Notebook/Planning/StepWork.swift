/// What is known of a step's work before it runs: what its estimate is made from.
public struct StepWork: Sendable, Equatable {
    /// Units the step counts as its progress, e.g. summaries, questions or optimizer steps; `nil` where
    /// that depends on steps before it.
    public var units: Int?
    /// What one of them is called, in the plural.
    public var unit: String
    /// How much of a ``ReferenceRate``'s unit one of them is: pairs per optimizer step in a training, mostly 1; `nil`
    /// where the rate of its kind tells nothing.
    public var referenceUnits: Double?
    /// Time worked out from sizes, for steps that no other step's rate tells anything of.
    public var computed: ComputedTime?
    /// Summaries put to the judge, with all questions of their article.
    public var judgeCalls: Int
    /// The most memory the process holds during the step, in bytes.
    public var memoryBytes: Int?
    /// What the step leaves in the workspace, apart from rows, in bytes.
    public var diskBytes: Int?

    public init(
        units: Int? = nil, unit: String = "", referenceUnits: Double? = 1, computed: ComputedTime? = nil, judgeCalls: Int = 0,
        memoryBytes: Int? = nil, diskBytes: Int? = nil
    ) {
        self.units = units
        self.unit = unit
        self.referenceUnits = referenceUnits
        self.computed = computed
        self.judgeCalls = judgeCalls
        self.memoryBytes = memoryBytes
        self.diskBytes = diskBytes
    }
}

/// Time that was worked out, and from what.
public struct ComputedTime: Sendable, Hashable {
    /// Of all units.
    public var seconds: Double
    /// The rate it was divided by, and where that was measured.
    public var source: String

    public init(seconds: Double, source: String) {
        self.seconds = seconds
        self.source = source
    }
}
