import Notebook
import Preferences

extension Study {
    /// What the metric makes of texts that summarise nothing, one per test article and way of gaming it.
    ///
    /// Kept as evaluations of kind `gaming`; the report shows them beside the judge's calibration only.
    public func gaming(on articles: ArticleSets, with bank: QuestionBank, line: Int = #line) async throws {
        for strategy in GamingStrategy.allCases {
            let system = SystemDescription(
                name: "gaming-" + strategy.rawValue, label: strategy.label, kind: SystemKind.gaming.rawValue)
            _ = try await evaluate(
                system, source: ["gaming": .string(strategy.rawValue), "version": .int(GamingStrategy.version)],
                part: .test, articles: articles, bank: bank, line: line
            ) {
                let sets = try bank.sets()
                return articles.test.map { article in
                    (sets[article.id].map { strategy.text(about: article, questions: $0) } ?? "", false)
                }
            }
        }
    }
}
