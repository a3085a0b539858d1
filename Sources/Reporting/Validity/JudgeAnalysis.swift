import Statistics

/// The judge's calibration in numbers, computed once from its readings: what tables and result files show.
struct JudgeAnalysis: Sendable {
    /// Answers of one reader to one choice of questions from one kind of passage.
    struct Group: Sendable {
        let split: String
        let reader: JudgeReading.Reader
        let questions: JudgeReading.Questions
        let passage: String
        let correct: JudgeShare
        let unsure: JudgeShare
        let wrong: JudgeShare

        var count: Int { correct.proportion.trials }
    }

    /// Another reader beside the judge, on the questions and passages that both answered.
    struct Agreement: Sendable {
        let reader: JudgeReading.Reader
        let agreeing: JudgeShare
        /// Agreement that the two readers' choices give by chance alone.
        let chance: Double
        /// `nil` where it is not defined.
        let kappa: Estimate?

        var count: Int { agreeing.proportion.trials }
    }

    let readings: [JudgeReading]
    let bootstrap: ArticleBootstrap
    /// Test before development; all candidates before those asked; from all of the article to nothing of it.
    let groups: [Group]
    /// On test articles, of the questions asked.
    let agreements: [Agreement]

    init(_ readings: [JudgeReading], bootstrap: ArticleBootstrap) throws {
        self.readings = readings
        self.bootstrap = bootstrap
        groups = try Self.groups(of: readings, bootstrap)
        agreements = try Self.agreements(of: readings, bootstrap)
    }

    // MARK: Groups

    private static func groups(of readings: [JudgeReading], _ bootstrap: ArticleBootstrap) throws -> [Group] {
        let order: [(JudgeReading.Reader, JudgeReading.Questions)] = [
            (.judge, .candidates), (.judge, .asked), (.paraphrase, .asked), (.letters, .asked), (.forced, .candidates), (.forced, .asked),
        ]
        return try ["test", "development"].flatMap { split in
            try order.flatMap { reader, questions in
                let some = readings.filter { $0.split == split && $0.reader == reader && $0.questions == questions }
                return try passages(some).compactMap { passage in
                    try group(some.filter { $0.passage == passage }, bootstrap)
                }
            }
        }
    }

    private static func group(_ readings: [JudgeReading], _ bootstrap: ArticleBootstrap) throws -> Group? {
        guard let first = readings.first else { return nil }
        let name = "judge/\(first.split)/\(first.reader.rawValue)/\(first.questions.rawValue)/\(first.passage)"
        func share(_ what: String, _ holds: (JudgeReading) -> Bool) throws -> JudgeShare? {
            try JudgeShare(of: readings, bootstrap: bootstrap, metric: "\(name)/\(what)", where: holds)
        }
        guard let correct = try share("correct", { $0.choice == $0.answer }), let unsure = try share("unsure", { $0.choice == nil }),
            let wrong = try share("wrong", { $0.choice != nil && $0.choice != $0.answer })
        else { return nil }
        return Group(
            split: first.split, reader: first.reader, questions: first.questions, passage: first.passage, correct: correct,
            unsure: unsure, wrong: wrong)
    }

    /// From all of the article to nothing of it.
    private static func passages(_ readings: [JudgeReading]) -> [String] {
        let known = [
            "full article", "best sample", "first 3 sentences", "first 2 sentences", "first sentence", "another article", "nothing",
        ]
        let present = Set(readings.map(\.passage))
        return known.filter(present.contains) + present.subtracting(known).sorted()
    }

    // MARK: Agreement

    private static func agreements(of readings: [JudgeReading], _ bootstrap: ArticleBootstrap) throws -> [Agreement] {
        let asked = readings.filter { $0.questions == .asked && $0.split == "test" }
        let own = Dictionary(asked.filter { $0.reader == .judge }.map { (Key($0), $0) }, uniquingKeysWith: { first, _ in first })
        return try [JudgeReading.Reader.paraphrase, .letters].compactMap { reader in
            let shared = asked.filter { $0.reader == reader && own[Key($0)] != nil }
            let pairs = shared.map { (articleID: $0.articleID, first: own[Key($0)]?.choice ?? -1, second: $0.choice ?? -1) }
            let agreeing = try JudgeShare(of: shared, bootstrap: bootstrap, metric: "judge/agreement/\(reader.rawValue)") {
                own[Key($0)]?.choice == $0.choice
            }
            guard let agreeing else { return nil }
            return Agreement(
                reader: reader, agreeing: agreeing, chance: try CohenKappa(pairs.map { (first: $0.first, second: $0.second) }).chanceAgreement,
                kappa: try bootstrap.kappa(of: pairs, metric: "judge/kappa/\(reader.rawValue)"))
        }
    }

    private struct Key: Hashable {
        var passage: String
        var articleID: String
        var question: Int

        init(_ reading: JudgeReading) {
            passage = reading.passage
            articleID = reading.articleID
            question = reading.question
        }
    }
}
