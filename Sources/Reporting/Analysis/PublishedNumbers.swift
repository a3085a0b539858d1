import Statistics

/// The study's published numbers: 1,050 CNN/DailyMail articles, Mistral-7B-Instruct-v0.1, judged by
/// Llama-3-70B-Instruct. Each carries the configuration it came from.
struct PublishedSystem: Sendable {
    /// A percentage with the digits it was published with.
    struct Percentage: Sendable, ExpressibleByStringLiteral {
        let text: String
        var value: Double { Double(text) ?? .nan }
        init(stringLiteral value: String) { text = value }
    }

    var label: String
    /// Our kind of system that it corresponds to.
    var kind: SystemResult.Kind
    var atLeast3: Percentage
    var atLeast4: Percentage
    var medianCompression: Percentage
    var meanCompression: Percentage
    var tooLong: Percentage
    var invalidCharacters: Percentage
    var winRate: Percentage?
    var configuration: String

    static let count = 1050

    static let all = [
        PublishedSystem(
            label: "DPO", kind: .dpo, atLeast3: "65.43", atLeast4: "25.71", medianCompression: "11.58", meanCompression: "13.00",
            tooLong: "0", invalidCharacters: "0", winRate: "74.0",
            configuration: "the template's shipped run, apparently LoRA rank 8, beta 0.01"),
        PublishedSystem(
            label: "original", kind: .original, atLeast3: "43.05", atLeast4: "13.52", medianCompression: "12.73",
            meanCompression: "14.34", tooLong: "0", invalidCharacters: "0.095", winRate: nil,
            configuration: "Mistral-7B-Instruct-v0.1, untuned"),
        PublishedSystem(
            label: "GPT-4o, 2 sentences", kind: .endpoint, atLeast3: "37.24", atLeast4: "10.00", medianCompression: "8.05",
            meanCompression: "9.36", tooLong: "0", invalidCharacters: "0", winRate: "64.81",
            configuration: "prompted for 2 sentences"),
    ]

    static let source = """
        “Direct Preference Optimization with Synthetic Data” and its template's published evaluation, \
        n = 1,050 articles of CNN/DailyMail, Mistral-7B-Instruct-v0.1, Llama-3-70B judge
        """

    static func of(_ kind: SystemResult.Kind) -> PublishedSystem? { all.first { $0.kind == kind } }

    /// A published share as the count it must have been, so that it can have an interval.
    static func proportion(_ percentage: Percentage) throws -> Proportion {
        try Proportion(successes: Int((percentage.value / 100 * Double(count)).rounded()), of: count)
    }
}
