import Statistics

/// The judge's calibration as tables, for the report and for a terminal.
public struct JudgeTables {
    let readings: [JudgeReading]
    let bootstrap: ArticleBootstrap

    public init(_ readings: [JudgeReading], rootSeed: UInt64, draws: Int = 10_000) {
        self.init(readings, bootstrap: ArticleBootstrap(rootSeed: rootSeed, draws: draws))
    }

    init(_ readings: [JudgeReading], bootstrap: ArticleBootstrap) {
        self.readings = readings
        self.bootstrap = bootstrap
    }

    /// Answers by passage, by kind of question and by position, and agreement; those that have rows.
    public func all() throws -> [Table] {
        try [passages(), kinds(), positions(), agreement()].filter { !$0.rows.isEmpty }
    }

    // MARK: By passage

    /// What a judge that can be trusted answers on the test articles.
    private struct Goal: Sendable {
        var reader: JudgeReading.Reader
        var questions: JudgeReading.Questions
        var passage: String
        var text: String
        var isMet: @Sendable (_ correct: Double, _ unsure: Double) -> Bool
    }

    private static let goals = [
        Goal(reader: .judge, questions: .candidates, passage: "full article", text: "correct ≥ 88 %") { correct, _ in correct >= 0.88 },
        Goal(reader: .judge, questions: .candidates, passage: "another article", text: "correct ≤ 5 %, unsure ≥ 90 %") {
            $0 <= 0.05 && $1 >= 0.9
        },
        Goal(reader: .judge, questions: .candidates, passage: "nothing", text: "unsure 100 %") { _, unsure in unsure == 1 },
        Goal(reader: .paraphrase, questions: .asked, passage: "full article", text: "correct ≥ 92 %") { correct, _ in correct >= 0.92 },
    ]

    private func passages() throws -> Table {
        var rows: [Table.Row] = []
        for split in ["test", "development"] {
            for (reader, questions) in [
                (JudgeReading.Reader.judge, JudgeReading.Questions.candidates), (.judge, .asked), (.paraphrase, .asked), (.letters, .asked),
            ] {
                let group = readings.filter { $0.split == split && $0.reader == reader && $0.questions == questions }
                var isFirst = true
                for passage in Self.passageOrder(group) {
                    rows.append(try row(passage, group.filter { $0.passage == passage }, opensGroup: isFirst))
                    isFirst = false
                }
            }
        }
        return Table(
            id: "judge-validity", caption: "What the judge answers, by what it is given to read", columns: [
                .init("Passage", alignment: .leading), .init("Read by", alignment: .leading), .init("Split", alignment: .leading),
                .init("Questions"), .init("Correct"), .init("Unsure"), .init("Wrong"), .init("Goal", alignment: .leading),
            ],
            rows: rows,
            notes: [
                "Every candidate: before questions are left out that the judge cannot answer from the article, or can without it. "
                    + "Other wording: the judge's prompt in other words. Letters: the original model, asked for the letter with the study's own prompt. "
                    + "The first 3 sentences are a good summary. Intervals take articles as independent, not their questions."
            ])
    }

    private func row(_ passage: String, _ readings: [JudgeReading], opensGroup: Bool) throws -> Table.Row {
        guard let first = readings.first else { return Table.Row([]) }
        let name = "judge/\(first.split)/\(first.reader.rawValue)/\(first.questions.rawValue)/\(passage)"
        func share(_ what: String, _ holds: (JudgeReading) -> Bool) throws -> JudgeShare? {
            try JudgeShare(of: readings, bootstrap: bootstrap, metric: "\(name)/\(what)", where: holds)
        }
        let correct = try share("correct") { $0.choice == $0.answer }
        let unsure = try share("unsure") { $0.choice == nil }
        let wrong = try share("wrong") { $0.choice != nil && $0.choice != $0.answer }
        let goal = first.split == "test"
            ? Self.goals.first { $0.reader == first.reader && $0.questions == first.questions && $0.passage == passage } : nil
        let verdict = goal.map { goal in
            let isMet = goal.isMet(correct?.estimate.value ?? 0, unsure?.estimate.value ?? 0)
            return Table.Cell("\(goal.text): \(isMet ? "met" : "missed")", tone: isMet ? .favourable : .adverse)
        }
        return Table.Row(
            [
                .init(passage), .init(Self.label(first)), .init(first.split),
                .init(NumberFormat.grouped(readings.count), value: Double(readings.count)),
                correct?.cell ?? .missing, unsure?.cell ?? .missing, wrong?.cell ?? .missing, verdict ?? .init(""),
            ], opensGroup: opensGroup)
    }

    private static func label(_ reading: JudgeReading) -> String {
        switch (reading.reader, reading.questions) {
        case (.judge, .asked): "the judge"
        case (.judge, .candidates): "the judge, every candidate"
        case (.paraphrase, _): "the judge, other wording"
        case (.letters, _): "letters"
        }
    }

    /// From all of the article to nothing of it.
    private static func passageOrder(_ readings: [JudgeReading]) -> [String] {
        let known = ["full article", "first 3 sentences", "first 2 sentences", "first sentence", "another article", "nothing"]
        let present = Set(readings.map(\.passage))
        return known.filter(present.contains) + present.subtracting(known).sorted()
    }

    // MARK: By kind

    private func kinds() throws -> Table {
        let full = readings.filter { $0.reader == .judge && $0.passage == "full article" }
        let kinds = Set(full.map(\.kind)).map { kind in (kind, full.filter { $0.kind == kind }) }
            .sorted { ($1.1.count, $0.0) < ($0.1.count, $1.0) }
        func share(_ readings: [JudgeReading], _ name: String) throws -> Table.Cell {
            try JudgeShare(of: readings, bootstrap: bootstrap, metric: "judge/kind/\(name)") { $0.choice == $0.answer }?.cell ?? .missing
        }
        return Table(
            id: "judge-kinds", caption: "Correct answers from the full article, by what is asked for", columns: [
                .init("Kind", alignment: .leading), .init("Candidates"), .init("Correct", detail: "of candidates"), .init("Asked"),
                .init("Correct", detail: "of asked"),
            ],
            rows: try kinds.map { kind, readings in
                let candidates = readings.filter { $0.questions == .candidates }
                let asked = readings.filter { $0.questions == .asked }
                return Table.Row([
                    .init(kind), .init(NumberFormat.grouped(candidates.count), value: Double(candidates.count)),
                    try share(candidates, kind + "/candidates"), .init(NumberFormat.grouped(asked.count), value: Double(asked.count)),
                    try share(asked, kind + "/asked"),
                ])
            },
            notes: ["Test and development articles together."])
    }

    // MARK: By position

    private func positions() throws -> Table {
        let asked = readings.filter { $0.questions == .asked }
        let own = asked.filter { $0.reader == .judge }
        let right = own.filter { $0.passage == "full article" }
        let count = (asked.flatMap { [$0.answer, $0.choice ?? 0] }.max() ?? -1) + 1
        func share(_ readings: [JudgeReading], _ name: String, _ holds: (JudgeReading) -> Bool) throws -> Table.Cell {
            try JudgeShare(of: readings, bootstrap: bootstrap, metric: "judge/position/\(name)", where: holds)?.cell ?? .missing
        }
        let chosen = own.filter { $0.choice != nil }
        let letters = asked.filter { $0.reader == .letters && $0.choice != nil }
        return Table(
            id: "judge-positions", caption: "Right options and chosen options, by position", columns: [
                .init("Option", alignment: .leading), .init("Right"), .init("Chosen", detail: "by the judge"),
                .init("Chosen", detail: "by letters"),
            ],
            rows: try (0..<count).map { position in
                Table.Row([
                    .init(String(UnicodeScalar(UInt8(ascii: "A") + UInt8(clamping: position)))),
                    try share(right, "right/\(position)") { $0.answer == position },
                    try share(chosen, "chosen/\(position)") { $0.choice == position },
                    try share(letters, "letters/\(position)") { $0.choice == position },
                ])
            },
            notes: ["A judge that prefers a position guesses. Questions asked, all passages, both splits; \"Unsure\" left out."])
    }

    // MARK: Agreement

    private func agreement() throws -> Table {
        let asked = readings.filter { $0.questions == .asked && $0.split == "test" }
        let own = Dictionary(asked.filter { $0.reader == .judge }.map { (Key($0), $0) }, uniquingKeysWith: { first, _ in first })
        var rows: [Table.Row] = []
        for reader in JudgeReading.Reader.allCases where reader != .judge {
            let shared = asked.filter { $0.reader == reader && own[Key($0)] != nil }
            let pairs = shared.map { (articleID: $0.articleID, first: own[Key($0)]?.choice ?? -1, second: $0.choice ?? -1) }
            guard !pairs.isEmpty else { continue }
            let agreeing = try JudgeShare(of: shared, bootstrap: bootstrap, metric: "judge/agreement/\(reader.rawValue)") {
                own[Key($0)]?.choice == $0.choice
            }
            let kappa = try CohenKappa(pairs.map { (first: $0.first, second: $0.second) })
            let estimate = try bootstrap.kappa(of: pairs, metric: "judge/kappa/\(reader.rawValue)")
            rows.append(
                Table.Row([
                    .init(reader == .paraphrase ? "the judge, other wording" : "letters"),
                    .init(NumberFormat.grouped(pairs.count), value: Double(pairs.count)),
                    agreeing?.cell ?? .missing,
                    .init("\(NumberFormat.fixed(kappa.chanceAgreement * 100, decimals: 1)) %", value: kappa.chanceAgreement),
                    estimate.map { .plain($0) } ?? .missing,
                ]))
        }
        return Table(
            id: "judge-agreement", caption: "Agreement of the judge with other readers", columns: [
                .init("Reader", alignment: .leading), .init("Answers"), .init("Agree"), .init("By chance"), .init("Cohen's kappa"),
            ],
            rows: rows,
            notes: ["The same questions, answered from the same passages of test articles; \"Unsure\" is an answer. Kappa: 1 is full agreement, 0 what chance gives; its interval takes articles as independent."])
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
