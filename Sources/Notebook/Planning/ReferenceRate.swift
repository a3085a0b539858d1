/// Time per unit of a kind of step on a known machine, for a workspace that has measured nothing yet.
struct ReferenceRate: Sendable {
    /// First word of the names of its steps.
    var kind: String
    var secondsPerUnit: Double

    /// Where the rates were measured.
    static let source = "the published runs (SmolLM2-135M, two AMD Zen 5 or Intel Xeon cores, bfloat16)"

    /// Seconds over units of the steps of published runs of 21 November 2026. On summaries the full run on two AMD
    /// Zen 5 cores, `Reports/published/report.md`; its questions from a quick run there.
    private static let summaries = [
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

    /// What the full run did not have, of the quick run of 1 December 2026 on two Intel Xeon cores with AMX,
    /// `Reports/quick/report.md`; on instructions, of an earlier one, 22 November.
    private static let others = [
        // 11.4 s for 12 articles.
        ReferenceRate(kind: "tune", secondsPerUnit: 11.4 / 12),
        // 47.5 s for 31 readings of some of 54 articles, per article.
        ReferenceRate(kind: "calibrate", secondsPerUnit: 47.5 / 31 / 54),
        // 17.8 s for 454 texts.
        ReferenceRate(kind: "fluency", secondsPerUnit: 17.8 / 454),
        // 41.3 s for five responses of at most 256 tokens to each of 50 instructions, per 128 tokens.
        ReferenceRate(kind: "respond", secondsPerUnit: 41.3 / 250 / 2),
        // 23.0 s for 250 responses by the original model's likelihood gain of the instruction.
        ReferenceRate(kind: "rank", secondsPerUnit: 23.0 / 250),
        // 65.1 s for 64 texts by each of five rewards.
        ReferenceRate(kind: "check", secondsPerUnit: 65.1 / 64 / 5),
        // 20.9 s for the 32 attempts that 24 instructions took, per instruction.
        ReferenceRate(kind: "write", secondsPerUnit: 20.9 / 24),
        // 80.2 s for 96 responses, the digits read besides.
        ReferenceRate(kind: "grade", secondsPerUnit: 80.2 / 96),
        // 5.1 s for two responses to each of 26 instructions.
        ReferenceRate(kind: "compare", secondsPerUnit: 5.1 / 52),
    ]

    static let all = summaries + others

    static func of(_ kind: String) -> ReferenceRate? { all.first { $0.kind == kind } }
}
