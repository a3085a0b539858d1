import Preferences
import Statistics

/// Section 8: about twenty articles chosen by rule, and the failures.
struct ExampleSection {
    let analysis: StudyAnalysis

    /// How many articles each rule shows.
    private static let quota: [(rule: Rule, count: Int)] = [(.win, 5), (.loss, 5), (.tie, 3), (.failure, 3)]
    /// Drawn ones fill up to this many.
    private static let total = 20
    private static let galleryLimit = 12

    private enum Rule: String {
        case win = "Largest win"
        case loss = "Largest loss"
        case tie = "Tie"
        case failure = "Failure"
        case random = "Random"
    }

    private struct Candidate {
        var index: Int
        var articleID: String
        var outcome: PreferenceOutcome
        /// Correct answers gained, then words saved.
        var gain: (correct: Int, words: Int)
        var isFailure: Bool
    }

    func section() -> ReportSection {
        var blocks: [Block] = []
        if let headline = analysis.headline, let original = analysis.original {
            let examples = examples(headline, original)
            blocks.append(.text(
                "Chosen by rule, not by eye: \(headline.label) against the original, the wins and losses with the largest change in correct answers, then in words; ties; failures; and articles drawn with the root seed. Article and summaries are shown as text, with hidden characters made visible."
            ))
            blocks.append(.heading("\(examples.count) articles", id: "articles"))
            blocks += examples.map(Block.example)
        } else {
            blocks.append(.notRun(what: "no DPO system to compare with the original.", command: Commands.sweep))
        }
        blocks.append(.heading("Failures", id: "failures"))
        if analysis.systems.isEmpty {
            blocks.append(.notRun(what: "no system has been measured.", command: Commands.baseline))
        } else {
            blocks.append(.table(ResultTables(analysis: analysis).failures()))
            let gallery = gallery()
            blocks += gallery.isEmpty ? [.text("No summary failed.")] : gallery.map(Block.example)
        }
        return ReportSection(id: "examples", title: "Examples", short: "Examples", blocks: blocks)
    }

    private func examples(_ headline: SystemAnalysis, _ original: SystemAnalysis) -> [Example] {
        var remaining = candidates(headline, original)
        var examples: [Example] = []
        for (rule, count) in Self.quota + [(.random, Self.total)] {
            let chosen = choose(rule, min(count, Self.total - examples.count), from: remaining)
            remaining.removeAll { candidate in chosen.contains { $0.index == candidate.index } }
            for (number, candidate) in chosen.enumerated() {
                examples.append(example(
                    chosen.count > 1 ? "\(rule.rawValue) \(number + 1)" : rule.rawValue, candidate.articleID, headline, original))
            }
        }
        return examples
    }

    private func candidates(_ headline: SystemAnalysis, _ original: SystemAnalysis) -> [Candidate] {
        headline.system.outcomes.enumerated().compactMap { index, ours in
            guard let theirs = original.system.outcomes.first(where: { $0.articleID == ours.articleID }) else { return nil }
            return Candidate(
                index: index, articleID: ours.articleID, outcome: PreferenceFunction.evaluation.compare(ours.scored, theirs.scored),
                gain: (ours.countedCorrect - theirs.countedCorrect, theirs.summaryWords - ours.summaryWords),
                isFailure: !ours.failures.isEmpty || !ours.isMeasurable)
        }
    }

    private func choose(_ rule: Rule, _ count: Int, from candidates: [Candidate]) -> [Candidate] {
        switch rule {
        case .win:
            Array(candidates.filter { $0.outcome.preferred == .first }
                .sorted { ($0.gain.correct, $0.gain.words, -$0.index) > ($1.gain.correct, $1.gain.words, -$1.index) }.prefix(count))
        case .loss:
            Array(candidates.filter { $0.outcome.preferred == .second }
                .sorted { ($0.gain.correct, $0.gain.words, $0.index) < ($1.gain.correct, $1.gain.words, $1.index) }.prefix(count))
        case .tie: Array(candidates.filter { $0.outcome.preferred == nil }.prefix(count))
        case .failure: Array(candidates.filter(\.isFailure).prefix(count))
        case .random: drawn(count, from: candidates)
        }
    }

    private func drawn(_ count: Int, from candidates: [Candidate]) -> [Candidate] {
        var stream = RandomStream(rootSeed: analysis.results.rootSeed, metric: "report/examples")
        var pool = candidates
        var chosen: [Candidate] = []
        while chosen.count < count, !pool.isEmpty { chosen.append(pool.remove(at: stream.next(below: pool.count))) }
        return chosen.sorted { $0.index < $1.index }
    }

    private func example(_ rule: String, _ articleID: String, _ headline: SystemAnalysis, _ original: SystemAnalysis) -> Example {
        let others = analysis.systems.filter { $0.name != headline.name && $0.name != original.name }
        let reference = original.system.outcomes.first { $0.articleID == articleID }
        let judged = ([original, headline] + others).compactMap { system in
            system.system.outcomes.first { $0.articleID == articleID }.map { (system: system.system, outcome: $0) }
        }
        let questions = judged.first { !$0.outcome.questions.isEmpty }?.outcome.questions ?? []
        let entries = judged.map { entry($0.system, $0.outcome, questions, against: reference) }
        return Example(
            rule: rule, articleID: articleID, article: reference?.article ?? "", articleWords: reference?.articleWords ?? 0,
            gist: entries.dropFirst().first?.verdict ?? "", questions: questions.map(Self.shown), entries: entries)
    }

    private static func shown(_ question: JudgedQuestion) -> Example.Question {
        .init(question: question.question, right: option(question, question.answer))
    }

    private static func option(_ question: JudgedQuestion, _ index: Int) -> String {
        question.options.indices.contains(index) ? question.options[index] : "?"
    }

    private func entry(
        _ system: SystemResult, _ outcome: ArticleOutcome, _ questions: [JudgedQuestion], against reference: ArticleOutcome?
    ) -> Example.Entry {
        var facts = Prose.counted(outcome.summaryWords, "word")
        if let correct = outcome.correct { facts += ", \(correct) of \(max(outcome.questions.count, correct)) right" }
        if !outcome.failures.isEmpty { facts += "; " + outcome.failures.map(\.label).joined(separator: ", ") }
        var verdict = "The reference of every comparison."
        var tone = Table.Tone.quiet
        if let reference, system.name != analysis.results.originalSystem {
            let preference = PreferenceFunction.evaluation.compare(outcome.scored, reference.scored)
            verdict = Self.why(preference, outcome, reference)
            tone = preference.preferred.map { $0 == .first ? .favourable : .adverse } ?? .open
        }
        return Example.Entry(
            system: system.label, summary: outcome.summary, facts: facts, verdict: verdict, tone: tone,
            answers: outcome.questions.isEmpty ? [] : questions.map { Self.answer(to: $0, among: outcome.questions) })
    }

    /// A question is known by its text.
    private static func answer(to question: JudgedQuestion, among answered: [JudgedQuestion]) -> Example.Entry.Answer {
        guard let asked = answered.first(where: { $0.question == question.question }) else { return .notAsked }
        guard let given = asked.given else { return .unsure }
        return given == asked.answer ? .right : .wrong(option(asked, given))
    }

    /// The preference function's decision in words.
    private static func why(_ preference: PreferenceOutcome, _ ours: ArticleOutcome, _ theirs: ArticleOutcome) -> String {
        let opening =
            switch preference.preferred {
            case .first: "Wins"
            case .second: "Loses"
            case nil: "Tie"
            }
        let words = "\(ours.summaryWords) against \(theirs.summaryWords) words"
        let correct = "\(ours.countedCorrect) against \(theirs.countedCorrect) right"
        switch preference.reason {
        case .moreAccurate: return "\(opening): \(correct)."
        case .shorterBothAtLeast3: return "\(opening): both have three or more right, so length decides, \(words)."
        case .shorterLowTie: return "\(opening): equally many right (\(ours.countedCorrect)), so length decides, \(words)."
        case .onlyValid:
            return "\(opening): \(preference.preferred == .first ? "the original's summary failed" : "the summary failed")."
        case .neitherValid: return "\(opening): both summaries failed."
        case .equalLength, .similarLength, .equalAccuracy: return "\(opening): \(words), \(correct)."
        }
    }

    /// The first failure of each kind per system, in article order.
    private func gallery() -> [Example] {
        var examples: [Example] = []
        for kind in ArticleOutcome.Failure.allCases {
            for system in analysis.systems {
                guard examples.count < Self.galleryLimit,
                    let outcome = system.system.outcomes.first(where: { $0.failures.contains(kind) })
                else { continue }
                let reference = analysis.original?.system.outcomes.first { $0.articleID == outcome.articleID }
                examples.append(Example(
                    rule: "\(kind.label.prefix(1).uppercased())\(kind.label.dropFirst()): \(system.label)", articleID: outcome.articleID,
                    article: outcome.article, articleWords: outcome.articleWords,
                    gist: "", questions: outcome.questions.map(Self.shown),
                    entries: [entry(system.system, outcome, outcome.questions, against: reference)]))
            }
        }
        return examples
    }
}
