/// Time per unit of a kind of step on a known machine, for a workspace that has measured nothing yet.
struct ReferenceRate: Sendable {
    /// First word of the names of its steps.
    var kind: String
    var secondsPerUnit: Double

    /// Where the rates were measured.
    static let source = "the published full run (SmolLM2-135M, two AMD Zen 5 cores, AVX512-BF16)"

    /// From the steps of run `iteration2-9fcb71` of 21 November 2026, seconds over units, in
    /// `Reports/published/report.md`; the questions from a quick run of that day.
    static let all = [
        // 105.3 s for ten sampled summaries of each of 129 articles.
        ReferenceRate(kind: "sample", secondsPerUnit: 105.3 / 1290),
        // 15.7 s for a greedy summary of each of 86 articles.
        ReferenceRate(kind: "summarise", secondsPerUnit: 15.7 / 86),
        // 97.9 s for 1,290 summaries.
        ReferenceRate(kind: "judge", secondsPerUnit: 97.9 / 1290),
        // 5.4 s for the summaries of 78 articles.
        ReferenceRate(kind: "evaluate", secondsPerUnit: 5.4 / 78),
        // 307.4 s for 386 pairs, all weights, one epoch, measured on development articles three times.
        ReferenceRate(kind: "train", secondsPerUnit: 307.4 / 386),
        // Two minutes for 246 articles.
        ReferenceRate(kind: "questions", secondsPerUnit: 120.0 / 246),
    ]

    static func of(_ kind: String) -> ReferenceRate? { all.first { $0.kind == kind } }
}
