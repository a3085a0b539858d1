import Preferences
import Statistics

/// The embedded judge's rule: its thresholds, where they come from, and what it answers on development articles.
public struct RuleTable {
    private let tuning: ClozeRuleTuning

    public init(_ tuning: ClozeRuleTuning) { self.tuning = tuning }

    public var sentence: String {
        let rule = tuning.rule
        let thresholds = """
            The judge takes the likeliest option where its posterior exceeds \(NumberText.plain(rule.minimumPosterior)), its \
            log-likelihood gained more than \(NumberText.plain(rule.minimumGain)) nats over no passage, and more than \
            \(NumberText.plain(rule.minimumAdvantage)) nats beyond what the other options gained on average; \
            \(NumberText.plain(rule.unaidedWeight)) of the log-likelihoods without a passage are taken off first. Otherwise it is unsure.
            """
        if let fallback = tuning.fallback {
            return thresholds + " These are the standard thresholds, not tuned on this study's articles: \(fallback)."
        }
        let articles = Prose.counted(tuning.articleCount, "development article")
        return thresholds + """
             Chosen on \(articles): the most right answers from the full article among rules with at most \
            \(Self.percent(tuning.goals.maximumCorrectFromOther)) right and at least \(Self.percent(tuning.goals.minimumUnsureFromOther)) \
            unsure from another article.
            """
    }

    public func table() -> Table {
        Table(
            id: "judge-rule",
            caption: tuning.fallback == nil
                ? "What the rule answers on the development articles that it was tuned on" : "What the standard rule answers on development articles",
            columns: [.init("Passage", alignment: .leading), .init("Questions"), .init("Correct"), .init("Unsure"), .init("Wrong")],
            rows: [("full article", tuning.fullArticle), ("another article", tuning.otherArticle)].map { name, answers in
                .init([
                    .init(name), .init(NumberFormat.grouped(answers.count), value: Double(answers.count)),
                    Self.share(answers.correct, answers), Self.share(answers.unsure, answers), Self.share(answers.wrong, answers),
                ])
            },
            notes: [
                """
                Every candidate question about \(Prose.counted(tuning.articleCount, "article")). A rule does better on what it was tuned on \
                than elsewhere: the test articles' rates say how good it is.
                """
            ])
    }

    private static func share(_ count: Int, _ answers: ClozeRuleTuning.Answers) -> Table.Cell {
        guard answers.count > 0 else { return .missing }
        let share = Double(count) / Double(answers.count)
        return .init("\(NumberFormat.fixed(share * 100, decimals: 1)) %", value: share)
    }

    private static func percent(_ share: Double) -> String { "\(NumberText.plain((share * 1000).rounded() / 10)) %" }
}
