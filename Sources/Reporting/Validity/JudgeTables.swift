import Statistics

/// The judge's calibration as tables, for the report and for a terminal.
public struct JudgeTables {
    private let analysis: JudgeAnalysis
    private var readings: [JudgeReading] { analysis.readings }

    public init(_ readings: [JudgeReading], rootSeed: UInt64, draws: Int = 10_000) throws {
        self.init(try JudgeAnalysis(readings, bootstrap: ArticleBootstrap(rootSeed: rootSeed, draws: draws)))
    }

    init(_ analysis: JudgeAnalysis) { self.analysis = analysis }

    /// Answers by passage, guesses, answers by kind of question and by position, and agreement; those that have rows.
    public func all() throws -> [Table] {
        try [passages(), guesses(), kinds(), positions(), agreement()].filter { !$0.rows.isEmpty }
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

    /// What a guess gets right of questions with five options, and how far guesses may be from it.
    private static let chance = 0.2
    private static let chanceMargin = 0.05

    private func passages() -> Table {
        var rows: [Table.Row] = []
        var previous: JudgeAnalysis.Group?
        for group in analysis.groups where group.reader != .forced {
            let opensGroup = previous.map { ($0.split, $0.reader, $0.questions) != (group.split, group.reader, group.questions) } ?? true
            rows.append(row(group, opensGroup: opensGroup))
            previous = group
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
                    + "Best sample: of several summaries by the original model the one that the preference function takes, a good summary "
                    + "by this judge's own answers. Intervals take articles as independent, not their questions."
            ])
    }

    private func row(_ group: JudgeAnalysis.Group, opensGroup: Bool) -> Table.Row {
        let goal = group.split == "test"
            ? Self.goals.first { $0.reader == group.reader && $0.questions == group.questions && $0.passage == group.passage } : nil
        let verdict = goal.map { goal in
            let isMet = goal.isMet(group.correct.estimate.value, group.unsure.estimate.value)
            return Self.verdict(isMet, goal.text)
        }
        return Table.Row(
            [
                .init(group.passage), .init(Self.label(group)), .init(group.split),
                .init(NumberFormat.grouped(group.count), value: Double(group.count)), group.correct.cell, group.unsure.cell,
                group.wrong.cell, verdict ?? .init(""),
            ], opensGroup: opensGroup)
    }

    private static func verdict(_ isMet: Bool, _ goal: String) -> Table.Cell {
        Table.Cell(isMet ? "met" : "missed", detail: goal, tone: isMet ? .favourable : .adverse)
    }

    private static func label(_ group: JudgeAnalysis.Group) -> String {
        switch (group.reader, group.questions) {
        case (.judge, .asked): "the judge"
        case (.judge, .candidates): "the judge, every candidate"
        case (.paraphrase, _): "the judge, other wording"
        case (.forced, _): "guesses"
        case (.letters, _): "letters"
        }
    }

    // MARK: Guesses

    /// Whether the whole interval is near chance, or none of it.
    private static func chanceVerdict(_ share: JudgeShare) -> Table.Cell {
        let goal = "\(Int(((chance - chanceMargin) * 100).rounded())) to \(Int(((chance + chanceMargin) * 100).rounded())) %"
        guard let interval = share.interval else { return .init("cannot be told", detail: goal) }
        if interval.lower > chance + chanceMargin || interval.upper < chance - chanceMargin { return verdict(false, goal) }
        let isInside = interval.lower >= chance - chanceMargin && interval.upper <= chance + chanceMargin
        return isInside ? verdict(true, goal) : .init("cannot be told", detail: goal)
    }

    private func guesses() -> Table {
        let groups = analysis.groups.filter { $0.reader == .forced && ["nothing", "another article"].contains($0.passage) }
        var previous: JudgeAnalysis.Group?
        let rows = groups.map { group in
            let isStatement = group.passage == "nothing"
            // After the gain is taken, of the questions that are asked.
            let goal = group.questions == .asked && group.split == "test" ? Self.chanceVerdict(group.correct) : Table.Cell("")
            let opensGroup = previous.map { ($0.split, $0.questions) != (group.split, group.questions) } ?? true
            previous = group
            return Table.Row(
                [
                    .init(isStatement ? "the statement alone" : "what another article raises most"),
                    .init(group.questions == .candidates ? "every candidate" : "asked"), .init(group.split),
                    .init(NumberFormat.grouped(group.count), value: Double(group.count)), group.correct.cell, goal,
                ], opensGroup: opensGroup)
        }
        return Table(
            id: "judge-guesses", caption: "What the judge would guess right, were it not allowed to be unsure", columns: [
                .init("Guesses by", alignment: .leading), .init("Questions", alignment: .leading), .init("Split", alignment: .leading),
                .init("Answers"), .init("Correct"), .init("Goal", alignment: .leading),
            ],
            rows: rows,
            notes: [
                "Chance is 20 %; a goal is met or missed where the whole interval is. The statement alone: the likeliest option without any passage. What another article raises most: the "
                    + "option whose likelihood gains most over no passage, which is what the judge goes by. Below chance, a guesser loses by following the model: "
                    + "questions whose right option was the likeliest anyway are left out."
            ])
    }

    // MARK: By kind

    private func kinds() throws -> Table {
        let own = readings.filter { $0.reader == .judge && ["full article", "another article"].contains($0.passage) }
        // Before any is left out, where that was measured: those asked were chosen for being answered right.
        let candidates = own.filter { $0.questions == .candidates }
        let counted = candidates.isEmpty ? own : candidates
        let kinds = Set(counted.map(\.kind)).map { kind in (kind, counted.filter { $0.kind == kind }) }
            .sorted { ($1.1.count, $0.0) < ($0.1.count, $1.0) }
        func shares(_ readings: [JudgeReading], _ name: String) throws -> [Table.Cell] {
            func share(_ what: String, _ holds: (JudgeReading) -> Bool) throws -> Table.Cell {
                try JudgeShare(of: readings, bootstrap: analysis.bootstrap, metric: "judge/kind/\(name)/\(what)", where: holds)?.cell ?? .missing
            }
            return [
                try share("correct") { $0.choice == $0.answer }, try share("wrong") { $0.choice != nil && $0.choice != $0.answer },
                try share("unsure") { $0.choice == nil },
            ]
        }
        return Table(
            id: "judge-kinds", caption: "What the judge answers, by what is asked for", columns: [
                .init("Kind", alignment: .leading), .init("Questions"), .init("Correct", detail: "full article"),
                .init("Wrong", detail: "full article"), .init("Unsure", detail: "full article"), .init("Correct", detail: "another article"),
                .init("Wrong", detail: "another article"), .init("Unsure", detail: "another article"),
            ],
            rows: try kinds.map { kind, readings in
                let full = readings.filter { $0.passage == "full article" }
                let other = readings.filter { $0.passage == "another article" }
                let count = max(full.count, other.count)
                return Table.Row(
                    [.init(kind), .init(NumberFormat.grouped(count), value: Double(count))] + (try shares(full, kind + "/full"))
                        + (try shares(other, kind + "/other")))
            },
            notes: ["Test and development articles together; \(candidates.isEmpty ? "questions asked" : "every candidate question")."])
    }

    // MARK: By position

    private func positions() throws -> Table {
        let asked = readings.filter { $0.questions == .asked && $0.reader != .forced }
        let own = asked.filter { $0.reader == .judge }
        let right = own.filter { $0.passage == "full article" }
        let count = (asked.flatMap { [$0.answer, $0.choice ?? 0] }.max() ?? -1) + 1
        func share(_ readings: [JudgeReading], _ name: String, _ holds: (JudgeReading) -> Bool) throws -> Table.Cell {
            try JudgeShare(of: readings, bootstrap: analysis.bootstrap, metric: "judge/position/\(name)", where: holds)?.cell ?? .missing
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
                    .init(Self.letter(position)),
                    try share(right, "right/\(position)") { $0.answer == position },
                    try share(chosen, "chosen/\(position)") { $0.choice == position },
                    try share(letters, "letters/\(position)") { $0.choice == position },
                ])
            },
            notes: ["A judge that prefers a position guesses. Questions asked, all passages, both splits; \"Unsure\" left out."])
    }

    // MARK: Agreement

    private func agreement() -> Table {
        let rows = analysis.agreements.map { agreement in
            Table.Row([
                .init(agreement.reader == .paraphrase ? "the judge, other wording" : "letters"),
                .init(NumberFormat.grouped(agreement.count), value: Double(agreement.count)), agreement.agreeing.cell,
                .init("\(NumberFormat.fixed(agreement.chance * 100, decimals: 1)) %", value: agreement.chance),
                agreement.kappa.map { .plain($0) } ?? .missing,
            ])
        }
        return Table(
            id: "judge-agreement", caption: "Agreement of the judge with other readers", columns: [
                .init("Reader", alignment: .leading), .init("Answers"), .init("Agree"), .init("By chance"), .init("Cohen's kappa"),
            ],
            rows: rows,
            notes: ["The same questions, answered from the same passages of test articles; \"Unsure\" is an answer. Kappa: 1 is full agreement, 0 what chance gives; its interval takes articles as independent."] + ability())
    }

    /// How far the second reader can read at all: agreement with a guesser says nothing of the judge.
    private func ability() -> [String] {
        let letters = readings.filter { $0.reader == .letters && $0.questions == .asked && $0.split == "test" }
        let full = letters.filter { $0.passage == "full article" }
        guard !full.isEmpty else { return [] }
        let right = Double(full.count { $0.choice == $0.answer }) / Double(full.count)
        let sentence = "Letters answers \(NumberFormat.percent(right)) of these questions right from the full article (a guess: \(NumberFormat.percent(Self.chance)))"
        let chosen = Dictionary(grouping: letters.compactMap(\.choice)) { $0 }.mapValues(\.count)
        guard let commonest = chosen.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else { return [sentence + " and names no letter."] }
        let share = Double(commonest.value) / Double(letters.count)
        return [sentence + " and gives \(Self.letter(commonest.key)) in \(NumberFormat.percent(share)) of its answers."]
    }

    private static func letter(_ position: Int) -> String { String(UnicodeScalar(UInt8(ascii: "A") + UInt8(clamping: position))) }
}
